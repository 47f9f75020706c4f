import type { TopLevelSpec } from 'vega-lite';
import { type Formatter, money, NOT_AVAILABLE } from './format.js';

/** A printed number: the exact value of the report model and its rounded text. */
export interface Figure {
  readonly kind: 'figure';
  readonly value: number;
  readonly text: string;
}

/** Emphasised words. */
export interface Strong {
  readonly kind: 'strong';
  readonly parts: Phrase;
}

/** Words that say less, beside a number. */
export interface Quiet {
  readonly kind: 'quiet';
  readonly parts: Phrase;
}

/** A small square in a category's colour. */
export interface Swatch {
  readonly kind: 'swatch';
  readonly color: string;
}

/** Text is never markup: each writer escapes it. Numbers enter a phrase only as figures. */
export type Part = string | Figure | Strong | Quiet | Swatch;
export type Phrase = readonly Part[];

export interface Column {
  readonly title: string;
  readonly numeric?: boolean;
}

export type Block =
  | { readonly kind: 'paragraph'; readonly parts: Phrase; readonly tone?: 'lead' | 'note' }
  | { readonly kind: 'notice'; readonly tone: 'warning' | 'information'; readonly parts: Phrase }
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly Phrase[] }
  | {
      readonly kind: 'tiles';
      readonly items: readonly { readonly label: string; readonly value: Phrase; readonly note: Phrase }[];
    }
  | {
      readonly kind: 'table';
      readonly caption: string;
      readonly columns: readonly Column[];
      readonly rows: readonly (readonly Phrase[])[];
      /** Index of the row in bold. */
      readonly strong?: number;
    }
  | { readonly kind: 'picture'; readonly name: string; readonly alt: string; readonly spec: TopLevelSpec };

export interface Section {
  readonly id: string;
  readonly title: string;
  readonly blocks: readonly Block[];
}

/** Joins literal text with texts, figures and phrases to one phrase. */
export function say(strings: TemplateStringsArray, ...parts: readonly (Part | Phrase)[]): Phrase {
  return strings.flatMap((text, i) => {
    const part = parts[i];
    return [...(text === '' ? [] : [text]), ...(part === undefined ? [] : isPhrase(part) ? part : [part])];
  });
}

function isPhrase(part: Part | Phrase): part is Phrase {
  return Array.isArray(part);
}

/** Parts set in bold. */
export function strong(...parts: readonly (Part | Phrase)[]): Strong {
  return { kind: 'strong', parts: parts.flatMap(part => (isPhrase(part) ? part : [part])) };
}

/** Parts that stay on one line and say less than what they follow. */
export function quiet(parts: Phrase): Quiet {
  return { kind: 'quiet', parts };
}

/** A number as a figure; `n/a` when it is null or not finite. */
export function figure(value: number | null, format: Formatter): Part {
  return value === null || !Number.isFinite(value) ? NOT_AVAILABLE : { kind: 'figure', value, text: format(value) };
}

/** `lo to hi` as two figures. */
export function interval(ends: readonly [number, number], format: Formatter): Phrase {
  return say`${figure(ends[0], format)} to ${figure(ends[1], format)}`;
}

/** A value with its interval in brackets, or the value alone. */
export function estimated(value: number | null, ends: readonly [number, number] | null, format: Formatter): Phrase {
  const main = figure(value, format);
  return value === null || ends === null ? [main] : say`${main} ${quiet(say`(${interval(ends, format)})`)}`;
}

/** Figures of money in one currency. */
export function moneyIn(currency: string): Formatter {
  return amount => money(amount, currency);
}

/** A paragraph. */
export function paragraph(parts: Phrase, tone?: 'lead' | 'note'): Block {
  return tone === undefined ? { kind: 'paragraph', parts } : { kind: 'paragraph', parts, tone };
}
