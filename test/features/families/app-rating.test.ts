import { expect, it } from 'vitest';
import type { Cell, Row } from '../world.js';
import { at, daysAgo, rowOf, valuesOf } from './snapshot.js';

const NAMES = ['app_rating_index', 'app_ratings', 'app_rating_age_days'];
const app = (app_type: string | null): readonly Row[] => [rowOf(at('2022-01-01T00:00'), { app_type })];
const rating = (age: number, stars: number | null, cells: Readonly<Record<string, Cell>> = {}): Row =>
  rowOf(daysAgo(age), {
    review_id: `r${age}`,
    occurred_at: daysAgo(age),
    kind: 'app_store',
    rating: stars === null ? null : Math.round(100 * stars),
    ratings: 1000,
    ...cells
  });

it.each(['mobile', 'both', null])(
  'the latest app-store rating is an index from 0 to 100, app type %s (R20)',
  async type => {
    const reviews = [rating(90, 2, { ratings: 5 }), rating(40, 4.5), rating(3, null), rating(2, 1, { kind: 'review' })];
    expect(await valuesOf({ accounts: app(type), reviews }, NAMES)).toEqual([(100 * (4.5 - 1)) / 4, 1000, 40]);
  }
);

it('no public rating, a web account and impossible stars are undefined, never 0 (R20)', async () => {
  const reviews = [rating(40, 4.5)];
  const none = [null, null, null];
  expect(await valuesOf({ accounts: app('mobile') }, NAMES)).toEqual(none);
  expect(await valuesOf({ accounts: app('web'), reviews }, NAMES)).toEqual(none);
  expect(await valuesOf({ accounts: app('mobile'), reviews: [rating(9, 9)] }, NAMES)).toEqual([null, 1000, 9]);
  const unrated = { accounts: app('mobile'), reviews: [rating(9, 1, { ratings: null })] };
  expect(await valuesOf(unrated, NAMES)).toEqual([0, null, 9]);
});

it('a rating stands by itself where no app type is mapped (R20)', async () => {
  const omit = ['accounts.app_type'];
  expect(await valuesOf({ reviews: [rating(40, 3)] }, NAMES, { omit })).toEqual([50, 1000, 40]);
});

it('the app type is a category of the profile (R22)', async () => {
  expect(await valuesOf({ accounts: app('mobile') }, ['app_type'])).toEqual(['mobile']);
  expect(await valuesOf({ accounts: app(null) }, ['app_type'])).toEqual([null]);
});
