import { describe, expect, it } from 'vitest';
import type { Row } from '../world.js';
import { on, statesOf, ticket, valuesOf } from './one-account.js';

const BAD = [30, 90].flatMap(days => [`tickets_bad_ratings_${days}d`, `tickets_bad_rating_share_${days}d`]);
const rated = (rating: number | null, ratedAt: string) => ticket('2023-12-01', { rating, rated_at: on(ratedAt) });

describe('bad ratings', () => {
  const tickets = [
    rated(1, '2024-03-02'),
    rated(3, '2024-03-10'),
    rated(2, '2024-03-01'),
    rated(5, '2024-01-02'),
    rated(1, '2024-01-01'),
    rated(1, '2024-04-01'),
    rated(null, '2024-03-20')
  ];

  it('count and share of ratings of 2 or less, by the date of the rating (R38)', async () => {
    expect(await valuesOf({ world: { tickets }, at: '2024-04-01', names: BAD })).toEqual([1, 1 / 2, 2, 2 / 4]);
  });

  it.each([
    [1, [1, 1 / 2, 1, 1 / 4]],
    [2.9, [1, 1 / 2, 2, 2 / 4]],
    [3, [2, 2 / 2, 3, 3 / 4]]
  ])('the threshold features.bad_rating is %d: %j (R38)', async (badRating, expected) => {
    const config = { features: { badRating } };
    expect(await valuesOf({ world: { tickets }, at: '2024-04-01', names: BAD, config })).toEqual(expected);
  });

  it('without a rating the count is zero and the share undefined; a young account has no count (R38)', async () => {
    const world = { tickets: [ticket('2024-03-01')] };
    expect(await valuesOf({ world, at: '2024-04-01', names: BAD })).toEqual([0, null, 0, null]);
    expect(await statesOf({ world, at: '2024-04-01', names: BAD, tenureDays: 31 })).toEqual([0, 1, 2, 1]);
  });

  it('counts a rating without a date of its own from the opening of its ticket on (R38)', async () => {
    const world = { tickets: [ticket('2024-03-02', { rating: 1 }), ticket('2024-03-01', { rating: 1 })] };
    const ask = { world, at: '2024-04-01', names: BAD, omit: ['tickets.rated_at'], fixed: ['rating'] };
    expect(await valuesOf(ask)).toEqual([1, 1, 2, 1]);
  });
});

describe('tone', () => {
  const names = ['tickets_sentiment_mean_90d', 'tickets_sentiment_trend_90d'];
  const said = (opened: string, sentiment: number | null) => ticket(opened, { sentiment });
  const ask = (tickets: readonly Row[]) => valuesOf({ world: { tickets }, at: '2024-04-01', names });

  it('mean, and least-squares slope per 30 days: 0.6, 0.3, 0.1 over 20 days (R69)', async () => {
    const rows = [said('2024-03-02', 600), said('2024-03-12', 300), said('2024-03-22', 100), said('2024-03-25', null)];
    // Days -10, 0, 10 around the middle: slope = (-10*600 + 10*100) / 200 = -25 thousandths a day.
    expect(await ask(rows)).toEqual([(600 + 300 + 100) / 3000, (30 * -25) / 1000]);
  });

  it('is undefined without sentiment; no trend of two tickets, or of one day (R69)', async () => {
    expect(await ask([said('2024-03-02', null)])).toEqual([null, null]);
    expect(await ask([said('2024-03-02', 600), said('2024-03-12', -400)])).toEqual([200 / 2000, null]);
    expect(await ask([1, 2, 3].map(n => said('2024-03-02', n * 100)))).toEqual([600 / 3000, null]);
    expect(await ask([said('2024-01-01', 500)])).toEqual([null, null]);
  });
});
