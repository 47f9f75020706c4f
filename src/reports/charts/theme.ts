import type { TopLevelSpec } from 'vega-lite';
import { tidy } from '../format.js';

type Config = NonNullable<TopLevelSpec['config']>;

/** One panel of a picture with several. */
export type Panel = Extract<TopLevelSpec, { hconcat: unknown }>['hconcat'][number];

/** Colours that stay apart for every kind of colour vision (Okabe and Ito), on white. */
export const COLORS = {
  ink: '#1f2933',
  quiet: '#5f6b76',
  line: '#c3cad1',
  grid: '#e8ebee',
  blue: '#0072b2',
  vermillion: '#d55e00',
  grey: '#8a949e'
} as const;

export const SCHEMA = 'https://vega.github.io/schema/vega-lite/v6.json';

const FONT = 'Helvetica Neue, Arial, DejaVu Sans, sans-serif';

/** Look shared by every chart. */
export const CONFIG: Config = {
  aria: false,
  background: '#ffffff',
  font: FONT,
  padding: 8,
  view: { stroke: null },
  title: {
    anchor: 'start',
    fontSize: 15,
    fontWeight: 600,
    color: COLORS.ink,
    subtitleColor: COLORS.quiet,
    subtitleFontSize: 12,
    subtitlePadding: 4,
    offset: 14
  },
  axis: {
    labelColor: COLORS.ink,
    titleColor: COLORS.quiet,
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    gridColor: COLORS.grid,
    domainColor: COLORS.line,
    tickColor: COLORS.line,
    labelLimit: 0,
    labelFlush: false
  },
  text: { fontSize: 12, color: COLORS.ink, font: FONT },
  legend: {
    labelColor: COLORS.ink,
    labelFontSize: 12,
    titleColor: COLORS.quiet,
    titleFontSize: 12,
    titleFontWeight: 'normal'
  }
};

/** A title of one finding and, under it, how to read the picture. Texts are literal, never expressions. */
export function heading(finding: string, reading: string): { text: string; subtitle: string } {
  return { text: literal(tidy(finding, 110)), subtitle: literal(tidy(reading, 160)) };
}

/** Vega looks a title up among the properties of an object; a trailing blank, which it does not draw, keeps `constructor` a title. */
function literal(text: string): string {
  return text in {} ? `${text} ` : text;
}

/** The colour of a category when it is a plain colour (`#rgb`, `#rrggbb` or a CSS name), else grey: a colour from data can reference nothing. */
export function safeColor(color: string): string {
  return /^(#[0-9a-f]{3}|#[0-9a-f]{6}|[a-z]{3,30})$/i.test(color) ? color : COLORS.grey;
}

/** Labels made distinct, so that two texts that look alike after shortening keep a row each. */
export function distinctLabels(texts: readonly string[], limit: number): string[] {
  const seen = new Map<string, number>();
  return texts.map(text => {
    const label = tidy(text, limit) || '(no name)';
    const times = (seen.get(label) ?? 0) + 1;
    seen.set(label, times);
    return times === 1 ? label : `${label} (${times})`;
  });
}

/** The vertical channel of a chart with one labelled row per datum, in the order of the data. */
export function rowChannel(labels = true) {
  const axis = { domain: false, ticks: false, labelPadding: 8, labels };
  return { field: 'row', type: 'nominal' as const, sort: null, title: null, axis };
}

/** A quantitative channel on a fixed domain, without its field. */
export function linearChannel(title: string, domain: readonly [number, number], format: string) {
  return {
    type: 'quantitative' as const,
    title,
    scale: { domain: [...domain], nice: false },
    axis: { format, tickCount: 6 }
  };
}

/** Axis format of shares in [0, top]. */
export function shareFormat(top: number): string {
  return top <= 0.06 ? '.1%' : '.0%';
}
