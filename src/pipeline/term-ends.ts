import { isDated } from '../config/dated.js';
import { countEpisodes } from '../datasets/blocks.js';
import { selectDataset } from '../datasets/frame.js';
import { applyPreparation, fitPreparation } from '../datasets/prepare.js';
import { selectFeatures } from '../datasets/select.js';
import { aucInterval, aucParts } from '../evaluation/auc.js';
import { rankScores } from '../evaluation/ranking.js';
import { sigmoid } from '../math/links.js';
import { fitSingle } from '../models/baselines.js';
import { planFolds } from '../models/folds.js';
import { predictLogits } from '../models/predict.js';
import type { TermEnds, TermEndsAuc } from '../reports/model.js';
import type { Dataset, ModelKind } from '../types.js';
import type { Trained, TrainingInput } from './train.js';

const FEATURE = 'days_to_term_end';
/** In the order of the report; a constant ranks nothing. */
const KINDS: readonly ModelKind[] = ['logistic', 'neural', 'manual', 'single'];

type Input = Pick<TrainingInput, 'frame' | 'config'>;

/**
 * The guard against the calendar trick: every judged churn model, and a logistic model that reads only the days to the
 * next contract end, over all test rows and over those with a contract end known at `t` inside the outcome window. An
 * account whose contract cannot end in the window hardly churns, so a high AUC over all rows may say no more than that.
 */
export function termEndsOf(churn: Trained, input: Input): TermEnds {
  const { frame, config } = input;
  const nothing = { rows: 0, episodes: 0 };
  const none = (status: TermEnds['status']): TermEnds => ({ status, all: nothing, ending: nothing, models: [] });
  if (!isDated(config)) return none('not_dated');
  const due = frame.columns.texts['renewal_status'];
  if (!mapsTermEnds(config)) return none('no_term_ends');
  if (due === undefined || due.every(status => status === 'no_term_ends')) return none('none_in_window');
  const judged = KINDS.flatMap(kind => churn.models.filter(model => model.kind === kind && model.test !== null));
  if (judged.length === 0) return none('too_few_episodes');
  const rows = churn.blockRows.test;
  const test = selectDataset(frame, rows, 'churn');
  const isDue = (i: number) => due[rows[i] as number] !== 'no_term_ends';
  const ending = [...rows.keys()].filter(isDue);
  const cells = (probability: Float64Array) => ({
    all: aucOf(test, probability, [...rows.keys()]),
    ending: aucOf(test, probability, ending)
  });
  const baseline = calendarOnly(churn, input);
  return {
    status: 'ok',
    all: { rows: test.n, episodes: countEpisodes(test) },
    ending: { rows: ending.length, episodes: countEpisodes({ episode: test.episode.filter((_, i) => isDue(i)) }) },
    models: [
      ...judged.map(({ kind, testProbability }) => ({ kind, ...cells(testProbability) })),
      ...(baseline === null ? [] : [{ kind: FEATURE, ...cells(baseline(test)) } as const])
    ]
  };
}

function mapsTermEnds({ sources }: Input['config']): boolean {
  return sources.some(({ table, columns }) => table === 'subscriptions' && columns['term_end'] !== undefined);
}

/** A logistic model of the days to the next contract end, fitted on train; null when the feature is left out or says nothing. */
function calendarOnly(churn: Trained, { frame, config }: Input): ((data: Dataset) => Float64Array) | null {
  const infos = frame.infos.filter(({ name }) => name === FEATURE);
  if (infos.length === 0) return null;
  const only = (data: Dataset) => selectFeatures(data, [FEATURE]);
  const train = only(selectDataset(frame, churn.blockRows.train, 'churn'));
  const { preparation } = fitPreparation(train, infos, { alwaysNullable: true });
  const q = preparation.columns.length;
  if (q === 0) return null;
  const { leadDays, horizonDays, graceDays } = config.outcomes.churn;
  const windowDays = leadDays + horizonDays + graceDays;
  const plan = planFolds(train, { scheme: 'groups', windowDays, seed: config.models.seed });
  const { spec } = fitSingle(
    { X: applyPreparation(preparation, train), n: train.n, q, y: train.y },
    preparation.columns,
    plan
  );
  return data => {
    const X = applyPreparation(preparation, only(data));
    return predictLogits(spec, { X, n: data.n, q }).map(sigmoid);
  };
}

/** AUC with its interval, clustered by account, over some rows. */
function aucOf(data: Dataset, probability: Float64Array, rows: readonly number[]): TermEndsAuc {
  const pick = (values: ArrayLike<number>) => Float64Array.from(rows, i => values[i] as number);
  const y = pick(data.y);
  const w = new Float64Array(rows.length).fill(1);
  const clusters = Int32Array.from(pick(data.clusters));
  const clusterCount = clusters.reduce((most, cluster) => Math.max(most, cluster), -1) + 1;
  const parts = aucParts(rankScores(pick(probability), { y, w }), { y, w, clusters, clusterCount });
  return parts === null ? { auc: null, interval: null } : { auc: parts.auc, interval: aucInterval(parts) };
}
