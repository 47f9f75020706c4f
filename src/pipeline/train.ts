import type { Config } from '../config/types.js';
import type { Frame } from '../datasets/frame.js';
import type { Backend } from '../models/backend.js';
import type { AsOf, BlockName, BlockSummary, ModelKind, ModelResult, Target } from '../types.js';
import type { JudgedModel } from './candidate.js';
import type { Manual } from './manual.js';

/** What the models of every target are fitted from. */
export interface TrainingInput {
  readonly frame: Frame;
  readonly manual: Manual | null;
  readonly config: Config;
  /** null when no network is wanted. */
  readonly backend: Backend | null;
  readonly dates: readonly AsOf[];
}

/** All models of one target, judged on the same rows. */
export interface Trained {
  readonly target: Target;
  readonly horizonDays: number;
  readonly models: readonly JudgedModel[];
  /** Kinds that could not be fitted, with the status that says why. */
  readonly absent: readonly { readonly kind: ModelKind; readonly status: string }[];
  readonly blocks: Readonly<Record<BlockName, BlockSummary>>;
  /** Rows of the frame in each block. */
  readonly blockRows: Readonly<Record<BlockName, Int32Array>>;
  readonly episodesNeeded: number;
  /** The learned model that validation chose, null when there is none. */
  readonly chosen: JudgedModel | null;
  readonly chosenReason: string;
  readonly gates: readonly { readonly name: string; readonly passed: boolean; readonly detail: string }[];
  readonly notes: readonly string[];
}

const KINDS: readonly ModelKind[] = ['logistic', 'neural', 'manual', 'constant', 'single'];

/** One entry per kind, as in `vitals run --json`: fitted models, then the kinds that are absent with their status. */
export function modelResults({ target, horizonDays, models, absent, blocks }: Trained): ModelResult[] {
  const count = (of: (block: BlockSummary) => number) =>
    Object.fromEntries(Object.entries(blocks).map(([name, block]) => [name, of(block)])) as Record<BlockName, number>;
  const fitted = models.map(
    (model): ModelResult => ({
      name: `${target} ${model.kind}`,
      target,
      kind: model.kind,
      status: model.status,
      horizonDays,
      rows: model.rows,
      episodes: model.episodes,
      calibrator: model.calibrator,
      calibratorReason: model.calibratorReason,
      test: model.test
    })
  );
  const missing = absent.map(
    ({ kind, status }): ModelResult => ({
      name: `${target} ${kind}`,
      target,
      kind,
      status,
      horizonDays,
      rows: count(block => block.rows),
      episodes: count(block => block.episodes),
      calibrator: { kind: 'identity' },
      calibratorReason: 'not fitted',
      test: null
    })
  );
  return [...fitted, ...missing].sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind));
}

/** The kinds that a target is to have. */
export function wantedKinds(target: Target, config: Config): ModelKind[] {
  const learned: ModelKind[] = ['logistic', 'constant', 'single'];
  if (target === 'churn' && config.models.neural !== null) learned.push('neural');
  return learned;
}
