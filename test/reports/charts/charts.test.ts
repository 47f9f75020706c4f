import { compile, type TopLevelSpec } from 'vega-lite';
import { describe, expect, it } from 'vitest';
import { byStrength, effectSide } from '../../../src/reports/charts/drivers.js';
import { charts } from '../../../src/reports/charts/index.js';
import { distinctLabels, safeColor } from '../../../src/reports/charts/theme.js';
import { renderPng, renderSvg } from '../../../src/reports/render.js';
import type { DriversFit } from '../../../src/types.js';
import { evaluation, modelResult, reportModel } from '../fixture.js';
import { markupFaults } from '../reading.js';

const model = reportModel();
const fit = model.drivers!;
const oneClass = evaluation({
  auc: null,
  aucInterval: null,
  calibrationSlope: null,
  calibrationSlopeInterval: null,
  reliability: []
});
const SPECS: Readonly<Record<string, TopLevelSpec>> = {
  'reliability of one': charts.reliability(evaluation()),
  'reliability of three': charts.reliability(
    ['a', 'b', 'c'].map(name => ({ name, evaluation: evaluation() })),
    'Churn'
  ),
  'reliability of bins of unequal size': charts.reliability(
    [1, 2].map(times => {
      const { reliability } = evaluation();
      return {
        name: `${times}`,
        evaluation: evaluation({ reliability: reliability.map(bin => ({ ...bin, n: bin.n * times })) })
      };
    })
  ),
  'reliability of nothing': charts.reliability([]),
  'reliability of one class': charts.reliability(oneClass),
  drivers: charts.drivers(fit),
  'no drivers': charts.drivers({ ...fit, effects: [] }),
  health: charts.health(model.health!.categories, 'USD'),
  'health of nobody': charts.health([], 'USD'),
  models: charts.models(model.models),
  'models of one class': charts.models([modelResult('churn', 'logistic', oneClass)]),
  'no models': charts.models([]),
  'category outcome': charts.categoryOutcome(model.health!.outcomes),
  'no category outcome': charts.categoryOutcome([])
};

const HOSTILE = [
  '<img src=x onerror=alert(1)>',
  '</script><script>alert(1)</script>',
  `"+alert(1)+"`,
  "datum.constructor.constructor('alert(1)')()",
  `$${'{1}{{2}}'}`,
  '[].map',
  "a.b['c']\\",
  '\u202etxt\u0000\ud800',
  '__proto__',
  'constructor',
  ''
];

function titleOf(spec: TopLevelSpec): string {
  return JSON.parse(JSON.stringify(spec)).title.text;
}

