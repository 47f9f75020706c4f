import { expect, it } from 'vitest';
import { berlinMidnight, dayOf, type Row } from '../world.js';
import { daysAgo, event, valuesOf } from './snapshot.js';

const WEEKS = [1, 2, 4, 8, 12].map(week => `retention_week_${week}`);
const NAMES = ['retention_index', ...WEEKS];

/** User `id` first active `age` days before the date, and again on the days after that. */
const active = (id: string, age: number, ...later: readonly number[]): Row[] =>
  [0, ...later].map(days => event(daysAgo(age - days), 'login', id));

it('retention is the share of users back in each week after their first activity, whose mean is the index (R16)', async () => {
  const events = [
    ...active('u1', 100, 7, 14, 28, 56, 84),
    ...active('u2', 100, 13, 20, 62),
    ...active('u3', 100, 6, 27),
    ...active('u4', 100, 8, 35),
    ...active('u5', 100, 21, 34, 63)
  ];
  // Week 1: u1, u2, u4; week 2: u1, u2; week 4: u1, u5; week 8: u1, u2; week 12: u1.
  const shares = [3 / 5, 2 / 5, 2 / 5, 2 / 5, 1 / 5];
  const index = (100 * (3 / 5 + 2 / 5 + 2 / 5 + 2 / 5 + 1 / 5)) / 5;
  expect(await valuesOf({ events }, NAMES)).toEqual([index, ...shares]);
});

it('users whose interval is not over leave its denominator; under 5 users it is undefined (R16)', async () => {
  const five = ['u1', 'u2', 'u3', 'u4', 'u5'].flatMap(id => active(id, 14, 7));
  // Day 14 after the first activity is the date itself: week 1 is just over, week 2 has not begun.
  expect(await valuesOf({ events: five }, NAMES)).toEqual([100, 1, null, null, null, null]);
  const late = [...five, ...active('u6', 13, 7)];
  expect(await valuesOf({ events: late }, NAMES)).toEqual([100, 1, null, null, null, null]);
  const four = ['u1', 'u2', 'u3', 'u4'].flatMap(id => active(id, 14, 7)).concat(active('u5', 13));
  expect(await valuesOf({ events: four }, NAMES)).toEqual([null, null, null, null, null, null]);
  expect(await valuesOf({}, NAMES)).toEqual([null, null, null, null, null, null]);
  const nobody = [1, 8, 15].map(age => event(daysAgo(age), 'login', null));
  expect(await valuesOf({ events: nobody }, ['retention_index'])).toEqual([null]);
});

it('a record that arrives late moves the first day from its arrival on (R16)', async () => {
  const t = berlinMidnight(dayOf('2024-04-01'));
  const events = ['u1', 'u2', 'u3', 'u4', 'u5'].flatMap(id => active(id, 21, 7));
  const late = event(daysAgo(26), 'login', 'u1', t);
  // Known from 2 April on: the first day of u1 is then 5 days earlier, and day 12 after it lies in week 1.
  const all = [...events, late];
  expect(await valuesOf({ events: all }, ['retention_week_1', 'retention_week_2'])).toEqual([1, 0]);
  const later = await valuesOf({ events: all }, ['retention_week_1', 'retention_week_2'], { date: '2024-04-02' });
  expect(later).toEqual([1, 0]);
  const farther = event(daysAgo(31), 'login', 'u1', t);
  const moved = await valuesOf({ events: [...events, farther] }, ['retention_week_1', 'retention_week_2'], {
    date: '2024-04-02'
  });
  // 10 days earlier: the second activity is day 10 + 7 = 17, in week 2; the old first day, day 10, lies in week 1.
  expect(moved).toEqual([1, 1 / 5]);
});

it('intervals have the length and weight that the configuration says (R16)', async () => {
  const retention = [
    { week: 1, days: 7, weight: 1 },
    { week: 2, days: 14, weight: 3 }
  ];
  const events = [
    ...active('u1', 28, 14),
    ...active('u2', 28, 27),
    ...active('u3', 28, 7),
    ...active('u4', 40, 28),
    ...active('u5', 40, 20)
  ];
  const names = ['retention_index', 'retention_week_1', 'retention_week_2'];
  const found = await valuesOf({ events }, names, { config: { features: { retention } } });
  expect(found).toEqual([(100 * (1 / 5 + (3 * 3) / 5)) / 4, 1 / 5, 3 / 5]);
});
