import { describe, expect, it } from 'vitest';
import type { ReportModel } from '../../src/reports/model.js';
import { buildSections, renderReport } from '../../src/reports/page.js';
import { evaluation, modelResult, reportModel, tooFew, undated } from './fixture.js';
import { markupFaults, numberFaults, textOf } from './reading.js';

const SECTIONS = [
  'headline',
  'models',
  'terms',
  'drivers',
  'reliability',
  'manual',
  'health',
  'retention',
  'quality',
  'method'
];
const oneClass = evaluation({
  positives: 0,
  auc: null,
  aucInterval: null,
  averagePrecision: null,
  liftAt10: null,
  liftInterval: null,
  calibrationSlope: null,
  calibrationSlopeInterval: null,
  calibrationIntercept: null,
  observed: 0,
  reliability: []
});

/** Cases of a report that all must render and hold every rule. */
const CASES: Readonly<Record<string, ReportModel>> = {
  full: reportModel(),
  'too few episodes': tooFew(),
  'not dated': undated(),
  'one class': reportModel({
    headline: null,
    drivers: null,
    models: [modelResult('churn', 'logistic', oneClass), modelResult('churn', 'manual', oneClass)],
    inForce: {},
    episodesNeeded: 100
  }),
  'nothing at all': reportModel({
    headline: null,
    models: [],
    inForce: {},
    blocks: {},
    drivers: null,
    health: null,
    gates: [],
    notes: [],
    episodesNeeded: 100,
    quality: { rows: {}, reasons: [], watermarks: [], skippedFeatures: [], snapshots: 0, features: 0 }
  }),
  'a failed gate': reportModel({
    gates: [{ name: 'skill', passed: false, detail: 'log loss is not below that of the constant' }]
  })
};

/** The full case, drawn once for every test that only reads it. */
let drawn: ReturnType<typeof renderReport> | undefined;
function full() {
  drawn ??= renderReport(reportModel());
  return drawn;
}

describe('the report', () => {
  it.each(Object.entries(CASES))(
    '%s: sections, contents, markup and numbers hold; promises 56 and 60',
    async (_, model) => {
      const { html, markdown, json, pictures } = await renderReport(model);
      expect([...html.matchAll(/<section id="(\w+)">/g)].map(match => match[1])).toEqual(SECTIONS);
      expect([...html.matchAll(/<li><a href="#(\w+)">/g)].map(match => match[1])).toEqual(SECTIONS.slice(1));
      expect(html).toContain(
        `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">`
      );
      expect(markupFaults(html)).toEqual([]);
      expect(numberFaults(html, model)).toEqual([]);
      expect(textOf(html)).not.toMatch(/\b(NaN|undefined|Infinity)\b|\[object/);
      expect(JSON.parse(json)).toEqual(model);
      for (const { name } of pictures) expect(markdown).toContain(`(pictures/${name}.svg)`);
      for (const section of buildSections(model).slice(1)) expect(markdown).toContain(`## ${section.title}`);
    }
  );

  it('says the answer, the model, its trust and the manual score on the first screen', async () => {
    const text = textOf((await full()).html.split('<nav')[0] ?? '');
    expect(text).toContain(
      'Expect about 112 of 1,834 accounts (88 to 139) and $1.4M of $24.3M ARR ($1.0M to $1.9M) to churn in the 90 days after 2025-06-30.'
    );
    expect(text).toContain(
      'Logistic regression says so. On later dates that it had never seen, it ranked accounts with AUC 0.79 (0.74 to 0.83) and its calibration slope was 1.02 (0.91 to 1.13): its probabilities can be read at face value.'
    );
    expect(text).toContain(
      'The manual score is not as good: it ranks accounts with AUC 0.66 (0.60 to 0.72); the learned model with 0.79 (0.74 to 0.83); the difference on the same rows is 0.13 (0.07 to 0.19).'
    );
  });

  it('does not call the manual score worse when the interval of the paired difference holds 0', async () => {
    const models = [
      modelResult('churn', 'logistic', evaluation()),
      modelResult('churn', 'manual', evaluation({ auc: 0.77, aucInterval: [0.72, 0.81] }))
    ];
    expect(
      textOf(
        (
          await renderReport(
            reportModel({
              comparison: { aucDifference: 0.02, interval: [-0.01, 0.05] },
              models
            })
          )
        ).html
      )
    ).toContain(
      'These data do not settle whether the manual score is as good: it ranks accounts with AUC 0.77 (0.72 to 0.81)'
    );
  });

  it('tells drivers in words, strongest first, as associations', async () => {
    const text = textOf((await full()).html);
    expect(text).toContain(
      'Logins in the last 28 days: 10 more logins go with 0.82 (0.75 to 0.90) times the odds of churn, other factors equal.'
    );
    expect(text).toContain(
      'The most active user went silent: yes rather than no goes with 2.04 (1.49 to 2.80) times the odds of churn'
    );
    expect(text).toContain('These are associations, not causes');
    expect(text.indexOf('user went silent: yes')).toBeLessThan(text.indexOf('10 more logins'));
  });

  it('keeps churn and upsell in tables of their own', () => {
    const tables = buildSections(reportModel())
      .find(section => section.id === 'models')!
      .blocks.flatMap(block => (block.kind === 'table' ? [block] : []));
    expect(tables.map(table => [table.caption.split(':')[0], table.rows.length])).toEqual([
      ['Churn', 5],
      ['Upsell', 2]
    ]);
  });

  it('says first how many episodes are missing, and keeps manual score and counts', async () => {
    const { html, markdown } = await renderReport(tooFew());
    const first = textOf(html.split('<main>')[1]?.split('<nav')[0] ?? '');
    expect(first.trim()).toMatch(/^Too few churn episodes to learn from: 97 more churn episodes needed\./);
    expect(first).toContain(
      'The manual health score has a mean of 67 of 100 (Moderate), weighted by ARR 72 of 100 (Strong)'
    );
    expect(first).toContain('accounts with $1.9M ARR');
    expect(markdown).toContain('97 more churn episodes needed');
  });

  it('says when the snapshots are not time-ordered', async () => {
    const text = textOf((await renderReport(undated())).html.split('<nav')[0] ?? '');
    expect(text).toContain('Not time-ordered.');
    expect(text).toContain('5 folds by account');
  });

  it('says which gate is not met on the first screen', async () => {
    expect(textOf((await renderReport(CASES['a failed gate']!)).html.split('<nav')[0] ?? '')).toContain(
      'Gate not met: skill.'
    );
  });

  it('gives the same bytes twice', async () => {
    const [a, b] = [await full(), await renderReport(reportModel())];
    expect(b.html).toBe(a.html);
    expect(b.markdown).toBe(a.markdown);
    expect(b.pictures.map(({ png }) => Buffer.from(png).toString('base64'))).toEqual(
      a.pictures.map(({ png }) => Buffer.from(png).toString('base64'))
    );
  });
});
