import { type Block, type Column, estimated, figure, type Phrase, paragraph, type Section, say } from '../document.js';
import { count, decimals } from '../format.js';
import type { ReportModel, TermEnds } from '../model.js';
import { kindTitle } from '../words.js';

const two = decimals(2);

/** Models beside the days to the end of a term: what of a high AUC is only the calendar. */
export function termEnds(report: ReportModel): Section {
  return { id: 'terms', title: 'Is it only the calendar?', blocks: blocksOf(report.termEnds) };
}

function reason(status: TermEnds['status']): Phrase {
  if (status === 'too_few_episodes')
    return say`No churn model could be judged in this run, so there is nothing to set beside the days to the end of a term.`;
  if (status === 'not_dated')
    return say`The snapshots carry no date, so it is not known which terms end inside their outcome window.`;
  if (status === 'none_in_window')
    return say`No contract known at its date ends inside an outcome window, so the results cannot be set beside the calendar of contracts.`;
  return say`No contract ends are mapped (term_end of subscriptions), so how much of the results is only the calendar of contracts cannot be told.`;
}

function blocksOf(ends: TermEnds): Block[] {
  if (ends.status !== 'ok') return [paragraph(reason(ends.status))];
  return [
    paragraph(
      say`A high AUC over all rows can be a calendar trick: an account whose contract does not end inside the outcome window hardly churns in it, so a model that reads nothing but the contract's calendar can rank well and still say nothing about who renews. Judge the models by the rows with a contract that ends inside the window, and by their lead over the days to the end of the term alone.`
    ),
    table(ends)
  ];
}

function table({ all, ending, models }: TermEnds): Block {
  const columns: Column[] = [
    { title: 'Churn model' },
    { title: 'AUC, all rows', numeric: true },
    { title: 'AUC, a term ends inside the window', numeric: true }
  ];
  const size = ({ rows, episodes }: TermEnds['all']): Phrase =>
    say`${figure(rows, count)} rows, ${figure(episodes, count)} episodes`;
  return {
    kind: 'table',
    caption: 'Churn on the test dates: AUC with 95% intervals, clustered by account',
    columns,
    rows: [
      ...models.map(model => [
        [model.kind === 'days_to_term_end' ? 'Days to term end alone' : kindTitle(model.kind)],
        estimated(model.all.auc, model.all.interval, two),
        estimated(model.ending.auc, model.ending.interval, two)
      ]),
      [['Test rows and churn episodes'], size(all), size(ending)]
    ]
  };
}
