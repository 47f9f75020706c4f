import { describe, expect, it } from 'vitest';
import { DataError } from '../../../src/errors.js';
import { episodesNeeded, REQUIRED_EPISODES, requireSurvivors } from '../../../src/pipeline/enough.js';
import { blocksOf, dataset } from './blocks.js';

/** A block of `episodes` positive rows among 50. */
function block(name: string, episodes: number) {
  const y = Array.from({ length: 50 }, (_, i) => (i < episodes ? 1 : 0));
  return dataset(name, y, y);
}

const ALL = ['train', 'validation', 'calibration', 'test'] as const;

describe('episodesNeeded', () => {
  it('sums what each block lacks; what one has too many helps no other', () => {
    const blocks = blocksOf({
      train: block('train', 27),
      calibration: block('calibration', 40),
      test: block('test', 4)
    });
    expect(REQUIRED_EPISODES).toEqual({ train: 30, validation: 5, calibration: 10, test: 10 });
    expect(episodesNeeded(blocks, ALL)).toBe(30 - 27 + 5 + 0 + (10 - 4));
    expect(episodesNeeded(blocks, ['train', 'calibration'])).toBe(3);
    expect(episodesNeeded(blocks, [])).toBe(0);
  });

  it('counts distinct episodes, not rows', () => {
    const train = block('train', 40);
    const seenTwice = { ...train, episode: train.episode.map(e => (e < 0 ? e : e >> 1)) };
    expect(episodesNeeded(blocksOf({ train }), ['train'])).toBe(0);
    expect(episodesNeeded(blocksOf({ train: seenTwice }), ['train'])).toBe(30 - 20);
  });
});

describe('requireSurvivors', () => {
  const rows = (...y: number[]) => ({ n: y.length, y: Uint8Array.from(y) });

  it('refuses rows of which every one churned, and says where to look', () => {
    expect(() => requireSurvivors(rows(1, 1, 1), { shape: 'events' })).toThrow(DataError);
    expect(() => requireSurvivors(rows(1, 1, 1), { shape: 'events' })).toThrow(
      'expected accounts that stayed among the 3 training rows, got churn in every one; check the mapping of term_end'
    );
    expect(() => requireSurvivors(rows(1, 1), { shape: 'snapshots' })).toThrow(
      'check snapshots.outcome in vitals.yaml'
    );
  });

  it('accepts a survivor, no row and a single account', () => {
    for (const accepted of [rows(1, 0), rows(0, 0), rows(), rows(1)]) {
      expect(() => requireSurvivors(accepted, { shape: 'events' })).not.toThrow();
    }
  });
});
