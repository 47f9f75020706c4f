import { charts } from '../charts/index.js';
import { type Block, estimated, figure, paragraph, type Section, say, strong } from '../document.js';
import { count, decimals, percent, tidy } from '../format.js';
import type { HealthReport, ReportModel } from '../model.js';
import { evaluated } from '../words.js';
import { findModel, manualSentence } from './headline.js';

/** The manual score beside the learned model: ranking, what each category promised and what happened, and its factors. */
export function manual(report: ReportModel): Section {
  const blocks =
    report.health === null
      ? [paragraph(say`This workspace has no manual health score.`)]
      : healthBlocks(report, report.health);
  return { id: 'manual', title: 'Manual score beside the learned model', blocks };
}

function healthBlocks(report: ReportModel, health: HealthReport): Block[] {
  return [
    comparison(report),
    ...outcomes(health),
    paragraph(
      say`Of the weight of profile ${strong(tidy(health.profile, 60))}, ${figure(health.actionableShare, percent)} is on factors that someone can act on and ${figure(health.laggingShare, percent)} on lagging factors, which move only when it is late.`
    ),
    ...(health.factors.length === 0 ? [] : [factorTable(health)])
  ];
}

function comparison(report: ReportModel): Block {
  const learned = evaluated(report.models, 'churn').filter(
    model => model.kind === 'logistic' || model.kind === 'neural'
  );
  const inForce = findModel(report, report.inForce.churn);
  const rival = inForce !== undefined && inForce.kind !== 'manual' ? inForce : learned[0];
  const words = rival === undefined ? [] : manualSentence(report, rival);
  if (words.length > 0) return paragraph(say`${words} Both were judged on the same rows with the same measures.`);
  const manualResult = evaluated(report.models, 'churn').find(model => model.kind === 'manual');
  if (manualResult === undefined)
    return paragraph(say`The manual score has no held-out outcomes in this run, so its ranking cannot be compared.`);
  const auc = estimated(manualResult.test.auc, manualResult.test.aucInterval, decimals(2));
  return paragraph(say`The manual score ranks accounts with AUC ${auc}; there is no learned model to set beside it.`);
}

function outcomes(health: HealthReport): Block[] {
  if (health.outcomes.length === 0)
    return [
      paragraph(
        say`There are no held-out outcomes by category in this run, so what the categories promised cannot be checked yet.`
      )
    ];
  return [
    {
      kind: 'picture',
      name: 'category-outcome',
      alt: 'Churn by health category: promised and happened',
      spec: charts.categoryOutcome(health.outcomes)
    },
    {
      kind: 'table',
      caption: 'What each category promised and what happened, on held-out rows',
      columns: [
        { title: 'Category' },
        { title: 'Rows', numeric: true },
        { title: 'Churned', numeric: true },
        { title: 'Happened (95% interval)', numeric: true },
        { title: 'Promised', numeric: true }
      ],
      rows: health.outcomes.map(outcome => [
        [tidy(outcome.label, 60)],
        [figure(outcome.n, count)],
        [figure(outcome.churned, count)],
        estimated(outcome.n === 0 ? null : outcome.observed, outcome.interval, percent),
        [figure(outcome.n === 0 ? null : outcome.predicted, percent)]
      ])
    }
  ];
}

function factorTable(health: HealthReport): Block {
  return {
    kind: 'table',
    caption: 'Factors of the manual score',
    columns: [
      { title: 'Factor' },
      { title: 'Dimension' },
      { title: 'Weight', numeric: true },
      { title: 'What it measures' }
    ],
    rows: health.factors.map(factor => [
      [tidy(factor.name, 60)],
      [tidy(factor.dimension, 60)],
      [figure(factor.weight, percent)],
      [tidy(factor.about)]
    ])
  };
}
