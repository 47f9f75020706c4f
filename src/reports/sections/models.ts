import type { ModelResult, Target } from '../../types.js';
import { charts } from '../charts/index.js';
import {
  type Block,
  type Column,
  estimated,
  figure,
  interval,
  type Phrase,
  paragraph,
  quiet,
  type Section,
  say
} from '../document.js';
import { count, decimals, tidy } from '../format.js';
import type { ReportModel } from '../model.js';
import { evaluated, kindTitle, OUTCOMES, statusWords } from '../words.js';

const two = decimals(2);
const three = decimals(3);
const four = decimals(4);

const COLUMNS: readonly Column[] = [
  { title: 'Model' },
  { title: 'AUC', numeric: true },
  { title: 'Log loss', numeric: true },
  { title: 'Brier', numeric: true },
  { title: 'Lift, top tenth', numeric: true },
  { title: 'Calibration slope', numeric: true },
  { title: 'ECE (null band)', numeric: true },
  { title: 'Rows', numeric: true },
  { title: 'Positive rows', numeric: true }
];

/** Models side by side, one table and one chart per target: churn and upsell are never on one scale. */
export function models(report: ReportModel): Section {
  const targets = (['churn', 'upsell'] as const).filter(target => report.models.some(model => model.target === target));
  const judged = targets.some(target => evaluated(report.models, target).length > 0);
  return {
    id: 'models',
    title: 'Models side by side',
    blocks: [
      paragraph(judged ? introduction(report) : say`No model could be judged on held-out outcomes in this run.`),
      ...targets.flatMap(target => targetBlocks(report, target)),
      ...(judged ? [reading()] : [])
    ]
  };
}

function introduction(report: ReportModel): Phrase {
  const rows = report.timeOrdered
    ? 'the test dates, which lie after everything the models were fitted and calibrated on'
    : 'accounts that the model had not seen';
  const why = report.timeOrdered ? ', because an account recurs from date to date' : '';
  return say`Every model is judged on the same rows: ${rows}. Intervals are 95% and clustered by account${why}.`;
}

function reading(): Block {
  return paragraph(
    say`How to read it: AUC is the chance that an account with the outcome is ranked above one without (a coin toss gives one half). Log loss and Brier measure the probabilities; lower is better. Lift is how many times more outcomes the tenth ranked highest holds than a tenth drawn at random. A calibration slope of one is right; under one, the probabilities are too extreme. ECE is the mean gap between promised and happened; inside its null band it cannot be told from a perfectly calibrated model.`,
    'note'
  );
}

function targetBlocks(report: ReportModel, target: Target): Block[] {
  const results = report.models.filter(model => model.target === target);
  const { title } = OUTCOMES[target];
  if (evaluated(results, target).length === 0) return [{ kind: 'heading', text: title }, statusTable(results, title)];
  const ranked = evaluated(results, target).some(model => model.test.auc !== null);
  const inForce = results.findIndex(model => isInForce(report, model));
  const table: Block = {
    kind: 'table',
    caption: `${title}: held-out measures, with 95% intervals${inForce >= 0 ? '; the model in force in bold' : ''}`,
    columns: COLUMNS,
    rows: results.map(model => row(report, model)),
    ...(inForce >= 0 ? { strong: inForce } : {})
  };
  const picture: Block = {
    kind: 'picture',
    name: `models-${target}`,
    alt: `${title}: AUC of every model with its interval`,
    spec: charts.models(results, target)
  };
  return [{ kind: 'heading', text: title }, ...(ranked ? [picture] : []), table];
}

function statusTable(results: readonly ModelResult[], title: string): Block {
  return {
    kind: 'table',
    caption: `${title}: what there was to learn from`,
    columns: [
      { title: 'Model' },
      { title: 'Status' },
      { title: 'Training rows', numeric: true },
      { title: 'Training episodes', numeric: true }
    ],
    rows: results.map(model => [
      [kindTitle(model.kind)],
      [tidy(statusWords(model.status), 60)],
      [figure(model.rows.train, count)],
      [figure(model.episodes.train, count)]
    ])
  };
}

/** Whether the model is the one in force for its target. */
export function isInForce(report: ReportModel, model: ModelResult): boolean {
  const name = report.inForce[model.target];
  return name !== undefined && (name === model.name || name === model.kind);
}

function row(report: ReportModel, model: ModelResult): Phrase[] {
  const status = model.status === 'ok' ? '' : ` (${tidy(statusWords(model.status), 60)})`;
  const name = say`${kindTitle(model.kind)}${status}${isInForce(report, model) ? quiet([' (in force)']) : ''}`;
  const { test } = model;
  if (test === null) return [name, ...COLUMNS.slice(1).map((): Phrase => ['n/a'])];
  return [
    name,
    estimated(test.auc, test.aucInterval, two),
    [figure(test.logLoss, four)],
    [figure(test.brier, four)],
    estimated(test.liftAt10, test.liftInterval, two),
    estimated(test.calibrationSlope, test.calibrationSlopeInterval, two),
    say`${figure(test.ece, three)} ${quiet(say`(${interval(test.eceNullBand, three)})`)}`,
    [figure(test.n, count)],
    [figure(test.positives, count)]
  ];
}
