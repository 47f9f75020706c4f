import type { ManualProfile, ProfileFactor } from '../../src/config/types.js';
import type { ManualModel } from '../../src/health/manual.js';
import type { FeatureInfo } from '../../src/types.js';

/** A factor with sensible values for what is not given; s equals the raw value in [0, 1]. */
export function factor(keys: Partial<ProfileFactor> & { readonly feature: string }): ProfileFactor {
  return {
    name: keys.feature,
    dimension: 'use',
    weight: 1,
    required: false,
    timing: 'leading',
    actionable: true,
    transform: { kind: 'linear', from: 0, to: 1 },
    about: '',
    evidence: '',
    ...keys
  };
}

/** A profile of these factors: Weak from 0, Moderate from 1/3, Strong from 2/3. */
export function profile(factors: readonly ProfileFactor[], keys: Partial<ManualProfile> = {}): ManualProfile {
  return {
    name: 'default',
    purpose: 'predictor',
    owner: 'o',
    approver: 'a',
    date: '2025-01-01',
    minCoverage: 0.5,
    peers: { by: ['size_band', 'industry'], minPeers: 10 },
    factors,
    categories: [
      { label: 'Weak', color: '#c62828', meaning: 'act', from: 0 },
      { label: 'Moderate', color: '#f9a825', meaning: 'watch', from: 1 / 3 },
      { label: 'Strong', color: '#2e7d32', meaning: 'fine', from: 2 / 3 }
    ],
    hash: 'profile-hash',
    ...keys
  };
}

/** A model that reads each factor's feature as it is. */
export function model(factors: readonly ProfileFactor[], keys: Partial<ManualProfile> = {}): ManualModel {
  const { name, hash, minCoverage, categories } = profile(factors, keys);
  const total = factors.reduce((sum, one) => sum + one.weight, 0);
  return {
    kind: 'manual',
    profile: name,
    profileHash: hash,
    minCoverage,
    categories,
    factors: factors.map(({ feature, weight, ...rest }) => ({ ...rest, input: feature, weight: weight / total }))
  };
}

/** A feature of the catalogue. */
export function info(name: string, keys: Partial<FeatureInfo> = {}): FeatureInfo {
  return {
    name,
    type: 'number',
    unit: 'days',
    about: `About ${name}.`,
    family: 'usage',
    requires: [],
    timing: 'leading',
    actionable: true,
    direction: 'higher_better',
    definitionHash: `hash of ${name}`,
    ...keys
  };
}
