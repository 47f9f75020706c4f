import {
  type Block,
  estimated,
  figure,
  interval,
  moneyIn,
  type Phrase,
  paragraph,
  type Section,
  say,
  strong
} from '../document.js';
import { count, decimals, expected, score, tidy } from '../format.js';
import type { Headline, HealthReport, ReportModel } from '../model.js';
import { calibrationVerdict, type Evaluated, evaluated, kindTitle, VERDICT_WORDS } from '../words.js';

const two = decimals(2);

/** The first screen: what to expect, which model says it, how far to trust it, and whether the manual score is as good. */
export function headline(report: ReportModel): Section {
  const answer = report.headline === null ? withoutForecast(report) : forecast(report, report.headline);
  return { id: 'headline', title: 'Headline', blocks: [...warnings(report), ...answer] };
}

function forecast(report: ReportModel, head: Headline): Block[] {
  const model = findModel(report, head.model);
  return [
    expectation(report, head),
    paragraph(trust(report, model)),
    tilesOf(report, head, model),
    paragraph(
      say`Ranges in brackets and under numbers are 95% intervals. Those of the expected accounts and ARR take the probabilities as they are and accounts as independent; the uncertainty of the fit and of its calibration comes on top.`,
      'note'
    )
  ];
}

/** No forecast: what is in force and known instead. */
function withoutForecast(report: ReportModel): Block[] {
  const model = findModel(report, report.inForce.churn);
  const why =
    model === undefined || model.kind === 'manual'
      ? 'No learned churn model is in force'
      : 'No current accounts were scored';
  return [
    paragraph(say`${why}, so this report does not say how many accounts to expect to churn.${health(report)}`, 'lead'),
    ...(model === undefined ? [] : [paragraph(trust(report, model))]),
    ...(report.health === null || report.health.categories.length === 0 ? [] : [categoryTiles(report, report.health)])
  ];
}

function health({ health: scores }: ReportModel): Phrase {
  if (scores === null || scores.accountMean === null) return [];
  const byArr =
    scores.arrMean === null
      ? []
      : say`, weighted by ARR ${strong(figure(scores.arrMean, score), ` (${tidy(scores.arrCategory, 40)})`)}`;
  return say` The manual health score has a mean of ${strong(figure(scores.accountMean, score), ` (${tidy(scores.accountCategory, 40)})`)}${byArr}.`;
}

function categoryTiles(report: ReportModel, scores: HealthReport): Block {
  const cash = moneyIn(report.currency);
  const items = scores.categories.map(category => ({
    label: tidy(category.label, 40),
    value: [figure(category.accounts, count)],
    note: say`accounts with ${figure(category.arr, cash)} ARR`
  }));
  return { kind: 'tiles', items };
}

/** The evaluated churn model that a name (or kind) of the report means. */
export function findModel(report: ReportModel, name: string | undefined): Evaluated | undefined {
  const candidates = evaluated(report.models, 'churn');
  return candidates.find(model => model.name === name) ?? candidates.find(model => model.kind === name);
}

function warnings(report: ReportModel): Block[] {
  const notice = (parts: Phrase): Block => ({ kind: 'notice', tone: 'warning', parts });
  const failed = report.gates.filter(gate => !gate.passed);
  return [
    ...(report.episodesNeeded > 0
      ? [
          notice(
            say`${strong('Too few churn episodes to learn from: ', figure(report.episodesNeeded, count), ' more churn episodes needed.')} The manual health score stays in force and the counts below hold; nothing learned is put in its place.`
          )
        ]
      : []),
    ...(report.timeOrdered
      ? []
      : [
          notice(
            say`${strong('Not time-ordered.')} The snapshots carry no date, so every account was judged by models that were fitted without it (${figure(report.folds, count)} folds by account). This says how well accounts can be told apart, not how well the future can be told from the past.`
          )
        ]),
    ...failed.map(gate =>
      notice(
        say`${strong('Gate not met: ', tidy(gate.name, 60), '.')} ${tidy(gate.detail)}. This run was not put in force: models/latest stays as it was.`
      )
    )
  ];
}

