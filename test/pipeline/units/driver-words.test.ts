import { describe, expect, it } from 'vitest';
import { driverSentences } from '../../../src/pipeline/driver-words.js';
import type { DriverEffect, DriversFit } from '../../../src/types.js';

function effect(name: string, partial: Partial<DriverEffect> = {}): DriverEffect {
  return {
    name,
    about: '',
    unit: 'events',
    step: 10,
    estimate: 0,
    standardError: 0.1,
    z: 3,
    p: 0.01,
    pAdjusted: 0.02,
    oddsRatio: 2,
    interval: [1.5, 2.5],
    actionable: true,
    missingShare: 0,
    ...partial
  };
}

function fitOf(...effects: DriverEffect[]): DriversFit {
  return { status: 'ok', method: 'maximum likelihood', rows: 100, episodes: 50, clusters: 80, effects, dropped: [] };
}

describe('driverSentences', () => {
  it('tell the odds per stated step, and on which side of 1 they are', () => {
    const fit = fitOf(
      effect('tickets', { z: 5 }),
      effect('logins', { z: -4, oddsRatio: 0.5, interval: [0.4, 0.625], unit: 'share', step: 0.1 }),
      effect('is_trial', { z: 3, oddsRatio: 1.25, interval: [1.1, 1.42], unit: 'yes/no', step: 1 })
    );
    expect(driverSentences(fit)).toEqual([
      'tickets: more churn, odds times 2.00 (1.50 to 2.50) per 10 events',
      'logins: less churn, odds times 0.50 (0.40 to 0.63) per 10 percentage points',
      'is_trial: more churn, odds times 1.25 (1.10 to 1.42) yes rather than no'
    ]);
  });

  it('are the three of strongest evidence, whatever their size; ties go by name', () => {
    const fit = fitOf(
      effect('weak', { z: 2, oddsRatio: 9, interval: [2, 40] }),
      effect('b', { z: 4 }),
      effect('a', { z: -4, oddsRatio: 0.9, interval: [0.8, 0.95] }),
      effect('strong', { z: 7 })
    );
    expect(driverSentences(fit).map(sentence => sentence.split(':')[0])).toEqual(['strong', 'a', 'b']);
  });

  it('leave out what cannot be told from no effect', () => {
    expect(driverSentences(fitOf(effect('unclear', { z: 9, interval: [0.99, 4] })))).toEqual([]);
    expect(driverSentences(fitOf())).toEqual([]);
    expect(driverSentences(null)).toEqual([]);
  });
});
