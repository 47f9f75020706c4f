import { describe, expect, it } from 'vitest';
import type { Row } from '../world.js';
import { ago, measured, T } from './measured.js';

let serial = 0;
/** A noted score from 0 to 10. */
const note = (days: number, kind: string, score: number, rest: Row = {}): Row => {
  serial += 1;
  return { sentiment_id: `${serial}`, recorded_at: ago(days), kind, score: score * 100, ...rest };
};

describe('sentiment', () => {
  const names = ['sentiment_score', 'days_since_sentiment_score', 'sentiment_change'];

  it('is the last record, with its age and the change against the one before (R51)', async () => {
    const sentiments = [note(200, 'sentiment', 9), note(40, 'sentiment', 7.5), note(10, 'sentiment', 4)];
    expect(await measured(names, { sentiments })).toEqual([4, 10, (400 - 750) / 100]);
    expect(await measured(names, { sentiments: sentiments.slice(2) })).toEqual([4, 10, null]);
    const future = note(0, 'sentiment', 10, { recorded_at: T });
    expect(await measured(names, { sentiments: [...sentiments, future] })).toEqual([4, 10, -3.5]);
  });

  it('is the lowest of several at the same instant (R51)', async () => {
    const sentiments = [note(10, 'sentiment', 6), note(10, 'sentiment', 3), note(20, 'sentiment', 5)];
    expect(await measured(names, { sentiments })).toEqual([3, 10, 3 - 5]);
  });

  it('expires after 90 days, or at its own expiry; then it is undefined and its age remains (R51)', async () => {
    const at = (row: Row, setting = {}) => measured(names.slice(0, 2), { sentiments: [row] }, setting);
    expect(await at(note(90, 'sentiment', 8))).toEqual([8, 90]);
    expect(await at(note(91, 'sentiment', 8))).toEqual([null, 91]);
    expect(await at(note(30, 'sentiment', 8), { features: { sentimentDays: 29 } })).toEqual([null, 30]);
    expect(await at(note(200, 'sentiment', 8, { expires_at: T }))).toEqual([8, 200]);
    expect(await at(note(20, 'sentiment', 8, { expires_at: T - 1 }))).toEqual([null, 20]);
    expect(await measured(names, {})).toEqual([null, null, null]);
  });

  it('does not fall back to an older record that still holds (R51)', async () => {
    const sentiments = [note(20, 'sentiment', 9), note(10, 'sentiment', 2, { expires_at: ago(5) })];
    expect(await measured(names, { sentiments })).toEqual([null, 10, null]);
  });
});

describe('coded answers', () => {
  it('content, onboarding and the tone about renewal are factors of their own (R52)', async () => {
    const kinds = ['content', 'onboarding', 'renewal_tone'];
    const sentiments = [
      note(60, 'content', 2),
      note(5, 'content', 6),
      note(30, 'onboarding', 0),
      note(120, 'renewal_tone', 8)
    ];
    const scores = kinds.map(kind => `${kind}_score`);
    const ages = kinds.map(kind => `days_since_${kind}_score`);
    expect(await measured([...scores, ...ages], { sentiments })).toEqual([6, 0, null, 5, 30, 120]);
  });
});

describe('rapport', () => {
  it('is a score with an age for each persona (R59)', async () => {
    const rapport = (days: number, persona: string | null, score: number) => note(days, 'rapport', score, { persona });
    const sentiments = [
      rapport(80, 'champion', 9),
      rapport(50, 'champion', 7),
      rapport(100, 'decision_maker', 5),
      rapport(3, null, 1),
      note(2, 'sentiment', 0, { persona: 'champion' })
    ];
    const keys = ['champion', 'decision_maker', 'business_user', 'economic_buyer'];
    const names = keys.flatMap(key => [`rapport_${key}_score`, `days_since_rapport_${key}_score`]);
    expect(await measured(names, { sentiments })).toEqual([7, 50, null, 100, null, null, null, null]);
  });
});

describe('the strength of the relationship', () => {
  it('is the last manual score until it expires (R61)', async () => {
    const names = ['relationship_score', 'days_since_relationship_score'];
    const entered = note(120, 'relationship', 8.25, { expires_at: ago(-30) });
    expect(await measured(names, { sentiments: [entered] })).toEqual([8.25, 120]);
    expect(await measured(names, { sentiments: [note(120, 'relationship', 8.25)] })).toEqual([null, 120]);
    expect(await measured(names, { sentiments: [note(4, 'sentiment', 8)] })).toEqual([null, null]);
  });
});
