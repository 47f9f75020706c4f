import { charts } from '../charts/index.js';
import { type Block, figure, moneyIn, paragraph, type Section, say, strong } from '../document.js';
import { count, score, tidy } from '../format.js';
import type { HealthReport, ReportModel } from '../model.js';

/** Health by category with counts and ARR, and both headlines: by account and by ARR. */
export function health(report: ReportModel): Section {
  const blocks =
    report.health === null
      ? [paragraph(say`This workspace has no manual health score.`)]
      : healthBlocks(report, report.health);
  return { id: 'health', title: 'Health by category', blocks };
}

function healthBlocks(report: ReportModel, health: HealthReport): Block[] {
  const cash = moneyIn(report.currency);
  return [
    paragraph(
      say`Every account counted alike, the mean score is ${mean(health.accountMean, health.accountCategory)}; weighted by ARR it is ${mean(health.arrMean, health.arrCategory)}. Both are printed because large and small accounts can differ.`
    ),
    {
      kind: 'picture',
      name: 'health',
      alt: 'Accounts and ARR by health category',
      spec: charts.health(health.categories, report.currency)
    },
    {
      kind: 'table',
      caption: `Health by category${report.asOf === '' ? '' : ` at ${report.asOf}`}`,
      columns: [
        { title: 'Category' },
        { title: 'Meaning' },
        { title: 'Accounts', numeric: true },
        { title: `ARR (${tidy(report.currency, 3)})`, numeric: true }
      ],
      rows: health.categories.map(category => [
        [{ kind: 'swatch', color: category.color }, tidy(category.label, 60)],
        [tidy(category.meaning)],
        [figure(category.accounts, count)],
        [figure(category.arr, cash)]
      ])
    }
  ];
}

function mean(value: number | null, category: string) {
  return value === null ? strong('not defined') : strong(figure(value, score), ` (${tidy(category, 60)})`);
}
