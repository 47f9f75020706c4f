import { describe, expect, it } from 'vitest';
import { perStep, stepOf } from '../../src/reports/units.js';
import { calibrationVerdict, evaluated, kindTitle, statusWords } from '../../src/reports/words.js';
import { evaluation, modelResult } from './fixture.js';

describe('verdicts', () => {
  const slope = (value: number | null, ends: readonly [number, number] | null) =>
    calibrationVerdict(evaluation({ calibrationSlope: value, calibrationSlopeInterval: ends }));

  it('calls a model calibrated only when the slope interval holds 1', () => {
    expect(slope(1.02, [0.91, 1.13])).toBe('calibrated');
    expect(slope(1, [1, 1])).toBe('calibrated');
    expect(slope(0.8, [0.63, 0.99])).toBe('too extreme');
    expect(slope(1.4, [1.01, 1.8])).toBe('too cautious');
    expect(slope(-0.4, [-0.9, -0.1])).toBe('reversed');
    expect(slope(null, null)).toBe('unknown');
    expect(slope(1, null)).toBe('unknown');
  });

  it('lists the evaluated models of one target', () => {
    const models = [
      modelResult('churn', 'logistic', evaluation()),
      modelResult('churn', 'neural', null),
      modelResult('upsell', 'logistic', evaluation())
    ];
    expect(evaluated(models, 'churn').map(model => model.name)).toEqual(['churn-logistic']);
    expect(kindTitle('manual')).toBe('Manual health score');
    expect(statusWords('too_few_episodes')).toBe('too few episodes');
  });
});

describe('steps of a driver', () => {
  it('names the unit, in the singular when it is one', () => {
    expect(perStep({ unit: 'events', step: 10 })).toBe('per 10 events');
    expect(perStep({ unit: 'tickets', step: 1 })).toBe('per 1 ticket');
    expect(perStep({ unit: 'percentage points', step: 1 })).toBe('per 1 percentage point');
    expect(perStep({ unit: 'categories', step: 1 })).toBe('per 1 category');
    expect(['status', 'access', 'basis', 'GB'].map(unit => perStep({ unit, step: 1 }))).toEqual([
      'per 1 status',
      'per 1 access',
      'per 1 basis',
      'per 1 GB'
    ]);
    expect(perStep({ unit: 'events per user', step: 1 })).toBe('per 1 event per user');
    expect(perStep({ unit: 'share', step: 0.1 })).toBe('per 10 percentage points');
    expect(perStep({ unit: '', step: 0.1 })).toBe('per 0.1');
    expect(perStep({ unit: 'yes/no', step: 1 })).toBe('yes rather than no');
    expect(stepOf({ unit: '', step: 1 })).toEqual({ kind: 'bare' });
  });
});
