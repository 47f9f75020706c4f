import { isDated } from '../config/dated.js';
import type { Config } from '../config/types.js';
import type { Frame } from '../datasets/frame.js';
import { UNDEFINED_LABEL } from '../health/categories.js';
import { summariseHealth } from '../health/summary.js';
import { wilsonInterval } from '../math/statistics.js';
import type {
  Headline,
  HealthReport,
  QualityReport,
  ReportModel,
  RetentionReport,
  TermEnds
} from '../reports/model.js';
import { dateOfDay } from '../sources/calendar.js';
import type { DriversFit, RowCounts, Tables } from '../types.js';
import type { Comparison } from './fit-targets.js';
import type { Manual } from './manual.js';
import type { ScoreRow } from './scores.js';
import { modelResults, type Trained } from './train.js';

/** Everything a run found out, before it becomes a page. */
export interface RunFindings {
  readonly config: Config;
  readonly runId: string;
  readonly product: string;
  readonly backend: string;
  readonly dataHash: string;
  readonly frame: Frame;
  readonly trained: readonly Trained[];
  readonly drivers: DriversFit | null;
  readonly comparison: Comparison | null;
  readonly retention: RetentionReport | null;
  readonly termEnds: TermEnds;
  readonly manual: Manual | null;
  /** Rows of the newest as-of date (data end), or all rows when not dated. */
  readonly current: Int32Array;
  readonly currentScores: readonly ScoreRow[];
  readonly quality: QualityReport;
  readonly notes: readonly string[];
}

/** The report's numbers, gathered from what the run found. */
export function buildReportModel(findings: RunFindings): ReportModel {
  const { config, trained, frame, manual, current } = findings;
  const churn = trained.find(({ target }) => target === 'churn') as Trained;
  const first = current[0];
  const gates = trained.flatMap(t => t.gates);
  const passed = gates.every(gate => gate.passed);
  return {
    runId: findings.runId,
    product: findings.product,
    name: config.name,
    currency: config.currency,
    asOf: first === undefined || frame.day[first] === 0 ? '' : dateOfDay(frame.day[first] as number),
    dataEnd: config.dataEnd ?? '',
    timeOrdered: isDated(config),
    folds: isDated(config) ? 0 : (config.snapshots?.folds ?? 0),
    backend: findings.backend,
    seed: config.models.seed,
    dataHash: findings.dataHash,
    configHash: config.hash,
    horizonDays: churn.horizonDays,
    headline: isDated(config) && passed ? headlineOf(churn, findings) : null,
    models: trained.flatMap(modelResults),
    inForce: passed
      ? Object.fromEntries(trained.flatMap(t => (t.chosen === null ? [] : [[t.target, t.chosen.kind]])))
      : {},
    blocks: Object.fromEntries(trained.map(t => [t.target, t.blocks])),
    comparison: comparisonOf(findings.comparison),
    drivers: findings.drivers,
    health: manual === null ? null : healthOf(manual, churn, findings),
    retention: findings.retention,
    termEnds: findings.termEnds,
    quality: findings.quality,
    gates,
    episodesNeeded: churn.episodesNeeded,
    notes: [
      ...findings.notes,
      ...trained.flatMap(t => [...t.notes.map(note => `${t.target}: ${note}`), choiceOf(t, passed)])
    ]
  };
}

/** Which model was chosen, and whether that put it in force. */
function choiceOf({ target, chosen, chosenReason }: Trained, passed: boolean): string {
  const kind = chosen?.kind ?? 'no learned model';
  return passed
    ? `In force for ${target}: ${kind}; ${chosenReason}.`
    : `Chosen for ${target}, but not put in force because a gate is not met: ${kind}; ${chosenReason}.`;
}

function comparisonOf(comparison: Comparison | null): ReportModel['comparison'] {
  const auc = comparison?.differences.auc ?? null;
  return auc === null ? null : { aucDifference: auc.difference, interval: auc.interval };
}

