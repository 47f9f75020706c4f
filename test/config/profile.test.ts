import { describe, expect, it } from 'vitest';
import { lintProfile } from '../../src/config/lint.js';
import { parseProfile } from '../../src/config/profile.js';
import { ConfigError } from '../../src/errors.js';
import { factorText, profileText } from './profile-text.js';

const parse = (text: string) => parseProfile(text, { file: 'models/manual/default.yaml', name: 'default' });

describe('parseProfile', () => {
  it('reads every transform and fills in defaults', () => {
    const profile = parse(
      profileText([
        factorText({
          name: 'A',
          transform: '{ kind: thresholds, below: 0, steps: [{ at: 1, s: 0.5 }, { at: 3, s: 1 }] }'
        }),
        factorText({ name: 'B', transform: '{ kind: linear, from: 10, to: 0 }', weight: 2.5 }),
        factorText({ name: 'C', transform: '{ kind: percentile, lower_better: true }' })
      ])
    );
    expect(profile).toMatchObject({ name: 'default', purpose: 'predictor', minCoverage: 0.5, date: '2025-01-01' });
    expect(profile.peers).toEqual({ by: ['size_band', 'industry'], minPeers: 10 });
    expect(profile.factors.map(factor => factor.transform)).toEqual([
      {
        kind: 'thresholds',
        below: 0,
        steps: [
          { at: 1, s: 0.5 },
          { at: 3, s: 1 }
        ]
      },
      { kind: 'linear', from: 10, to: 0 },
      { kind: 'percentile', lowerBetter: true }
    ]);
    expect(profile.factors[1]).toMatchObject({ weight: 2.5, required: false, about: '', evidence: '' });
    expect(profile.categories.map(category => category.from)).toEqual([0, 0.4, 0.7]);
    expect(profile.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(parse(profileText([factorText({ name: 'A' })])).hash).not.toBe(profile.hash);
  });

  it('takes a single factor of 100 % (R25, R26: any weights that are not negative)', () => {
    expect(parse(profileText([factorText({ weight: 100 })])).factors[0]?.weight).toBe(100);
  });

  const one = profileText([factorText({})]);
  it.each([
    [
      'R2 no purpose',
      one.replace('purpose: predictor\n', ''),
      'purpose: is required: expected one of predictor, actionable'
    ],
    ['R3 no actionable', one.replace('    actionable: true\n', ''), 'factors[0].actionable: is required'],
    ['R4 no timing', one.replace('    timing: leading\n', ''), 'factors[0].timing: is required'],
    [
      'R8 not from 0',
      one.replace('from: 0 }', 'from: 0.1 }'),
      'categories[0].from: expected 0, where the scale begins, got 0.1'
    ],
    [
      'R8 overlap',
      one.replace('from: 0.7 }', 'from: 0.4 }'),
      'categories[2].from: expected a number above 0.4, got 0.4'
    ],
    [
      'R8 above 1',
      one.replace('from: 0.7 }', 'from: 1.2 }'),
      'categories[2].from: expected a number of at most 1, got 1.2'
    ],
    [
      'R8 label twice',
      one.replace('label: Strong', 'label: Weak'),
      'categories[2].label: expected a label that is not used yet'
    ],
    ['R9 label Undefined', one.replace('label: Strong', 'label: Undefined'), 'categories[2].label: expected a label'],
    [
      'R26 negative weight',
      profileText([factorText({ weight: -1 })]),
      'factors[0].weight: expected a number of at least 0, got -1'
    ],
    ['R26 weights all 0', profileText([factorText({ weight: 0 })]), 'expected at least one weight above 0'],
    [
      'factor twice',
      profileText([factorText({ name: 'A' }), factorText({ name: 'A' })]),
      'factors[1].name: expected every factor name once'
    ],
    [
      'thresholds not ascending',
      profileText([
        factorText({ transform: '{ kind: thresholds, below: 0, steps: [{ at: 2, s: 1 }, { at: 2, s: 0 }] }' })
      ]),
      'transform.steps[1].at: expected thresholds in ascending order'
    ],
    [
      's above 1',
      profileText([factorText({ transform: '{ kind: thresholds, below: 2, steps: [{ at: 2, s: 1 }] }' })]),
      'transform.below: expected a number of at most 1, got 2'
    ],
    [
      'no steps',
      profileText([factorText({ transform: '{ kind: thresholds, below: 0, steps: [] }' })]),
      'transform.steps: expected at least 1 entries'
    ],
    [
      'linear without a range',
      profileText([factorText({ transform: '{ kind: linear, from: 3, to: 3 }' })]),
      'transform.to: expected a number other than from'
    ],
    [
      'unknown kind',
      profileText([factorText({ transform: '{ kind: linaer, from: 0, to: 1 }' })]),
      'factors[0].transform'
    ],
    [
      'unknown key',
      profileText([factorText({ transform: '{ kind: linear, form: 0, to: 1 }' })]),
      'form is not a key of factors[0].transform; did you mean from?'
    ],
    [
      'another name than the file',
      one.replace('name: default', 'name: other'),
      'models/manual/default.yaml:1:7: name: expected default'
    ],
    [
      'too many peer keys',
      one.replace('purpose:', 'peers: { by: [a, b, c, d] }\npurpose:'),
      'peers.by: expected at most 3 entries'
    ]
  ])('refuses %s', (_, text, message) => {
    expect(() => parse(text)).toThrow(ConfigError);
    expect(() => parse(text)).toThrow(message);
  });
});

describe('lintProfile', () => {
  const even = ['A', 'B', 'C', 'D'].map((name, i) => factorText({ name, dimension: i < 2 ? 'x' : 'y' }));

  it('says nothing about an even profile of four factors in two dimensions', () => {
    expect(lintProfile(parse(profileText(even)))).toEqual([]);
  });

  it('R3: names the weight that nobody can act on, in an actionable profile only', () => {
    const factors = [...even.slice(0, 3), factorText({ name: 'Tenure', actionable: false, dimension: 'y' })];
    expect(lintProfile(parse(profileText(factors)))).toEqual([]);
    const text = profileText(factors).replace('purpose: predictor', 'purpose: actionable');
    expect(lintProfile(parse(text))).toEqual(['the purpose is actionable, but nobody can act on Tenure (R3)']);
  });

  it('R4: warns above 30 % lagging weight, not at it', () => {
    const lagging = (weight: number) =>
      parse(
        profileText([
          ...even.slice(0, 3).map(text => text.replace('weight: 1', 'weight: 7')),
          factorText({ name: 'L', timing: 'lagging', weight, dimension: 'y' })
        ])
      );
    expect(lintProfile(lagging(9))).toEqual([]);
    expect(lintProfile(lagging(10)).join()).toContain('32.3 % of the weight is lagging (L), more than 30 % (R4)');
  });

  it('R27, R82: warns about a single dimension and about few or many factors', () => {
    const names = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'];
    const many = lintProfile(parse(profileText(names.map(name => factorText({ name })))));
    expect(many).toEqual([
      '8 factors; 4 to 7 are easiest to read and to keep right (R82)',
      'all factors are in the dimension use (R27)'
    ]);
    expect(lintProfile(parse(profileText(even.slice(0, 3)))).join()).toContain('3 factors');
  });

  it('R83: warns about a factor above 40 % and a dimension above 60 %', () => {
    const factors = [factorText({ name: 'Big', weight: 3, dimension: 'x' }), ...even.slice(1)];
    expect(lintProfile(parse(profileText(factors)))).toEqual([
      'Big holds 50 % of the weight, more than 40 % (R83)',
      'dimension x holds 66.7 % of the weight, more than 60 % (R83)'
    ]);
  });
});
