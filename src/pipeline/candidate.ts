import type { Frame } from '../datasets/frame.js';
import { applyPreparation } from '../datasets/prepare.js';
import type {
  ArtifactInput,
  BlockName,
  BlockSummary,
  Calibrator,
  Dataset,
  Evaluation,
  ModelKind,
  ModelSpec,
  Preparation,
  ScoringRow,
  Target
} from '../types.js';

/** A fitted model before calibration: plain JSON and the trainer's own way to its log-odds. */
export interface Candidate {
  readonly kind: ModelKind;
  readonly spec: ModelSpec;
  readonly preparation: Preparation;
  readonly inputs: readonly ArtifactInput[];
  /** Frame that holds the inputs: all features, or the inputs of the manual score. */
  readonly frame: Frame;
  /** Raw log-odds of the rows of a dataset that has the inputs. */
  readonly predict: (data: Dataset) => Float64Array;
  /** How the fit was made (strength of the penalty, epochs), for the report. */
  readonly how: string;
}

/** A candidate with its calibrator and what the held-out block said. */
export interface JudgedModel extends Candidate {
  readonly target: Target;
  readonly status: string;
  readonly calibrator: Calibrator;
  readonly calibratorReason: string;
  readonly rows: Readonly<Record<BlockName, number>>;
  readonly episodes: Readonly<Record<BlockName, number>>;
  readonly trainedOn: BlockSummary;
  readonly calibratedOn: BlockSummary;
  readonly test: Evaluation | null;
  /** Calibrated probabilities of the test rows, in their order; empty when not judged. */
  readonly testProbability: Float64Array;
}

/** A candidate whose inputs are features, predicted through its preparation. */
export function preparedPredict(preparation: Preparation, logits: (Z: Float64Array, n: number) => Float64Array) {
  return (data: Dataset): Float64Array => logits(applyPreparation(preparation, data), data.n);
}

/** Scoring rows as a dataset, for the trainer's answer to golden rows; null is missing, an unknown level is a level of its own. */
export function datasetOfRows(inputs: readonly ArtifactInput[], rows: readonly ScoringRow[]): Dataset {
  const n = rows.length;
  const p = inputs.length;
  const X = new Float64Array(n * p);
  const levels: Record<string, readonly string[]> = {};
  inputs.forEach((input, j) => {
    const values = rows.map(row => row[input.name] ?? null);
    const known = [...new Set(values.filter(value => typeof value === 'string'))];
    if (input.type === 'category') levels[input.name] = known;
    values.forEach((value, i) => {
      X[i * p + j] = value === null ? Number.NaN : typeof value === 'string' ? known.indexOf(value) : value;
    });
  });
  return {
    names: inputs.map(input => input.name),
    levels,
    ids: rows.map((_, i) => `golden-${i}`),
    accounts: rows.map((_, i) => `golden-${i}`),
    asOf: new Int32Array(n),
    X,
    y: new Uint8Array(n),
    episode: new Int32Array(n).fill(-1),
    value: new Float64Array(n),
    clusters: Int32Array.from({ length: n }, (_, i) => i),
    n,
    p
  };
}

/** Inputs of one frame row as a scorer receives them. */
export function scoringRow(frame: Frame, inputs: readonly ArtifactInput[], row: number): ScoringRow {
  return Object.fromEntries(
    inputs.map(({ name, type }) => {
      if (type === 'category') return [name, frame.columns.texts[name]?.[row] ?? null];
      const value = frame.columns.numbers[name]?.[row] ?? Number.NaN;
      return [name, Number.isNaN(value) ? null : value];
    })
  );
}
