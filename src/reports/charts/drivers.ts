import type { TopLevelSpec } from 'vega-lite';
import type { DriverEffect, DriversFit } from '../../types.js';
import { estimate, odds, tidy } from '../format.js';
import { perStep } from '../units.js';
import { COLORS, CONFIG, distinctLabels, heading, rowChannel, SCHEMA } from './theme.js';

/** Odds ratios beyond these are drawn at the edge; their text says the full value. */
const EDGE = [1 / 64, 64] as const;
const TICKS = [0.02, 0.05, 0.1, 0.2, 0.5, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 2, 5, 10, 20, 50];
const COARSE = new Set([0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50]);
const ROW = 30;

/** Effects from the strongest to the weakest evidence (|z|, which no choice of step changes); ties by name. */
export function byStrength(effects: readonly DriverEffect[]): readonly DriverEffect[] {
  return [...effects].sort((a, b) => Math.abs(b.z) - Math.abs(a.z) || (a.name < b.name ? -1 : 1));
}

/** `tickets_high_open_30d` as words for a narrow place. */
export function shortName(effect: Pick<DriverEffect, 'name'>): string {
  return tidy(effect.name.replaceAll('_', ' '), 52);
}

/** Whether the 95 % interval leaves out 1, and on which side. */
export function effectSide(effect: DriverEffect): 'raises' | 'lowers' | 'unclear' {
  if (effect.interval[0] > 1) return 'raises';
  return effect.interval[1] < 1 ? 'lowers' : 'unclear';
}

/**
 * Forest plot of the drivers fit: odds ratio per stated step with its 95 % interval on a log axis, line at 1, strongest first.
 * Blue lowers the odds, vermillion raises them, grey cannot be told; the same is written beside every row.
 */
export function drivers(fit: DriversFit): TopLevelSpec {
  const effects = byStrength(fit.effects);
  const [lo, hi] = domain(effects);
  const clamp = (ratio: number) => Math.min(hi, Math.max(lo, ratio));
  const labels = distinctLabels(
    effects.map(effect => `${shortName(effect)}, ${perStep(effect)}`),
    84
  );
  const values = effects.map((effect, row) => ({
    row: labels[row],
    ratio: clamp(effect.oddsRatio),
    lo: clamp(effect.interval[0]),
    hi: clamp(effect.interval[1]),
    color: { raises: COLORS.vermillion, lowers: COLORS.blue, unclear: COLORS.grey }[effectSide(effect)],
    text: estimate(effect.oddsRatio, effect.interval, odds)
  }));
  const x = {
    type: 'quantitative' as const,
    scale: { type: 'log' as const, domain: [lo, hi], nice: false },
    title: 'odds ratio of churn per step, other factors equal (log scale)',
    axis: { values: ticks(lo, hi), format: '~g' }
  };
  const y = rowChannel();
  const color = { field: 'color', type: 'nominal', scale: null } as const;
  return {
    $schema: SCHEMA,
    config: CONFIG,
    title: heading(
      finding(effects),
      'Odds ratio with 95% interval: left of 1 goes with less churn, right of 1 with more; grey cannot be told from no effect.'
    ),
    width: 380,
    height: Math.max(1, effects.length) * ROW,
    data: { values },
    layer: [
      {
        data: { values: [{ one: 1 }] },
        mark: { type: 'rule', color: COLORS.quiet, strokeDash: [4, 4] },
        encoding: { x: { ...x, field: 'one' } }
      },
      { mark: { type: 'rule', strokeWidth: 2 }, encoding: { y, x: { ...x, field: 'lo' }, x2: { field: 'hi' }, color } },
      {
        mark: { type: 'point', filled: true, size: 70, opacity: 1 },
        encoding: { y, x: { ...x, field: 'ratio' }, color }
      },
      {
        mark: { type: 'text', align: 'left', dx: 12 },
        encoding: { y, x: { value: 380 }, text: { field: 'text', type: 'nominal' } }
      }
    ]
  };
}

function finding(effects: readonly DriverEffect[]): string {
  const strongest = effects.find(effect => effectSide(effect) !== 'unclear');
  if (strongest === undefined) return 'No factor can be told apart from no effect in these data';
  const ratio = estimate(strongest.oddsRatio, strongest.interval, odds);
  return `Strongest: ${shortName(strongest)}, odds of churn times ${ratio} ${perStep(strongest)}`;
}

function domain(effects: readonly DriverEffect[]): readonly [number, number] {
  const ends = effects
    .flatMap(effect => [effect.oddsRatio, ...effect.interval])
    .filter(end => Number.isFinite(end) && end > 0);
  const lo = Math.max(EDGE[0], Math.min(0.8, ...ends) / 1.08);
  return [lo, Math.min(EDGE[1], Math.max(1.25, ...ends) * 1.08)];
}

function ticks(lo: number, hi: number): number[] {
  const wide = hi / lo > 6;
  return TICKS.filter(tick => tick >= lo && tick <= hi && (!wide || COARSE.has(tick)));
}
