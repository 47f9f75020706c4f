import type { Random } from '../math/random.js';
import { quantileSorted } from '../math/statistics.js';
import { resampleClusters } from './bootstrap.js';
import { type Ranking, total } from './ranking.js';
import type { Rows } from './rows.js';

const RESAMPLES = 500;

/** Size of the top tenth: max(1, floor(n / 10)) rows, or a tenth of the weight when rows are weighted. */
export function topTenth(mass: number, weighted: boolean): number {
  return weighted ? mass / 10 : Math.max(1, Math.floor(mass / 10));
}

/**
 * Share of positive weight among the `top` mass of highest scores over the share in all. Tie-neutral: a group of equal scores
 * that the cut divides counts in proportion, which is the expectation over every order of its rows. null without a positive row.
 */
export function lift({ positive, negative }: Ranking, top: number): number | null {
  const positives = total(positive);
  if (positives === 0) return null;
  let taken = 0;
  let hits = 0;
  for (let g = positive.length - 1; g >= 0 && taken < top; g--) {
    const mass = positive[g]! + negative[g]!;
    const share = Math.min(1, (top - taken) / mass);
    hits += share === 1 ? positive[g]! : positive[g]! * share;
    taken += mass;
  }
  return (hits * (positives + total(negative))) / (top * positives);
}

/**
 * 95 % percentile interval of the lift in the top tenth over 500 resamples of whole clusters (Efron and Tibshirani 1993).
 * null with under two clusters that hold a positive row; resamples without one have no lift and are left out.
 */
export function liftInterval(ranking: Ranking, rows: Rows, random: Random): readonly [number, number] | null {
  const walk = buildWalk(ranking, rows);
  if (walk.clusterPositive.filter(v => v > 0).length < 2) return null;
  const lifts: number[] = [];
  for (let b = 0; b < RESAMPLES; b++) {
    const value = resampledLift(walk, resampleClusters(rows.clusterCount, random));
    if (value !== null) lifts.push(value);
  }
  const sorted = Float64Array.from(lifts).sort();
  return [quantileSorted(sorted, 0.025), quantileSorted(sorted, 0.975)];
}

/** Rows from the highest score down, and the mass of each cluster. */
interface Walk {
  readonly group: Uint32Array;
  readonly cluster: Int32Array;
  readonly weight: Float64Array;
  readonly positive: Float64Array;
  readonly clusterMass: Float64Array;
  readonly clusterPositive: Float64Array;
  readonly weighted: boolean;
}

function buildWalk(ranking: Ranking, { y, w, clusters, clusterCount, weighted }: Rows): Walk {
  const order = ranking.order.toReversed();
  const clusterMass = new Float64Array(clusterCount);
  const clusterPositive = new Float64Array(clusterCount);
  clusters.forEach((c, i) => {
    clusterMass[c] = clusterMass[c]! + w[i]!;
    clusterPositive[c] = clusterPositive[c]! + w[i]! * y[i]!;
  });
  return {
    group: order.map(i => ranking.group[i]!),
    cluster: Int32Array.from(order, i => clusters[i]!),
    weight: Float64Array.from(order, i => w[i]!),
    positive: Float64Array.from(order, i => w[i]! * y[i]!),
    clusterMass,
    clusterPositive,
    weighted
  };
}

function resampledLift(walk: Walk, times: Uint32Array): number | null {
  let mass = 0;
  let positives = 0;
  times.forEach((count, c) => {
    mass += count * walk.clusterMass[c]!;
    positives += count * walk.clusterPositive[c]!;
  });
  if (positives === 0) return null;
  const top = topTenth(mass, walk.weighted);
  return (hitsWithin(walk, times, top) * mass) / (top * positives);
}

/** Positive mass among the top mass of a resample, tie-neutral. */
function hitsWithin({ group, cluster, weight, positive }: Walk, times: Uint32Array, top: number): number {
  let taken = 0;
  let hits = 0;
  for (let k = 0; k < group.length && taken < top; ) {
    let mass = 0;
    let won = 0;
    for (const g = group[k]; k < group.length && group[k] === g; k++) {
      const count = times[cluster[k]!]!;
      mass += count * weight[k]!;
      won += count * positive[k]!;
    }
    if (mass > 0) hits += won * Math.min(1, (top - taken) / mass);
    taken += mass;
  }
  return hits;
}
