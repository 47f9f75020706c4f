import { displayHundred } from '../health/categories.js';

/**
 * How a number becomes text: one fixed English style, whatever the machine's locale. Every function is pure and total;
 * a value that is not finite is a bug of the caller and prints as `n/a`, never as a number.
 */

export type Formatter = (value: number) => string;

export const NOT_AVAILABLE = 'n/a';

const SYMBOLS: Readonly<Record<string, string>> = { USD: '$', EUR: '€', GBP: '£', JPY: '¥' };

function fixed(value: number, digits: number): string {
  if (!Number.isFinite(value)) return NOT_AVAILABLE;
  const text = Math.abs(value) < 1e21 ? value.toFixed(digits) : value.toExponential(2);
  return /^-[0.]*$/.test(text) ? text.slice(1) : text;
}

function grouped(text: string): string {
  const [whole = '', ...fraction] = text.split('.');
  return [whole.replace(/\B(?=(\d{3})+$)/g, ','), ...fraction].join('.');
}

/** A whole number with thousands commas: 12345 -> `12,345`. */
export function count(value: number): string {
  return grouped(fixed(value, 0));
}

/** An expected number of things: one decimal under 10 (3.42 -> `3.4`), whole from there (41.7 -> `42`). */
export function expected(value: number): string {
  return Math.abs(value) < 9.95 && !Number.isInteger(value) ? fixed(value, 1) : count(value);
}

/** A formatter with a fixed number of decimals: decimals(2)(0.7856) = `0.79`. */
export function decimals(digits: number): Formatter {
  return value => grouped(fixed(value, digits));
}

/** A share in [0, 1] as a percentage: two decimals under 1 %, one under 10 % and above 99 %, else whole. */
export function percent(share: number): string {
  if (!Number.isFinite(share)) return NOT_AVAILABLE;
  if (share === 0 || share === 1) return `${share * 100}%`;
  const hundred = share * 100;
  if (share > 0 && hundred < 0.005) return '<0.01%';
  if (share < 1 && hundred > 99.95) return '>99.9%';
  const size = Math.abs(hundred);
  const digits = size < 0.995 ? 2 : size < 9.95 || (size > 99 && size < 100) ? 1 : 0;
  return `${fixed(hundred, digits)}%`;
}

/** A difference of shares in percentage points: 0.1 -> `10 percentage points`. */
export function points(share: number): string {
  const size = plain(share * 100);
  return `${size} percentage ${size === '1' ? 'point' : 'points'}`;
}

/** A health score in [0, 1] on its scale of 1 to 100: 0.6641 -> `67 of 100`. */
export function score(u: number): string {
  return Number.isFinite(u) ? `${displayHundred(u)} of 100` : NOT_AVAILABLE;
}

/** An odds ratio: two decimals in [0.1, 10), one in [10, 100), whole from 100, three under 0.1. */
export function odds(ratio: number): string {
  if (ratio > 0 && ratio < 0.0005) return '<0.001';
  if (ratio >= 99_999.5) return '>99,999';
  const digits = ratio < 0.0995 ? 3 : ratio < 9.995 ? 2 : ratio < 99.95 ? 1 : 0;
  return grouped(fixed(ratio, digits));
}

/** A p-value: three decimals, `<0.001` under that. */
export function pValue(p: number): string {
  return p < 0.0005 ? '<0.001' : fixed(p, 3);
}

/** A difference or step that has any size: up to three significant digits, without trailing zeros. */
export function plain(value: number): string {
  if (!Number.isFinite(value)) return NOT_AVAILABLE;
  return Number.isInteger(value) ? count(value) : grouped(String(Number(value.toPrecision(3))));
}

/**
 * Money in compact form with the symbol of its ISO 4217 code (or the code itself): 1234567 USD -> `$1.2M`, CHF -> `CHF 1.2M`.
 * One decimal under 100 of the unit (K, M, B), whole from there.
 */
export function money(amount: number, currency: string): string {
  if (!Number.isFinite(amount)) return NOT_AVAILABLE;
  const symbol = Object.hasOwn(SYMBOLS, currency) ? SYMBOLS[currency] : `${tidy(currency, 8)} `;
  const sign = amount <= -0.5 ? '-' : '';
  return `${sign}${symbol}${compact(Math.abs(amount))}`;
}

function compact(size: number): string {
  if (size < 999.5) return fixed(size, 0);
  const [scale, unit] = size < 999_500 ? [1e3, 'K'] : size < 999_500_000 ? [1e6, 'M'] : [1e9, 'B'];
  const scaled = size / scale;
  return `${grouped(fixed(scaled, scaled < 99.95 ? 1 : 0))}${unit}`;
}

/** `lo to hi`, both through the same formatter. */
export function range(interval: readonly [number, number], format: Formatter): string {
  return `${format(interval[0])} to ${format(interval[1])}`;
}

/** `0.79 (0.74 to 0.83)`, or the value alone without an interval, or `n/a` without a value. */
export function estimate(value: number | null, interval: readonly [number, number] | null, format: Formatter): string {
  if (value === null) return NOT_AVAILABLE;
  return interval === null ? format(value) : `${format(value)} (${range(interval, format)})`;
}

/** A text from data, safe to lay out: controls, text-direction overrides and broken surrogates become U+FFFD, one line, at most `limit` characters. */
export function tidy(text: string, limit = 200): string {
  const clean = text
    .replace(/\s+/gu, ' ')
    .replace(/[\p{Cc}\p{Cs}\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu, '\ufffd');
  const points = Array.from(clean.trim());
  return points.length <= limit ? points.join('') : `${points.slice(0, limit - 1).join('')}…`;
}
