import type { HealthCategory } from '../types.js';

/** Label of an account whose score is not defined; ranks above no category. */
export const UNDEFINED_LABEL = 'Undefined';

/**
 * R8: index of the category that holds an unrounded score. Category i is [from[i], from[i + 1]), the last one is closed
 * at 1. @param u score in [0, 1]; categories ascend from 0.
 */
export function categoryIndex(categories: readonly HealthCategory[], u: number): number {
  let index = 0;
  for (let i = 1; i < categories.length; i++) {
    if (u >= (categories[i] as HealthCategory).from) index = i;
  }
  return index;
}

/** R5: the score on the scale 1..100, `1 + floor(99 u + 0.5)`. @param u in [0, 1] */
export function displayHundred(u: number): number {
  return 1 + Math.floor(99 * u + 0.5);
}

/** R6: the score on the scale 0..10 with one decimal, `10 u` rounded half up. @param u in [0, 1] */
export function displayTen(u: number): number {
  return Math.floor(100 * u + 0.5) / 10;
}

/** Raw log-odds of trouble, `4 (0.5 - u)`: 2 at the worst score, -2 at the best; a calibrator maps it to a probability. */
export function healthLogOdds(u: number): number {
  return 4 * (0.5 - u);
}
