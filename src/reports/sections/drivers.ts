import type { DriverEffect, DriversFit } from '../../types.js';
import { byStrength, effectSide } from '../charts/drivers.js';
import { charts } from '../charts/index.js';
import { type Block, estimated, figure, type Phrase, paragraph, type Section, say, strong } from '../document.js';
import { count, odds, percent, plain, points, pValue, tidy } from '../format.js';
import type { ReportModel } from '../model.js';
import { perStep, stepOf } from '../units.js';

const TOLD = 5;

/** What goes with churn: forest plot, the clear effects in words, and the whole list. */
export function drivers(report: ReportModel): Section {
  const fit = report.drivers;
  const blocks = fit === null || fit.effects.length === 0 ? nothing(report) : told(fit);
  return { id: 'drivers', title: 'What goes with churn', blocks: [...blocks, ...(fit === null ? [] : dropped(fit))] };
}

function nothing(report: ReportModel): Block[] {
  const why =
    report.episodesNeeded > 0 ? say` (${figure(report.episodesNeeded, count)} more churn episodes needed)` : [];
  return [
    paragraph(
      say`No driver can be told from these data${why}: a factor needs several churn episodes behind it before its effect means anything.`
    )
  ];
}

function told(fit: DriversFit): Block[] {
  const effects = byStrength(fit.effects);
  const clear = effects.filter(effect => effectSide(effect) !== 'unclear');
  const method =
    fit.method === 'firth'
      ? 'Firth-penalised logistic regression (the outcome is separated by a factor)'
      : 'unpenalised logistic regression';
  return [
    paragraph(
      say`Each line compares accounts that differ in one factor and are alike in the others (${method}, ${figure(fit.rows, count)} rows, ${figure(fit.episodes, count)} churn episodes, errors clustered over ${figure(fit.clusters, count)} accounts or parents). ${strong('These are associations, not causes')}: changing a factor need not change churn.`
    ),
    clear.length === 0
      ? paragraph(say`No factor can be told apart from no effect: every interval includes one.`)
      : { kind: 'list', items: clear.slice(0, TOLD).map(sentence) },
    {
      kind: 'picture',
      name: 'drivers',
      alt: 'Odds ratios of churn per step of each factor, with intervals',
      spec: charts.drivers(fit)
    },
    table(effects)
  ];
}

/** `Logins in 28 days: 10 more events go with 0.82 (0.75 to 0.90) times the odds of churn, other factors equal.` */
export function sentence(effect: DriverEffect): Phrase {
  const about = strong(tidy(effect.about || effect.name, 120).replace(/\.$/, ''));
  return say`${about}: ${change(effect)} with ${estimated(effect.oddsRatio, effect.interval, odds)} times the odds of churn, other factors equal.`;
}

function change(effect: DriverEffect): Phrase {
  const step = stepOf(effect);
  const size = figure(effect.step, plain);
  if (step.kind === 'yes') return say`yes rather than no goes`;
  if (step.kind === 'points') return say`${figure(effect.step, points)} more go`;
  if (step.kind === 'bare') return say`${size} more goes`;
  return say`${size} more ${step.unit} ${effect.step === 1 ? 'goes' : 'go'}`;
}

function table(effects: readonly DriverEffect[]): Block {
  return {
    kind: 'table',
    caption: 'Odds ratio of churn per step, clearest first; p adjusted for the number of factors (Holm)',
    columns: [
      { title: 'Factor' },
      { title: 'Step' },
      { title: 'Odds ratio (95% interval)', numeric: true },
      { title: 'Adjusted p', numeric: true },
      { title: 'Missing', numeric: true },
      { title: 'Can be acted on' }
    ],
    rows: effects.map(effect => [
      [tidy(effect.about || effect.name, 120)],
      stepPhrase(effect),
      estimated(effect.oddsRatio, effect.interval, odds),
      [figure(effect.pAdjusted, pValue)],
      [figure(effect.missingShare, percent)],
      [effect.actionable ? 'yes' : 'no']
    ])
  };
}

function stepPhrase(effect: DriverEffect): Phrase {
  const step = stepOf(effect);
  if (step.kind === 'yes') return [perStep(effect)];
  if (step.kind === 'points') return say`per ${figure(effect.step, points)}`;
  return say`per ${figure(effect.step, plain)}${step.kind === 'units' ? ` ${step.unit}` : ''}`;
}

function dropped(fit: DriversFit): Block[] {
  if (fit.dropped.length === 0) return [];
  const items = fit.dropped.map((factor): Phrase => say`${strong(tidy(factor.name, 80))}: ${tidy(factor.reason)}`);
  return [
    { kind: 'heading', text: 'Left out of the fit' },
    { kind: 'list', items }
  ];
}
