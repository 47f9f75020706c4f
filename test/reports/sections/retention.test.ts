import { describe, expect, it } from 'vitest';
import type { Block } from '../../../src/reports/document.js';
import type { ReportModel } from '../../../src/reports/model.js';
import { retention } from '../../../src/reports/sections/retention.js';
import { termEnds } from '../../../src/reports/sections/term-ends.js';
import { noTermEnds, reportModel, retentionReport } from '../fixture.js';

/** The words of a block, figures as they are printed. */
const words = (block: Block | undefined): string =>
  JSON.stringify(block).replaceAll(/\{"kind":"figure","value":[^,]+,"text":"([^"]*)"\}/g, '$1');
const table = (blocks: readonly Block[], caption: string) =>
  blocks.find(block => block.kind === 'table' && block.caption.includes(caption)) as Extract<Block, { kind: 'table' }>;

describe('the section on retention', () => {
  it('has a row for every month, and the movements of all months', () => {
    const { blocks } = retention(reportModel());
    const { rows, columns } = table(blocks, 'Monthly recurring revenue');
    expect(columns.map(({ title }) => title)).toEqual([
      ...['Month', 'Start', 'New', 'Expansion', 'Contraction', 'Churn', 'Reactivation', 'End'],
      ...['Gross retention', 'Net retention', 'Logo churn', 'Quick ratio']
    ]);
    expect(rows).toHaveLength(15);
    expect(rows[0]?.[0]).toEqual(['2024-05']);
    expect(rows.at(-1)?.[0]).toEqual(['All months']);
    expect(rows[0]?.[8]).toEqual(['n/a']);
  });

  it('shows the newest two years and says that the rest is in the JSON', () => {
    const { months, ...rest } = retentionReport();
    const { rows, caption } = table(
      retention(reportModel({ retention: { ...rest, months: [...months, ...months] } })).blocks,
      'Monthly recurring revenue'
    );
    expect(rows).toHaveLength(25);
    expect(caption).toContain('index.json');
  });

  it('states how a monthly rate becomes an annual one, and the kinds of churn with reactivations', () => {
    const text = retention(reportModel()).blocks.map(words).join('\n');
    expect(text).toContain('1 - (1 - m)^12');
    expect(text).toContain('non renewal');
    expect(text).toContain('reactivations');
  });

  it.each<[string, ReportModel['retention'], string]>([
    ['without subscriptions', null, 'No subscriptions are mapped'],
    ['without a complete month', { ...retentionReport(), months: [] }, 'no complete calendar month'],
    ['without a whole year', { ...retentionReport(), year: null }, 'fewer than twelve complete months']
  ])('says so %s', (_, found, sentence) => {
    expect(
      retention(reportModel({ retention: found }))
        .blocks.map(words)
        .join('\n')
    ).toContain(sentence);
  });
});

describe('the section on the calendar', () => {
  it('sets all rows beside those whose term ends inside the window, with rows and episodes, and warns', () => {
    const { blocks } = termEnds(reportModel());
    expect(words(blocks[0])).toContain('A high AUC over all rows can be a calendar trick');
    const { rows } = table(blocks, 'AUC');
    expect(rows.map(([name]) => name)).toEqual([
      ['Logistic regression'],
      ['Days to term end alone'],
      ['Test rows and churn episodes']
    ]);
    const last = rows
      .at(-1)
      ?.slice(1)
      .map(cell => cell.map(part => (typeof part === 'object' && 'text' in part ? part.text : part)).join(''));
    expect(last).toEqual(['5,712 rows, 203 episodes', '1,904 rows, 171 episodes']);
  });

  it.each([
    ['no_term_ends', 'No contract ends are mapped'],
    ['none_in_window', 'No contract known at its date ends inside an outcome window'],
    ['too_few_episodes', 'No churn model could be judged'],
    ['not_dated', 'carry no date']
  ] as const)('says so: %s', (status, sentence) => {
    expect(words(termEnds(reportModel({ termEnds: noTermEnds(status) })).blocks[0])).toContain(sentence);
  });
});
