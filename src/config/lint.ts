import type { ManualProfile, ProfileFactor } from './types.js';

const MOST_LAGGING = 0.3;
const MOST_FACTOR = 0.4;
const MOST_DIMENSION = 0.6;

/**
 * What a reader should know about a valid profile, in sentences; never an error.
 * R3 weight that nobody can act on in an `actionable` profile, R4 more than 30 % lagging weight, R27 a single
 * dimension, R82 fewer than 4 or more than 7 factors, R83 a factor above 40 % or a dimension above 60 % of the weight.
 */
export function lintProfile(profile: ManualProfile): string[] {
  const total = sum(profile.factors);
  const share = (factors: readonly ProfileFactor[]) => sum(factors) / total;
  return [
    ...lintPurpose(profile),
    ...lintLagging(profile, share),
    ...lintCount(profile),
    ...lintConcentration(profile, share)
  ];
}

type Share = (factors: readonly ProfileFactor[]) => number;

function lintPurpose({ purpose, factors }: ManualProfile): string[] {
  const fixed = factors.filter(factor => !factor.actionable && factor.weight > 0).map(factor => factor.name);
  if (purpose !== 'actionable' || fixed.length === 0) return [];
  return [`the purpose is actionable, but nobody can act on ${fixed.join(', ')} (R3)`];
}

function lintLagging({ factors }: ManualProfile, share: Share): string[] {
  const lagging = factors.filter(factor => factor.timing === 'lagging' && factor.weight > 0);
  const part = share(lagging);
  if (part <= MOST_LAGGING) return [];
  return [`${percent(part)} of the weight is lagging (${list(lagging)}), more than ${percent(MOST_LAGGING)} (R4)`];
}

function lintCount({ factors }: ManualProfile): string[] {
  if (factors.length >= 4 && factors.length <= 7) return [];
  return [`${factors.length} factors; 4 to 7 are easiest to read and to keep right (R82)`];
}

function lintConcentration({ factors }: ManualProfile, share: Share): string[] {
  const dimensions = [...new Set(factors.map(factor => factor.dimension))];
  const found = factors
    .filter(factor => share([factor]) > MOST_FACTOR)
    .map(
      factor =>
        `${factor.name} holds ${percent(share([factor]))} of the weight, more than ${percent(MOST_FACTOR)} (R83)`
    );
  if (dimensions.length === 1) return [...found, `all factors are in the dimension ${dimensions[0]} (R27)`];
  for (const dimension of dimensions) {
    const part = share(factors.filter(factor => factor.dimension === dimension));
    if (part <= MOST_DIMENSION) continue;
    found.push(
      `dimension ${dimension} holds ${percent(part)} of the weight, more than ${percent(MOST_DIMENSION)} (R83)`
    );
  }
  return found;
}

function sum(factors: readonly ProfileFactor[]): number {
  return factors.reduce((total, factor) => total + factor.weight, 0);
}

function list(factors: readonly ProfileFactor[]): string {
  return factors.map(factor => factor.name).join(', ');
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}