describe('charts', () => {
  it.each(Object.entries(SPECS))('%s compiles without a warning and draws', async (_, spec) => {
    const said: string[] = [];
    const logger = { level: () => logger, error: add, warn: add, info: () => logger, debug: () => logger };
    function add(...messages: readonly unknown[]) {
      said.push(messages.join(' '));
      return logger;
    }
    compile(spec, { logger: logger as never });
    expect(said).toEqual([]);
    expect(await renderSvg(spec)).toMatch(/^<svg /);
  });

  it('say the finding in their titles', () => {
    expect(titleOf(charts.reliability([{ name: 'Logistic regression', evaluation: evaluation() }]))).toBe(
      'Logistic regression is calibrated: slope 1.02 (0.91 to 1.13)'
    );
    expect(titleOf(charts.reliability(oneClass))).toBe('The model: calibration could not be measured');
    expect(titleOf(charts.drivers(fit))).toBe(
      'Strongest: champion left, odds of churn times 2.04 (1.49 to 2.80) yes rather than no'
    );
    expect(titleOf(charts.health(model.health!.categories, 'USD'))).toBe(
      'Largest category by accounts: Strong (861); by ARR: Strong ($13.8M)'
    );
    expect(titleOf(charts.models(model.models))).toBe(
      'Churn: Logistic regression has the highest AUC, 0.79 (0.74 to 0.83)'
    );
    expect(titleOf(charts.categoryOutcome(model.health!.outcomes))).toBe('Churn was highest in Weak: 15% (13% to 19%)');
  });

  it('never put churn and upsell into one picture', () => {
    expect(JSON.stringify(charts.models(model.models, 'upsell'))).toContain('0.72 (0.67 to 0.77)');
    expect(JSON.stringify(charts.models(model.models, 'upsell'))).not.toContain('0.79 (0.74 to 0.83)');
  });

  it('order drivers by their evidence, whatever the step, and tell what cannot be told', () => {
    const [a, b] = fit.effects;
    const mirrored = [
      { ...a!, name: 'b', z: 2 },
      { ...b!, name: 'a', z: -2 },
      { ...b!, name: 'c', z: -3 }
    ];
    expect(byStrength(mirrored).map(effect => effect.name)).toEqual(['c', 'a', 'b']);
    expect(
      [
        [0.5, 0.9],
        [1.1, 2],
        [0.9, 1.2]
      ].map(([lo, hi]) => effectSide({ ...a!, interval: [lo!, hi!] }))
    ).toEqual(['lowers', 'raises', 'unclear']);
  });

  it('keep a driver with an endless interval inside the axis and write its full value', async () => {
    const wild: DriversFit = { ...fit, effects: [{ ...fit.effects[0]!, oddsRatio: 1e7, interval: [1e-9, 1e12] }] };
    const svg = await renderSvg(charts.drivers(wild));
    expect(svg).toContain('&gt;99,999 (&lt;0.001 to &gt;99,999)');
    expect(svg).not.toMatch(/NaN|Infinity/);
  });

  it('write every category beside its bar, so that colour is not the only carrier', async () => {
    const svg = await renderSvg(charts.health(model.health!.categories, 'USD'));
    for (const text of ['Weak', 'Moderate', 'Strong', 'Undefined', '$1.9M', '861']) expect(svg).toContain(`>${text}<`);
  });

  it.each(HOSTILE)('show the name %j as text and draw it; promise 56', async name => {
    const categories = model.health!.categories.map((category, i) => ({
      ...category,
      label: i === 1 ? 'Moderate' : name,
      color: name
    }));
    const effects = fit.effects.map(effect => ({ ...effect, name, about: name, unit: name }));
    const outcomes = model.health!.outcomes.map(outcome => ({ ...outcome, label: name }));
    const specs = [
      charts.health(categories, 'USD'),
      charts.drivers({ ...fit, effects }),
      charts.categoryOutcome(outcomes),
      charts.reliability(
        [
          { name, evaluation: evaluation() },
          { name, evaluation: evaluation() }
        ],
        name
      )
    ];
    for (const spec of specs) {
      const svg = await renderSvg(spec);
      expect(markupFaults(svg)).toEqual([]);
    }
    expect((await renderPng(await renderSvg(specs[0]!))).length).toBeGreaterThan(1000);
  });

  it('put no text from data into an expression or a field name; promise 56', () => {
    const marker = 'xqzzy';
    const categories = model.health!.categories.map(category => ({ ...category, label: marker }));
    const effects = fit.effects.map(effect => ({ ...effect, name: marker, about: marker, unit: marker }));
    const outcomes = model.health!.outcomes.map(outcome => ({ ...outcome, label: marker }));
    for (const spec of [
      charts.health(categories, 'USD'),
      charts.drivers({ ...fit, effects }),
      charts.categoryOutcome(outcomes)
    ]) {
      const code: unknown[] = [];
      JSON.stringify(compile(spec).spec, (key, value: unknown) => {
        if (/^(signal|expr|test|update|init|field|groupby|as|href|url)$/.test(key)) code.push(value);
        return value;
      });
      expect(code.length).toBeGreaterThan(5);
      expect(JSON.stringify(code)).not.toContain(marker);
    }
  });

  it('accept only plain colours and keep look-alike labels apart', () => {
    expect(['#c0392b', '#abc', 'green', 'url(#x)', 'red;x', ''].map(safeColor)).toEqual([
      '#c0392b',
      '#abc',
      'green',
      '#8a949e',
      '#8a949e',
      '#8a949e'
    ]);
    expect(distinctLabels(['aaaa1', 'aaaa2', ''], 4)).toEqual(['aaa…', 'aaa… (2)', '(no name)']);
  });
});