/** Expected churned accounts and ARR at the newest date: sums of probabilities, with normal limits of the independent draws. */
function headlineOf(churn: Trained, { frame, current, currentScores }: RunFindings): Headline | null {
  if (churn.chosen === null) return null;
  let [accounts, arr, expected, variance, lost, lostVariance] = [0, 0, 0, 0, 0, 0];
  currentScores.forEach((score, i) => {
    const value = frame.arr[current[i] as number] as number;
    const p = score.probability;
    if (p === null) return;
    accounts += 1;
    arr += value;
    expected += p;
    variance += p * (1 - p);
    lost += p * value;
    lostVariance += p * (1 - p) * value * value;
  });
  return {
    accounts,
    arr,
    expectedChurned: expected,
    expectedChurnedInterval: limits(expected, variance, accounts),
    expectedLostArr: lost,
    expectedLostArrInterval: limits(lost, lostVariance, arr),
    model: churn.chosen.kind
  };
}

function limits(sum: number, variance: number, most: number): [number, number] {
  const half = 1.959963984540054 * Math.sqrt(variance);
  return [Math.max(0, sum - half), Math.min(most, sum + half)];
}

function healthOf({ built, scores }: Manual, churn: Trained, { frame, current }: RunFindings): HealthReport {
  const { model } = built;
  const {
    accounts: _,
    arr: __,
    ...summary
  } = summariseHealth({
    model,
    low: Float64Array.from(current, i => scores.low[i] as number),
    category: Int32Array.from(current, i => scores.category[i] as number),
    arr: Float64Array.from(current, i => frame.arr[i] as number)
  });
  const judged = churn.models.find(({ kind }) => kind === 'manual');
  const outcomes =
    judged === undefined || judged.test === null
      ? []
      : categoryOutcomes(churn, judged.testProbability, { frame, scores, labels: model.categories.map(c => c.label) });
  return { ...summary, outcomes };
}

interface CategoryInput {
  readonly frame: Frame;
  readonly scores: Manual['scores'];
  readonly labels: readonly string[];
}

/** What happened on the test block to each category, with Wilson intervals, beside the mean calibrated probability. */
function categoryOutcomes(
  churn: Trained,
  probability: Float64Array,
  { frame, scores, labels }: CategoryInput
): HealthReport['outcomes'] {
  const names = [...labels, UNDEFINED_LABEL];
  const sums = names.map(() => ({ n: 0, churned: 0, predicted: 0 }));
  const outcome = frame.columns.numbers['churn'] as Float64Array;
  churn.blockRows.test.forEach((row, i) => {
    const category = scores.category[row] as number;
    const sum = sums[category < 0 ? labels.length : category] as { n: number; churned: number; predicted: number };
    sum.n += 1;
    sum.churned += outcome[row] as number;
    sum.predicted += probability[i] as number;
  });
  return sums.flatMap(({ n, churned, predicted }, k) =>
    n === 0
      ? []
      : [
          {
            label: names[k] as string,
            n,
            churned,
            observed: churned / n,
            interval: wilsonInterval(churned, n),
            predicted: predicted / n
          }
        ]
  );
}

/** Counts and watermarks of the ingested tables, for the report and `vitals check`. */
export function qualityOf(
  tables: Tables,
  facts: Pick<QualityReport, 'skippedFeatures' | 'snapshots' | 'features'>
): QualityReport {
  const infos = Object.values(tables).flatMap(table => [table, ...Object.values(table.histories ?? {})]);
  const rows: Record<string, RowCounts> = Object.fromEntries(infos.map(table => [table.name, table.rows]));
  return {
    rows,
    reasons: infos.flatMap(table => table.reasons.map(reason => ({ table: table.name, ...reason }))),
    watermarks: infos.map(table => ({
      table: table.name,
      until: new Date(table.watermarkUs / 1000).toISOString().slice(0, 10),
      assumed: table.watermarkAssumed
    })),
    ...facts
  };
}
