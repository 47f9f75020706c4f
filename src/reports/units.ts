import type { DriverEffect } from '../types.js';
import { plain, points, tidy } from './format.js';

const YES_NO = new Set(['yes', 'yes/no', 'no/yes', 'flag', 'boolean', '0/1', 'true/false']);

/** How the step of an effect is told: a change of yes to no, percentage points of a share, a number of units, or a bare number. */
export type Step =
  | { readonly kind: 'yes' }
  | { readonly kind: 'points' }
  | { readonly kind: 'units'; readonly unit: string }
  | { readonly kind: 'bare' };

/** The kind of step behind an effect; a unit counted once loses its plural (`tickets` -> `ticket`). */
export function stepOf(effect: Pick<DriverEffect, 'unit' | 'step'>): Step {
  const unit = tidy(effect.unit, 32);
  if (effect.step === 1 && YES_NO.has(unit.toLowerCase())) return { kind: 'yes' };
  if (unit === 'share') return { kind: 'points' };
  if (unit === '') return { kind: 'bare' };
  return { kind: 'units', unit: effect.step === 1 ? singular(unit) : unit };
}

function singular(unit: string): string {
  const [counted = '', ...per] = unit.split(' per ');
  return [singularWord(counted), ...per].join(' per ');
}

function singularWord(unit: string): string {
  if (/[^aeiou]ies$/.test(unit)) return `${unit.slice(0, -3)}y`;
  return /[^suia]s$/.test(unit) ? unit.slice(0, -1) : unit;
}

/** `per 10 events`, `yes rather than no`, or `per 10`. */
export function perStep(effect: Pick<DriverEffect, 'unit' | 'step'>): string {
  const step = stepOf(effect);
  if (step.kind === 'yes') return 'yes rather than no';
  if (step.kind === 'points') return `per ${points(effect.step)}`;
  return step.kind === 'bare' ? `per ${plain(effect.step)}` : `per ${plain(effect.step)} ${step.unit}`;
}
