import { ArtifactError } from '../errors.js';
import type { GoldenRow, Refused, Scored, ScoringArtifact } from '../types.js';
import { tolerance } from './golden.js';
import { buildScorer, type Scorer } from './scorer.js';

/** What one form of an artifact gave for a golden row. */
export interface Reproduced {
  readonly probability: number | null;
  /** `code: input`, or null when scored. */
  readonly refusal: string | null;
  readonly u?: number | null;
  readonly category?: string | null;
}

export interface Comparison {
  /** Largest difference of a probability or score. */
  readonly maxDifference: number;
  readonly problems: readonly string[];
}

/** Scores every golden row with one form of the scorer. */
export function reproduce(golden: readonly GoldenRow[], score: Scorer): Reproduced[] {
  return golden.map(({ row }) => reproducedOf(score(row)));
}

function reproducedOf(result: Scored | Refused): Reproduced {
  if (!result.ok) return { probability: null, refusal: `${result.code}: ${result.input}` };
  const { probability, health } = result;
  if (health === undefined) return { probability, refusal: null };
  return { probability, refusal: null, u: health.low, category: health.category };
}

/** Compares results with the golden rows: probability and score within `limit`, refusals and categories exactly. */
export function compareGolden(golden: readonly GoldenRow[], results: readonly Reproduced[], limit: number): Comparison {
  const problems: string[] = [];
  let maxDifference = 0;
  golden.forEach((expected, i) => {
    const got = results[i] as Reproduced;
    const refused = expected.refusal ?? null;
    if (got.refusal !== refused) problems.push(`golden row ${i}: expected ${told(refused)}, got ${told(got.refusal)}`);
    else if (expected.category !== undefined && got.category !== expected.category) {
      problems.push(`golden row ${i}: expected another category`);
    }
    if (got.refusal !== null || refused !== null) return;
    const difference = Math.max(gap(expected.probability, got.probability), gap(expected.u, got.u ?? expected.u));
    maxDifference = Math.max(maxDifference, difference);
    if (!(difference <= limit)) problems.push(`golden row ${i}: differs by ${difference}, at most ${limit} is allowed`);
  });
  return { maxDifference, problems };
}

/**
 * Checks that the JSON scorer reproduces the golden rows of an artifact: 1e-12, networks 1e-6.
 * @throws ArtifactError that names the first row that differs, or when there are no golden rows.
 */
export function checkGolden(artifact: ScoringArtifact): void {
  const { golden, model } = artifact;
  if (!golden.some(row => row.probability !== undefined))
    throw new ArtifactError('expected golden rows that score, got none');
  const { problems } = compareGolden(golden, reproduce(golden, buildScorer(artifact)), tolerance(model));
  if (problems.length > 0) throw new ArtifactError(`the scorer does not reproduce its golden rows: ${problems[0]}`);
}

function told(refusal: string | null): string {
  return refusal === null ? 'a score' : `the refusal ${refusal.split(':')[0]}`;
}

function gap(a: number | null | undefined, b: number | null | undefined): number {
  if (a === undefined || b === undefined) return 0;
  return a === null || b === null ? Number.POSITIVE_INFINITY : Math.abs(a - b);
}
