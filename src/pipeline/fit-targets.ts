import { type BesideManual, besideManual } from '../comparison/beside.js';
import { isDated } from '../config/dated.js';
import type { Config } from '../config/types.js';
import { selectDataset } from '../datasets/frame.js';
import { driverList } from '../features/index.js';
import { fitDrivers } from '../models/drivers.js';
import type { TermEnds } from '../reports/model.js';
import type { DriversFit } from '../types.js';
import { driverSentences } from './driver-words.js';
import { termEndsOf } from './term-ends.js';
import type { Trained, TrainingInput } from './train.js';
import { trainInFolds } from './train-folds.js';
import { trainInTime } from './train-time.js';

export interface TargetFits {
  readonly trained: readonly Trained[];
  readonly drivers: DriversFit | null;
  /** The three strongest drivers, in words. */
  readonly driverWords: readonly string[];
  readonly comparison: Comparison | null;
  readonly termEnds: TermEnds;
}

/** The learned model in force beside the manual score, on the test rows. */
export interface Comparison {
  readonly learned: string;
  readonly rows: number;
  readonly differences: BesideManual;
}

/** Churn and upsell models, the drivers fit, and the learned model beside the manual score. */
export function fitTargets(input: TrainingInput): TargetFits {
  const { config } = input;
  const trained = isDated(config) ? fitDated(input) : [foldsOf(input)];
  const churn = trained[0] as Trained;
  const drivers = driversOf(input, churn);
  return {
    trained,
    drivers,
    driverWords: driverSentences(drivers),
    comparison: comparisonOf(churn, input),
    termEnds: termEndsOf(churn, input)
  };
}

function fitDated(input: TrainingInput): Trained[] {
  const { churn, upsell } = input.config.outcomes;
  const targets = [trainInTime(input, 'churn', churn)];
  if (upsell !== null && input.config.shape === 'events') targets.push(trainInTime(input, 'upsell', upsell));
  return targets;
}

function foldsOf(input: TrainingInput): Trained {
  const { folds, horizonDays } = input.config.snapshots as NonNullable<Config['snapshots']>;
  return trainInFolds(input, { folds, horizonDays });
}

/** The drivers fit explains: its list is declared beforehand, by the user or by the catalogue. */
function driversOf({ frame, config }: TrainingInput, churn: Trained): DriversFit {
  const train = selectDataset(frame, churn.blockRows.train, 'churn');
  return fitDrivers(train, frame.infos, { list: config.models.drivers ?? driverList(frame.infos) });
}

function comparisonOf(churn: Trained, { frame }: TrainingInput): Comparison | null {
  const manual = churn.models.find(model => model.kind === 'manual');
  if (churn.chosen === null || manual === undefined || manual.test === null) return null;
  const test = selectDataset(frame, churn.blockRows.test, 'churn');
  const learned = churn.chosen.testProbability;
  return {
    learned: churn.chosen.kind,
    rows: test.n,
    differences: besideManual({ y: test.y, learned, manual: manual.testProbability, clusters: test.clusters })
  };
}
