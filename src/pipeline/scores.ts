import { canonicalJson, sha256 } from '../artifacts/canonical.js';
import { buildScorer } from '../artifacts/scorer.js';
import type { Frame } from '../datasets/frame.js';
import { dateOfDay } from '../sources/calendar.js';
import type { ScoringArtifact } from '../types.js';
import { scoringRow } from './candidate.js';
import { renderCsv } from './csv.js';

/** One scored account, as `vitals score` and the run's score files give it. */
export interface ScoreRow {
  readonly account: string;
  /** Empty when snapshots carry no date. */
  readonly asOf: string;
  readonly target: ScoringArtifact['target'];
  readonly probability: number | null;
  readonly band: string | null;
  /** Manual scores only: 1..100 of the low end, its category, coverage in [0, 1]. */
  readonly score: number | null;
  readonly category: string | null;
  readonly coverage: number | null;
  readonly reasons: readonly string[];
  /** Why there is no probability. */
  readonly refusal: string | null;
  readonly model: string;
}

/** SHA-256 of an artifact's canonical JSON: the hash that every score carries. */
export function artifactHash(artifact: ScoringArtifact): string {
  return sha256(canonicalJson(artifact));
}

/** Scores rows of a frame through the artifact's own scorer, in the order given. */
export function scoreFrame(artifact: ScoringArtifact, frame: Frame, rows: ArrayLike<number>): ScoreRow[] {
  const score = buildScorer(artifact);
  const model = artifactHash(artifact);
  return Array.from(rows, (row): ScoreRow => {
    const day = frame.day[row] as number;
    const identity = {
      account: frame.accounts[row] as string,
      asOf: day === 0 ? '' : dateOfDay(day),
      target: artifact.target,
      model
    };
    const result = score(scoringRow(frame, artifact.inputs, row));
    if (!result.ok) {
      const none = { probability: null, band: null, score: null, category: null, coverage: null };
      return { ...identity, ...none, reasons: [], refusal: result.message };
    }
    const { probability, band, reasons, health } = result;
    return {
      ...identity,
      probability,
      band,
      score: health?.score ?? null,
      category: health?.category ?? null,
      coverage: health?.coverage ?? null,
      reasons: health?.reason == null ? reasons : [health.reason, ...reasons],
      refusal: null
    };
  });
}

const HEADER = [
  'account_id',
  'as_of',
  'target',
  'probability',
  'band',
  'score',
  'category',
  'coverage',
  'reasons',
  'refusal',
  'model'
];

/** Scores as CSV; the same rows give the same bytes. */
export function scoresCsv(rows: readonly ScoreRow[]): string {
  return renderCsv(
    HEADER,
    rows.map(row => [
      row.account,
      row.asOf,
      row.target,
      row.probability,
      row.band,
      row.score,
      row.category,
      row.coverage,
      row.reasons.join('; '),
      row.refusal,
      row.model
    ])
  );
}
