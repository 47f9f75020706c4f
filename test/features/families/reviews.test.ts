import { describe, expect, it } from 'vitest';
import type { Row } from '../world.js';
import { ago, measured } from './measured.js';

let serial = 0;
const word = (days: number, kind: string, stars: number | null = null, source: string | null = null): Row => {
  serial += 1;
  return { review_id: `${serial}`, occurred_at: ago(days), kind, rating: stars === null ? null : stars * 100, source };
};

describe('advocacy', () => {
  const names = ['advocacy_acts_365d', 'advocate', 'days_since_advocacy'];

  it('is referrals, references, case studies and reviews of a year; one makes an advocate (R53)', async () => {
    const reviews = [
      word(10, 'app_store', 5),
      word(20, 'referral'),
      word(90, 'review'),
      word(200, 'review', 3),
      word(300, 'reference'),
      word(365, 'case_study'),
      word(366, 'referral')
    ];
    expect(await measured(names, { reviews })).toEqual([5, 1, 20]);
  });

  it('is not a review of under three stars (R53)', async () => {
    const reviews = [word(5, 'review', 2.99)];
    expect(await measured(names, { reviews })).toEqual([0, 0, null]);
    expect(await measured(names, { reviews }, { omit: ['reviews.rating'] })).toEqual([1, 1, 5]);
  });

  it('is zero after a silent year; before, only an advocate is known (R53)', async () => {
    expect(await measured(names, {})).toEqual([0, 0, null]);
    expect(await measured(names, {}, { tenureDays: 364 })).toEqual(['too young', null, null]);
    const young = { tenureDays: 100 };
    expect(await measured(names, { reviews: [word(9, 'referral')] }, young)).toEqual(['too young', 1, 9]);
  });
});

describe('reviews by third parties', () => {
  const names = ['review_rating_last', 'reviews_365d', 'days_since_review', 'review_source_last'];

  it('are the last rating, its age and source, and their number (R71)', async () => {
    const reviews = [
      word(200, 'review', 5, 'g2'),
      word(60, 'review', 3.5, 'capterra'),
      word(30, 'review', null, 'trustpilot'),
      word(10, 'app_store', 1, 'play'),
      word(400, 'review', 4, 'g2')
    ];
    expect(await measured(names, { reviews })).toEqual([3.5, 3, 60, 'capterra']);
  });

  it('take the lowest of several at the same instant (R71)', async () => {
    const reviews = [word(60, 'review', 4, 'a'), word(60, 'review', 2, 'z'), word(60, 'review', 2, 'y')];
    expect(await measured(names, { reviews })).toEqual([2, 3, 60, 'y']);
  });

  it('are unknown without one, except for their number (R71)', async () => {
    expect(await measured(names, { reviews: [word(10, 'referral', 5, 'g2')] })).toEqual([null, 0, null, null]);
  });
});
