import { ConfigError } from '../errors.js';
import type { FactorTransform } from '../types.js';
import { hashOf } from './hash.js';
import { parseWith } from './issues.js';
import { type ProfileSpec, profileSchema } from './profile-schema.js';
import type { ManualProfile, ProfileFactor } from './types.js';
import { parseYaml, prefix } from './yaml.js';

/**
 * Parses the text of a manual profile. Weights stay as written; categories are in the order of the scale.
 * @param file name for messages
 * @param name the file's name without extension; the profile must carry the same
 * @throws ConfigError with file, line, column, key path, what was expected and what came
 */
export function parseProfile(text: string, { file, name }: { file: string; name: string }): ManualProfile {
  const source = parseYaml(text, file);
  const spec = parseWith(profileSchema, source);
  if (spec.name !== name) {
    throw new ConfigError(
      `${prefix(file, source.place(['name']))}name: expected ${name}, as the file is called, got ${spec.name}`
    );
  }
  const profile = {
    name,
    purpose: spec.purpose,
    owner: spec.owner,
    approver: spec.approver,
    date: spec.date,
    minCoverage: spec.min_coverage,
    peers: { by: spec.peers.by, minPeers: spec.peers.min_peers },
    factors: spec.factors.map(resolveFactor),
    categories: spec.categories
  };
  return { ...profile, hash: hashOf(profile) };
}

function resolveFactor(spec: ProfileSpec['factors'][number]): ProfileFactor {
  return { ...spec, transform: resolveTransform(spec.transform) };
}

function resolveTransform(spec: ProfileSpec['factors'][number]['transform']): FactorTransform {
  return spec.kind === 'percentile' ? { kind: 'percentile', lowerBetter: spec.lower_better } : spec;
}
