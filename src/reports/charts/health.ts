import type { TopLevelSpec } from 'vega-lite';
import { count, money, tidy } from '../format.js';
import type { HealthReport } from '../model.js';
import { COLORS, CONFIG, distinctLabels, heading, type Panel, rowChannel, SCHEMA, safeColor } from './theme.js';

type Categories = HealthReport['categories'];

const WIDTH = 300;
const ROW = 34;

/**
 * Accounts and ARR per health category as two panels of bars in the order of the scale. The category is written beside its bars,
 * so that its colour is not the only carrier. `currency` is the ISO code of the ARR.
 */
export function health(categories: Categories, currency: string): TopLevelSpec {
  const labels = distinctLabels(
    categories.map(category => category.label),
    32
  );
  const values = categories.map((category, row) => ({
    row: labels[row],
    color: safeColor(category.color),
    accounts: category.accounts,
    accountsText: count(category.accounts),
    arr: category.arr,
    arrText: money(category.arr, currency)
  }));
  const height = Math.max(1, categories.length) * ROW;
  const top = (field: 'accounts' | 'arr') => Math.max(1, ...categories.map(category => category[field]));
  return {
    $schema: SCHEMA,
    config: CONFIG,
    title: heading(
      finding(categories, currency),
      'Accounts at data end by health category, counted and weighted by ARR.'
    ),
    data: { values },
    spacing: 40,
    hconcat: [
      bars({ field: 'accounts', title: 'accounts', top: top('accounts'), height, labels: true }),
      bars({ field: 'arr', title: `ARR (${tidy(currency, 3)})`, top: top('arr'), height, labels: false })
    ]
  };
}

interface Bars {
  readonly field: 'accounts' | 'arr';
  readonly title: string;
  readonly top: number;
  readonly height: number;
  readonly labels: boolean;
}

function bars(panel: Bars): Panel {
  const y = rowChannel(panel.labels);
  const axis = { labels: false, ticks: false, grid: false, domain: false };
  const scale = { domain: [0, panel.top], nice: false };
  const x = { field: panel.field, type: 'quantitative' as const, title: panel.title, axis, scale };
  return {
    width: WIDTH,
    height: panel.height,
    layer: [
      {
        mark: { type: 'bar', stroke: COLORS.ink, strokeWidth: 0.5, height: { band: 0.62 } },
        encoding: { y, x, color: { field: 'color', type: 'nominal', scale: null } }
      },
      {
        mark: { type: 'text', align: 'left', dx: 6 },
        encoding: { y, x, text: { field: `${panel.field}Text`, type: 'nominal' } }
      }
    ]
  };
}

function finding(categories: Categories, currency: string): string {
  const [byAccounts] = categories.toSorted((a, b) => b.accounts - a.accounts);
  const [byArr] = categories.toSorted((a, b) => b.arr - a.arr);
  if (byAccounts === undefined || byArr === undefined) return 'No account has a health score';
  const accounts = `${tidy(byAccounts.label, 28)} (${count(byAccounts.accounts)})`;
  return `Largest category by accounts: ${accounts}; by ARR: ${tidy(byArr.label, 28)} (${money(byArr.arr, currency)})`;
}
