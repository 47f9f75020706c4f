import type { Share, Waterfall } from '../../outcomes/rates.js';
import {
  type Block,
  type Column,
  figure,
  moneyIn,
  type Phrase,
  paragraph,
  type Section,
  say,
  strong
} from '../document.js';
import { count, decimals, percent, tidy } from '../format.js';
import type { ReportModel, RetentionReport } from '../model.js';

/** Months that the table shows; the JSON has all. */
const SHOWN = 24;

/** Retention of revenue and accounts: headline rates with their definitions, and the movements by month. */
export function retention(report: ReportModel): Section {
  const { retention: found, currency } = report;
  const blocks =
    found === null
      ? [paragraph(say`No subscriptions are mapped, so there is no recurring revenue to retain.`)]
      : found.months.length === 0
        ? [paragraph(say`The history of paid terms has no complete calendar month yet.`)]
        : [headline(found), definitions(found), ages(found), table(found, currency), comebacks(found)];
  return { id: 'retention', title: 'Retention of revenue and accounts', blocks };
}

function headline({ year, average }: RetentionReport): Block {
  const share = (value: Share) => strong(figure(value, percent));
  const yearly: Phrase =
    year === null
      ? say`There are fewer than twelve complete months, so no rates of a whole year are given.`
      : say`Of the revenue that ran before ${tidy(year.from, 12)}, ${share(year.grossRevenueRetention)} was kept a year later (gross) and ${share(year.netRevenueRetention)} with its expansion (net); ${share(year.logoChurn)} of the ${figure(year.startAccounts, count)} accounts had left.`;
  const monthly: Phrase =
    average === null
      ? []
      : say` Over the last ${figure(average.months, count)} months the average month lost ${share(average.logoChurn)} of its accounts and ${share(average.grossRevenueChurn)} of its revenue; if that stays so, a year loses ${share(average.annualLogoChurn)} and ${share(average.annualGrossRevenueChurn)}.`;
  return paragraph([...yearly, ...monthly]);
}

function definitions({ annualisation }: RetentionReport): Block {
  return paragraph(
    say`Definitions: revenue is the monthly recurring revenue of the paid terms, trials left out, just before the month begins and just before it ends. New and reactivated are accounts that paid nothing at the start, never before or once before; churn is accounts that pay nothing at the end; expansion and contraction are changes of those that stay. Gross retention is start less contraction and churn, by start; net adds expansion, and never new or reactivated revenue. Logo churn counts only accounts that paid at the start. The quick ratio is new, expansion and reactivation by contraction and churn. A monthly rate m becomes an annual one as ${tidy(annualisation, 40)}, not as a multiple. A gap within grace counts as paid. Rates without a denominator are n/a.`,
    'note'
  );
}

function ages({ byAge }: RetentionReport): Block {
  return {
    kind: 'table',
    caption: 'Accounts that no longer pay, by month ends since the first payment (cohorts observed so long)',
    columns: [
      { title: 'Month ends', numeric: true },
      { title: 'Accounts', numeric: true },
      { title: 'Do not pay', numeric: true },
      { title: 'Share', numeric: true }
    ],
    rows: byAge.map(({ months, accounts, churned, share }) => [
      [figure(months, count)],
      [figure(accounts, count)],
      [figure(churned, count)],
      [figure(share, percent)]
    ])
  };
}

const MOVES = ['start', 'new', 'expansion', 'contraction', 'churn', 'reactivation', 'end'] as const;

function table({ months, total }: RetentionReport, currency: string): Block {
  const cash = moneyIn(currency);
  const money = (w: Waterfall): Phrase[] => MOVES.map(name => [figure(w[name], cash)]);
  const title = (name: string): Column => ({ title: `${name.charAt(0).toUpperCase()}${name.slice(1)}`, numeric: true });
  const rates = ['Gross retention', 'Net retention', 'Logo churn', 'Quick ratio'].map(title);
  const rows = months
    .slice(-SHOWN)
    .map(month => [
      [tidy(month.from.slice(0, 7), 12)],
      ...money(month),
      [figure(month.grossRevenueRetention, percent)],
      [figure(month.netRevenueRetention, percent)],
      [figure(month.logoChurn, percent)],
      [figure(month.quickRatio, decimals(2))]
    ]);
  const sums = total === null ? [] : [[['All months'], ...money(total), ...rates.map((): Phrase => [''])]];
  return {
    kind: 'table',
    caption: `Monthly recurring revenue by calendar month (${tidy(currency, 3)})${months.length > SHOWN ? '; the newest months, all are in index.json' : ''}`,
    columns: [{ title: 'Month' }, ...MOVES.map(title), ...rates],
    rows: [...rows, ...sums]
  };
}

function comebacks({ episodes }: RetentionReport): Block {
  const { accounts, episodes: all, reactivations, churned } = episodes;
  const ended = Object.values(churned).reduce((sum, n) => sum + n, 0);
  const kinds = Object.entries(churned).filter(([, n]) => n > 0);
  const told: Phrase = kinds.flatMap(([kind, n], i) => [
    ...(i === 0 ? [] : [', ']),
    `${kind.replaceAll('_', ' ')} `,
    figure(n, count)
  ]);
  return paragraph(
    say`As labelled outcomes, ${figure(accounts, count)} accounts had ${figure(all, count)} relationships; ${ended === 0 ? 'none ended' : say`those that ended by kind: ${told}`}. An account that churned and paid again later began a new one: ${figure(reactivations, count)} reactivations.`,
    'note'
  );
}
