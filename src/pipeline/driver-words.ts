import type { DriverEffect, DriversFit } from '../types.js';

const SHOWN = 3;

/** The strongest effects (by |z|) in words; empty when there is no fit. Association, not cause. */
export function driverSentences(fit: DriversFit | null): string[] {
  const effects = [...(fit?.effects ?? [])].sort((a, b) => Math.abs(b.z) - Math.abs(a.z));
  return effects.slice(0, SHOWN).map(sentence);
}

function sentence({ name, unit, step, oddsRatio, interval }: DriverEffect): string {
  const numbers = [oddsRatio, ...interval].map(value => value.toPrecision(3));
  return `${step} ${unit} more of ${name} go with ${numbers[0]} times the odds of churn (${numbers[1]} to ${numbers[2]}), other factors equal`;
}
