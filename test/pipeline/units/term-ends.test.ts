import { describe, expect, it } from 'vitest';
import type { Frame } from '../../../src/datasets/frame.js';
import { seededRandom } from '../../../src/math/random.js';
import type { JudgedModel } from '../../../src/pipeline/candidate.js';
import { termEndsOf } from '../../../src/pipeline/term-ends.js';
import type { Trained } from '../../../src/pipeline/train.js';
import type { BlockSummary } from '../../../src/types.js';
import { frameOfRows, infosOf } from '../../datasets/frames.js';
import { configOf } from '../../features/world.js';
import { evaluation } from '../../reports/fixture.js';
import { snapshotsConfig, source } from '../../sources/fixtures.js';

const ROWS = 400;
const TRAIN = 250;
const WINDOW = 90;
const random = seededRandom(11, 1);
/** Contracts end in 1 to 360 days; two in five of those that end inside the window are not renewed, whoever it is. */
const days = Array.from({ length: ROWS }, () => 1 + Math.floor(random.uniform() * 360));
const churned = days.map(day => (day <= WINDOW && random.uniform() < 0.4 ? 1 : 0));
const config = { ...configOf(), sources: [source('subscriptions', ['term_end'])] };

function frameOf(names: readonly string[], due: (day: number) => string): Frame {
  const rows = days.map((day, i) => ({ account: `a${String(i).padStart(3, '0')}`, values: names.map(() => day) }));
  const frame = frameOfRows(infosOf(names), rows);
  const { numbers, texts } = frame.columns;
  const columns = {
    ...frame.columns,
    numbers: { ...numbers, churn: Float64Array.from(churned), churn_us: Float64Array.from(days) },
    texts: { ...texts, renewal_status: days.map(due) }
  };
  return { ...frame, columns };
}

const inWindow = (day: number) => (day <= WINDOW ? 'ok' : 'no_term_ends');
const test = Int32Array.from({ length: ROWS - TRAIN }, (_, i) => TRAIN + i);
const probability = Float64Array.from(test, () => random.uniform());
const NONE: BlockSummary = { rows: 0, accounts: 0, positives: 0, episodes: 0, from: '', to: '' };

/** What training hands over, with the kinds that were judged. */
function trainedOf(kinds: readonly JudgedModel['kind'][]): Trained {
  const none = new Int32Array(0);
  const models = kinds.map(
    kind => ({ kind, test: evaluation(), testProbability: probability }) as unknown as JudgedModel
  );
  return {
    target: 'churn',
    horizonDays: WINDOW,
    models,
    absent: [],
    blocks: { train: NONE, validation: NONE, calibration: NONE, test: NONE },
    blockRows: { train: Int32Array.from({ length: TRAIN }, (_, i) => i), validation: none, calibration: none, test },
    episodesNeeded: 0,
    chosen: null,
    chosenReason: '',
    gates: [],
    notes: []
  };
}

/** AUC by counting pairs of test rows. */
function naiveAuc(score: (i: number) => number, keep: (day: number) => boolean): number {
  const rows = [...test.keys()].filter(i => keep(days[TRAIN + i] as number));
  const of = (y: number) => rows.filter(i => churned[TRAIN + i] === y).map(score);
  const [positive, negative] = [of(1), of(0)];
  const wins = positive.flatMap(p => negative.map((n): number => (p > n ? 1 : p === n ? 0.5 : 0)));
  return wins.reduce((sum, win) => sum + win, 0) / wins.length;
}

describe('termEndsOf', () => {
  it('shows a world in which only the calendar ranks: high over all rows, a coin toss where a term ends', () => {
    const frame = frameOf(['days_to_term_end'], inWindow);
    const found = termEndsOf(trainedOf(['constant', 'single', 'logistic']), { frame, config });
    expect(found.status).toBe('ok');
    expect(found.models.map(({ kind }) => kind)).toEqual(['logistic', 'single', 'days_to_term_end']);
    const episodes = churned.slice(TRAIN).reduce((sum: number, y) => sum + y, 0);
    const due = days.slice(TRAIN).filter(day => day <= WINDOW).length;
    expect([found.all, found.ending]).toEqual([
      { rows: ROWS - TRAIN, episodes },
      { rows: due, episodes }
    ]);
    const [logistic, , calendar] = found.models;
    expect(logistic?.all.auc).toBeCloseTo(
      naiveAuc(
        i => probability[i] as number,
        () => true
      ),
      12
    );
    expect(logistic?.ending.auc).toBeCloseTo(
      naiveAuc(
        i => probability[i] as number,
        day => day <= WINDOW
      ),
      12
    );
    // The baseline is a falling function of the days alone, so that it ranks as the days themselves do, reversed.
    const nearness = (i: number) => -(days[TRAIN + i] as number);
    expect(calendar?.all.auc).toBeCloseTo(
      naiveAuc(nearness, () => true),
      12
    );
    expect(calendar?.ending.auc).toBeCloseTo(
      naiveAuc(nearness, day => day <= WINDOW),
      12
    );
    expect(calendar?.all.auc).toBeGreaterThan(0.85);
    expect(calendar?.ending.interval?.[0]).toBeLessThan(0.5);
  });

  it('has no baseline when the feature is left out, and no AUC where one class is absent', () => {
    const frame = frameOf(['z'], day => (day > 300 ? 'ok' : 'no_term_ends'));
    const found = termEndsOf(trainedOf(['logistic']), { frame, config });
    expect(found.models).toEqual([{ kind: 'logistic', all: expect.anything(), ending: { auc: null, interval: null } }]);
    expect(found.ending.episodes).toBe(0);
  });

  it('says why there is nothing to show', () => {
    const status = (trained: Trained, due: (day: number) => string) =>
      termEndsOf(trained, { frame: frameOf(['z'], due), config }).status;
    expect(status(trainedOf(['logistic']), () => 'no_term_ends')).toBe('none_in_window');
    const open = {
      frame: frameOf(['z'], inWindow),
      config: { ...config, sources: [source('subscriptions', ['mrr'])] }
    };
    expect(termEndsOf(trainedOf(['logistic']), open).status).toBe('no_term_ends');
    expect(status(trainedOf([]), inWindow)).toBe('too_few_episodes');
    const undated = { ...config, shape: 'snapshots' as const, snapshots: snapshotsConfig(['z']) };
    const frame = frameOf(['z'], inWindow);
    expect(termEndsOf(trainedOf(['logistic']), { frame, config: undated }).status).toBe('not_dated');
  });
});