function expectation(report: ReportModel, head: Headline): Block {
  const cash = moneyIn(report.currency);
  const accounts = strong(figure(head.expectedChurned, expected), ' of ', figure(head.accounts, count), ' accounts');
  const lost = strong(figure(head.expectedLostArr, cash), ' of ', figure(head.arr, cash), ' ARR');
  return paragraph(
    say`Expect about ${accounts} (${interval(head.expectedChurnedInterval, expected)}) and ${lost} (${interval(head.expectedLostArrInterval, cash)}) to churn in the ${figure(report.horizonDays, count)} days after ${report.asOf === '' ? 'the snapshot' : report.asOf}.`,
    'lead'
  );
}

function trust(report: ReportModel, model: Evaluated | undefined): Phrase {
  if (model === undefined)
    return say`The model behind these numbers has no held-out evaluation in this run, so how far to trust them is not known.`;
  const { test } = model;
  const says = report.headline === null ? ' is in force' : ' says so';
  const where = report.timeOrdered ? 'On later dates that it had never seen' : 'On accounts that it had never seen';
  const auc = estimated(test.auc, test.aucInterval, two);
  const slope = estimated(test.calibrationSlope, test.calibrationSlopeInterval, two);
  return say`${strong(kindTitle(model.kind))}${says}. ${where}, it ranked accounts with AUC ${auc} and its calibration slope was ${slope}: ${VERDICT_WORDS[calibrationVerdict(test)]}. ${manualSentence(report, model)}`;
}

/** Whether the manual score is as good as the model: both AUCs, their paired difference, and what its interval allows to say. */
export function manualSentence(report: ReportModel, learned: Evaluated): Phrase {
  const manual = evaluated(report.models, 'churn').find(model => model.kind === 'manual');
  if (manual === undefined || learned.kind === 'manual') return [];
  const aucOf = ({ test }: Evaluated) => estimated(test.auc, test.aucInterval, two);
  const { comparison } = report;
  const difference =
    comparison === null
      ? say`; their difference on the same rows could not be measured`
      : say`; the difference on the same rows is ${estimated(comparison.aucDifference, comparison.interval, two)}`;
  return say`${strong(manualVerdict(comparison))}: it ranks accounts with AUC ${aucOf(manual)}; the learned model with ${aucOf(learned)}${difference}.`;
}

function manualVerdict(comparison: ReportModel['comparison']): string {
  if (comparison === null) return 'Whether the manual score is as good could not be measured';
  if (comparison.interval[0] > 0) return 'The manual score is not as good';
  if (comparison.interval[1] < 0) return 'The manual score is better';
  return 'These data do not settle whether the manual score is as good';
}

function tilesOf(report: ReportModel, head: Headline, model: Evaluated | undefined): Block {
  const cash = moneyIn(report.currency);
  const scored = {
    label: 'Accounts scored',
    value: [figure(head.accounts, count)],
    note: say`with ${figure(head.arr, cash)} ARR (${tidy(report.currency, 3)})`
  };
  const churned = {
    label: 'Expected to churn',
    value: [figure(head.expectedChurned, expected)],
    note: say`${interval(head.expectedChurnedInterval, expected)} accounts`
  };
  const lost = {
    label: 'ARR expected to be lost',
    value: [figure(head.expectedLostArr, cash)],
    note: interval(head.expectedLostArrInterval, cash)
  };
  if (model === undefined) return { kind: 'tiles', items: [scored, churned, lost] };
  const ends = model.test.aucInterval;
  const ranking = {
    label: 'Ranking (AUC)',
    value: [figure(model.test.auc, two)],
    note: ends === null ? ['no interval'] : interval(ends, two)
  };
  return { kind: 'tiles', items: [scored, churned, lost, ranking] };
}
