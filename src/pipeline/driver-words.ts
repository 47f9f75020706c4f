import { byStrength, effectSide } from '../reports/charts/drivers.js';
import { estimate, odds } from '../reports/format.js';
import { perStep } from '../reports/units.js';
import type { DriverEffect, DriversFit } from '../types.js';

const SHOWN = 3;

/** The clearest effects in words, at most three; empty when there is no fit. Association, not cause. */
export function driverSentences(fit: DriversFit | null): string[] {
  const clear = byStrength(fit?.effects ?? []).filter(effect => effectSide(effect) !== 'unclear');
  return clear.slice(0, SHOWN).map(sentence);
}

function sentence(effect: DriverEffect): string {
  const { name, oddsRatio, interval } = effect;
  const direction = oddsRatio < 1 ? 'less' : 'more';
  return `${name}: ${direction} churn, odds times ${estimate(oddsRatio, interval, odds)} ${perStep(effect)}`;
}
