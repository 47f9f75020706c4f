/** Calendar of the simulated world: instants are whole seconds since 1970 (UTC), months are `12 * year + month0`. */

/** Seconds of a day. */
export const DAY = 86_400;

/** First month in which an account may start (January 2022). */
export const EARLIEST_MONTH = 12 * 2022;

/** First month of the observed world (January 2024): usage records begin here, and so does the truth. */
export const FIRST_MONTH = 12 * 2024;

/** First instant of a month. */
export function monthStart(month: number): number {
  return Date.UTC(Math.floor(month / 12), month % 12, 1) / 1000;
}

/** Day of the week of an instant, 0 = Sunday. */
export function weekday(instant: number): number {
  return (Math.floor(instant / DAY) + 4) % 7;
}
