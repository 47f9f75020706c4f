import { hashOf } from '../config/hash.js';
import { didYouMean } from '../config/suggest.js';
import type { ManualProfile, ProfileFactor } from '../config/types.js';
import { ConfigError } from '../errors.js';
import type { ArtifactInput, FeatureInfo, ManualFactor, ModelSpec } from '../types.js';

/** The manual score as a model. */
export type ManualModel = ModelSpec & { readonly kind: 'manual' };

export interface BuiltManual {
  readonly model: ManualModel;
  /** What the model reads, without repeats, in the order of the factors; all nullable numbers. */
  readonly inputs: readonly ArtifactInput[];
  /** Features that are read as a mid-rank percentile among peers, without repeats. */
  readonly percentiles: readonly string[];
}

/** Input name of a feature's percentile. */
export function percentileInput(feature: string): string {
  return `${feature}__percentile`;
}

/** Input that a factor reads: the feature, or its percentile. */
export function inputOf(factor: Pick<ProfileFactor, 'feature' | 'transform'>): string {
  return factor.transform.kind === 'percentile' ? percentileInput(factor.feature) : factor.feature;
}

/**
 * Builds the model of a manual profile: weights divided by their sum (R26), factors in the order of the file.
 * @param infos every feature that may be named, whether or not its source is there (a factor on a feature that the
 * snapshots lack is a missing factor, not an error)
 * @throws ConfigError naming profile file, key and the nearest feature when a name is unknown or not a number
 */
export function buildManual(profile: ManualProfile, infos: readonly FeatureInfo[]): BuiltManual {
  const byName = new Map(infos.map(info => [info.name, info]));
  const find = finder(profile, byName);
  const factorInfos = profile.factors.map((factor, i) => find(factor.feature, `factors[${i}].feature`, 'number'));
  const relative = profile.factors.filter(factor => factor.transform.kind === 'percentile');
  const peers =
    relative.length === 0 ? [] : profile.peers.by.map((name, i) => find(name, `peers.by[${i}]`, 'category'));
  const total = profile.factors.reduce((sum, factor) => sum + factor.weight, 0);
  const inputs = new Map<string, ArtifactInput>();
  profile.factors.forEach((factor, i) => {
    const info = factorInfos[i] as FeatureInfo;
    const input = factor.transform.kind === 'percentile' ? relativeInput(profile, info, peers) : plainInput(info);
    inputs.set(input.name, input);
  });
  return {
    model: {
      kind: 'manual',
      profile: profile.name,
      profileHash: profile.hash,
      minCoverage: profile.minCoverage,
      factors: profile.factors.map(factor => buildFactor(factor, total)),
      categories: profile.categories
    },
    inputs: [...inputs.values()],
    percentiles: [...new Set(relative.map(factor => factor.feature))]
  };
}

function finder(profile: ManualProfile, byName: ReadonlyMap<string, FeatureInfo>) {
  const file = `models/manual/${profile.name}.yaml`;
  return (name: string, key: string, type: 'number' | 'category'): FeatureInfo => {
    const info = byName.get(name);
    if (info?.type === type) return info;
    const candidates = [...byName.values()].filter(other => other.type === type).map(other => other.name);
    const what = `expected a feature of type ${type}`;
    const got = info === undefined ? `got ${name}, which no feature is called` : `got ${name}, a ${info.type}`;
    throw new ConfigError(`${file}: ${key}: ${what}, ${got}; ${didYouMean(name, candidates)}`);
  };
}

function buildFactor(factor: ProfileFactor, total: number): ManualFactor {
  const { name, dimension, required, timing, actionable, transform, about, evidence } = factor;
  const weight = factor.weight / total;
  return { name, input: inputOf(factor), dimension, weight, required, timing, actionable, transform, about, evidence };
}

function plainInput(info: FeatureInfo): ArtifactInput {
  return {
    name: info.name,
    type: 'number',
    unit: info.unit,
    about: info.about,
    nullable: true,
    ...(info.minimum === undefined ? {} : { minimum: info.minimum }),
    definitionHash: info.definitionHash
  };
}

function relativeInput(profile: ManualProfile, info: FeatureInfo, peers: readonly FeatureInfo[]): ArtifactInput {
  const by = peers.map(peer => [peer.name, peer.definitionHash]);
  const rule = { feature: info.definitionHash, by, minPeers: profile.peers.minPeers };
  const group =
    peers.length === 0 ? 'all accounts' : `accounts of the same ${peers.map(peer => peer.name).join(' and ')}`;
  return {
    name: percentileInput(info.name),
    type: 'number',
    unit: 'percentile',
    about: `${info.about} Mid-rank percentile among ${group} on the same date.`,
    nullable: true,
    minimum: 0,
    maximum: 100,
    definitionHash: info.definitionHash === '' ? '' : hashOf({ rule: 'mid-rank percentile 1', ...rule })
  };
}
