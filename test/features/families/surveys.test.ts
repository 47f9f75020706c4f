import { describe, expect, it } from 'vitest';
import type { Row } from '../world.js';
import { ago, measured, T } from './measured.js';

/** Answers of a kind, sent a day before they came. */
const answers = (kind: string, days: number, scores: readonly number[], rest: Row = {}): Row[] =>
  scores.map((score, i) => ({
    survey_id: `${kind}-${days}-${i}`,
    kind,
    sent_at: ago(days + 1),
    responded_at: ago(days),
    score,
    ...rest
  }));
/** An invitation that nobody answered. */
const silent = (days: number, rest: Row = {}): Row => ({
  survey_id: `silent-${days}`,
  kind: 'nps',
  sent_at: ago(days),
  ...rest
});

describe('net promoter score', () => {
  const names = ['nps_90d', 'nps_prior_90d', 'nps_change_90d', 'nps_n_90d', 'nps_n_prior_90d'];
  // Last 90 days: 10 9 9 8 6, so 3 for and 1 against of 5. Before: 9 7 6 0 10 5, so 2 for and 3 against of 6.
  const now = answers('nps', 10, [10, 9, 9, 8, 6]);
  const before = answers('nps', 120, [9, 7, 6, 0, 10, 5]);

  it('is 100 x (9..10 minus 0..6) / n, the index a difference in points, levels and sizes beside it (R23)', async () => {
    const found = await measured(names, { surveys: [...now, ...before] });
    const [level, prior] = [(100 * (3 - 1)) / 5, (100 * (2 - 3)) / 6];
    expect(found).toEqual([level, prior, (100 * (2 * 6 - -1 * 5)) / 30, 5, 6]);
    expect(found[2]).toBeCloseTo(level - prior, 12);
  });

  it('is undefined when either period has under nps_min answers, with both sizes published (R23)', async () => {
    const four = answers('nps', 10, [10, 9, 9, 8]);
    expect(await measured(names, { surveys: [...four, ...before] })).toEqual([null, -100 / 6, null, 4, 6]);
    expect(await measured(names, { surveys: now })).toEqual([40, null, null, 5, 0]);
    expect(await measured(names, {})).toEqual([null, null, null, 0, 0]);
  });

  it('accepts a single answer when nps_min is 1 (R23)', async () => {
    const surveys = [...answers('nps', 10, [10]), ...answers('nps', 120, [0])];
    expect(await measured(names, { surveys }, { features: { npsMin: 1 } })).toEqual([100, -100, 200, 1, 1]);
  });

  it('counts an answer in the period in which it came, from midnight to midnight (R23)', async () => {
    const at = (us: number, i: number): Row => ({
      survey_id: `${i}`,
      kind: 'nps',
      sent_at: us - 1,
      responded_at: us,
      score: 9
    });
    const edges = [ago(90, 0), ago(90, 0) - 1, ago(180, 0), ago(180, 0) - 1, T - 1, T].map(at);
    expect(await measured(['nps_n_90d', 'nps_n_prior_90d'], { surveys: edges })).toEqual([2, 2]);
  });
});

describe('silence', () => {
  const rate = ['nps_response_share_90d', 'nps_invited_90d', 'nps_response_share_365d', 'nps_invited_365d'];
  const run = ['surveys_unanswered_in_row', 'survey_silence_days'];

  it('response rate is answers per delivered invitation; without a flag an invitation was delivered (R24)', async () => {
    const surveys = [
      ...answers('nps', 20, [3, 9]),
      silent(30),
      silent(40, { delivered: true }),
      silent(50, { delivered: false }),
      silent(200)
    ];
    expect(await measured(rate, { surveys })).toEqual([2 / 4, 4, 2 / 5, 5]);
    const all = await measured(rate, { surveys }, { omit: ['surveys.delivered'] });
    expect(all).toEqual([2 / 5, 5, 2 / 6, 6]);
  });

  it('is undefined, never neutral, when nothing was delivered (R24)', async () => {
    expect(await measured([...rate, ...run], { surveys: [silent(10, { delivered: false })] })).toEqual([
      null,
      0,
      null,
      0,
      null,
      null
    ]);
  });

  it('non-response is a factor: unanswered surveys in a row, and days since the first of them (R24)', async () => {
    const surveys = [silent(300), ...answers('csat', 100, [4]), silent(60), silent(20, { kind: 'csat' }), silent(5)];
    expect(await measured(run, { surveys })).toEqual([3, 60]);
    expect(await measured(run, { surveys: [...surveys, ...answers('nps', 1, [7])] })).toEqual([0, 0]);
    expect(await measured(run, { surveys: [silent(70), silent(30)] })).toEqual([2, 70]);
  });

  it('does not know an answer before it came (R24)', async () => {
    const late = silent(8, { responded_at: T, score: 9 });
    expect(await measured([...rate.slice(0, 2), ...run], { surveys: [late] })).toEqual([0, 1, 1, 8]);
  });
});

describe('satisfaction', () => {
  const names = ['csat_90d', 'csat_n_90d', 'days_since_csat', 'csat_prior_90d', 'csat_change_90d'];
  // 5 4 4 3 1: three of five are satisfied.
  const now = answers('csat', 15, [5, 4, 4, 3, 1]);

  it('is 100 x satisfied / answers with n, recency and the change in points (R50)', async () => {
    const before = answers('csat', 100, [5, 5, 4, 4, 4, 2]);
    const found = await measured(names, { surveys: [...now, ...before] });
    expect(found).toEqual([(100 * 3) / 5, 5, 15, (100 * 5) / 6, (100 * (3 * 6 - 5 * 5)) / 30]);
  });

  it('takes the satisfied score from the configuration (R50)', async () => {
    const [found] = await measured(names, { surveys: now }, { features: { csatSatisfied: 5 } });
    expect(found).toBe((100 * 1) / 5);
    const [half] = await measured(names, { surveys: now }, { features: { csatSatisfied: 3.5 } });
    expect(half).toBe((100 * 3) / 5);
  });

  it('is undefined under five answers, with their number (R50)', async () => {
    expect(await measured(names, { surveys: now.slice(0, 4) })).toEqual([null, 4, 15, null, null]);
    expect(await measured(names, {})).toEqual([null, 0, null, null, null]);
  });
});

describe('intentions', () => {
  const of = (kind: string) => [`${kind}_mean_180d`, `${kind}_n_180d`, `days_since_${kind}`];

  it('are means from 0 to 10 with n and age; the items apart, undefined without an answer (R78)', async () => {
    const surveys = [
      ...answers('intent_stay', 30, [10, 7, 8]),
      ...answers('intent_stay', 200, [0]),
      ...answers('intent_buy', 200, [2]),
      silent(10, { kind: 'intent_recommend' })
    ];
    expect(await measured(of('intent_stay'), { surveys })).toEqual([(10 + 7 + 8) / 3, 3, 30]);
    expect(await measured(of('intent_buy'), { surveys })).toEqual([null, 0, 200]);
    expect(await measured(of('intent_recommend'), { surveys })).toEqual([null, 0, null]);
  });
});
