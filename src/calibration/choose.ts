import { chiSquareSf } from '../math/distributions.js';
import { meanLogLoss } from '../math/links.js';
import { neumaierSum, weightedMean } from '../math/statistics.js';
import type { Calibrator } from '../types.js';
import { calibratedLogits } from './apply.js';
import { type CalibrationRows, countDistinctEpisodes, countPositives } from './data.js';
import { type HeldOut, judgeHeldOut, pairedMean } from './heldout.js';
import { fitIsotonic } from './isotonic.js';
import { type FittedMap, fitBeta, fitIntercept, fitPlatt, fitShrunkPlatt } from './parametric.js';

type Kind = Calibrator['kind'];

/** Held-out log loss of one kind of map. */
export interface CalibratorCandidate {
  readonly kind: Kind;
  readonly logLoss: number;
  /** Clustered standard error of the paired difference to the candidate it had to beat; 0 for the simplest. */
  readonly standardError: number;
}

export interface CalibratorChoice {
  readonly calibrator: Calibrator;
  /** Why, in words with numbers. */
  readonly reason: string;
  readonly candidates: readonly CalibratorCandidate[];
}

/** Distinct episodes from which a slope is fitted, and from which maps compete on held-out rows. */
export const EPISODES = { slope: 50, contest: 200 } as const;
/** Rows from which isotonic may compete. */
export const ISOTONIC_ROWS = 1000;
const SIGNIFICANT = 0.05;

/** Fits one kind of map, or what it falls back to. */
export function fitKind(kind: Kind, rows: CalibrationRows): FittedMap {
  switch (kind) {
    case 'identity':
      return { calibrator: { kind }, note: '' };
    case 'intercept':
      return fitIntercept(rows);
    case 'platt':
      return fitPlatt(rows);
    case 'beta':
      return fitBeta(rows);
    case 'isotonic':
      return { calibrator: fitIsotonic(rows), note: '' };
  }
}

/**
 * Chooses a map by the number of distinct episodes.
 * - under 50: identity, or intercept when the likelihood ratio of the two, divided by the positive rows per episode, is
 *   significant at 5 % (chi-square, 1 degree of freedom);
 * - 50 to 199: Platt with positive slope, drawn towards 1 as far as the rows do not tell it from 1, else intercept;
 * - from 200: intercept, platt, beta and (from 1,000 rows) isotonic by held-out log loss; a more complex one must win by more
 *   than one clustered standard error of the paired difference.
 * From 50 the choice is dropped for identity when that has the lower held-out log loss by more than one standard error.
 */
export function chooseCalibrator(rows: CalibrationRows): CalibratorChoice {
  const episodes = countDistinctEpisodes(rows);
  if (episodes < EPISODES.slope) return chooseLevel(rows, episodes);
  const kinds: Kind[] = ['identity', ...laddersOf(rows, episodes)];
  const fitted = (kind: Kind, part: CalibrationRows) =>
    kind === 'platt' && episodes < EPISODES.contest ? fitFew(part) : fitKind(kind, part);
  const heldOut = judgeHeldOut(
    rows,
    kinds.map(kind => ({ kind, fit: part => fitted(kind, part).calibrator }))
  );
  if (heldOut.weights.length === 0) return unjudged(rows, episodes);
  const contest = climb(kinds, heldOut);
  const chosen = kinds[contest.winner]!;
  const harmed = pairedMean(heldOut.losses[contest.winner]!, heldOut.losses[0]!, heldOut);
  const facts = `${episodes} episodes; ${contest.story} (held-out log loss in ${heldOut.how})`;
  if (harmed.mean > harmed.standardError) {
    const why = `identity, because ${chosen} raises the held-out log loss by ${digits(harmed.mean)}`;
    const reason = `${why}, more than one standard error (${digits(harmed.standardError)}); ${facts}`;
    return { calibrator: { kind: 'identity' }, reason, candidates: contest.candidates };
  }
  const { calibrator, note } = fitted(chosen, rows);
  const reason = `${calibrator.kind}: ${facts}${note === '' ? '' : `; ${note}`}`;
  return { calibrator, reason, candidates: contest.candidates };
}

function laddersOf(rows: CalibrationRows, episodes: number): Kind[] {
  if (episodes < EPISODES.contest) return ['platt'];
  return rows.n < ISOTONIC_ROWS ? ['intercept', 'platt', 'beta'] : ['intercept', 'platt', 'beta', 'isotonic'];
}

/** Platt's map from few episodes. */
function fitFew(rows: CalibrationRows): FittedMap {
  return fitShrunkPlatt(rows, countPositives(rows) / Math.max(1, countDistinctEpisodes(rows)));
}

interface Contest {
  readonly winner: number;
  readonly candidates: readonly CalibratorCandidate[];
  readonly story: string;
}

/** From the second kind upwards (the first is identity, which only guards): the simplest that no later one clearly beats. */
function climb(kinds: readonly Kind[], heldOut: HeldOut): Contest {
  const means = heldOut.losses.map(losses => weightedMean(losses, heldOut.weights));
  let winner = 1;
  const candidates: CalibratorCandidate[] = [{ kind: kinds[1]!, logLoss: means[1]!, standardError: 0 }];
  const story = [`${kinds[1]} ${digits(means[1]!)} against ${digits(means[0]!)} of identity`];
  for (let k = 2; k < kinds.length; k++) {
    const { mean, standardError } = pairedMean(heldOut.losses[winner]!, heldOut.losses[k]!, heldOut);
    candidates.push({ kind: kinds[k]!, logLoss: means[k]!, standardError });
    const verdict = mean > standardError ? 'beats' : 'does not beat';
    const by = `gain ${digits(mean)}, standard error ${digits(standardError)}`;
    story.push(`${kinds[k]} ${digits(means[k]!)} ${verdict} ${kinds[winner]} (${by})`);
    if (mean > standardError) winner = k;
  }
  return { winner, candidates, story: story.join(', ') };
}

function unjudged(rows: CalibrationRows, episodes: number): CalibratorChoice {
  const { calibrator, note } = fitFew(rows);
  const why = `${episodes} episodes, but no part of the rows could be held out`;
  return { calibrator, reason: `${calibrator.kind}: ${why}${note === '' ? '' : `; ${note}`}`, candidates: [] };
}

function chooseLevel(rows: CalibrationRows, episodes: number): CalibratorChoice {
  const { z, y, w } = rows;
  const { calibrator } = fitIntercept(rows);
  const gain = meanLogLoss(z, y, w) - meanLogLoss(calibratedLogits(calibrator, z), y, w);
  const perEpisode = Math.max(1, countPositives(rows) / episodes);
  const ratio = Math.max(0, (2 * gain * neumaierSum(w)) / perEpisode);
  const p = chiSquareSf(ratio, 1);
  const test = `likelihood ratio ${ratio.toFixed(2)} on 1 degree of freedom, p = ${digits(p)}`;
  const shared = perEpisode === 1 ? '' : `, after division by ${perEpisode.toFixed(2)} positive rows per episode`;
  const few = `${episodes} episodes are too few for a slope (under ${EPISODES.slope})`;
  const reason = (kind: Kind, verdict: string) => `${kind}: ${few}, and the level ${verdict} (${test}${shared})`;
  if (p < SIGNIFICANT) return { calibrator, reason: reason('intercept', 'is off'), candidates: [] };
  return { calibrator: { kind: 'identity' }, reason: reason('identity', 'is not clearly off'), candidates: [] };
}

/** Four significant digits. */
function digits(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : String(value);
}
