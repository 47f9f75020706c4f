import { loadProfile } from '../config/load.js';
import type { Config, ManualProfile } from '../config/types.js';
import { type Frame, texts } from '../datasets/frame.js';
import { healthLogOdds } from '../health/categories.js';
import { type BuiltManual, buildManual, type ManualModel } from '../health/manual.js';
import { buildPercentiles } from '../health/percentiles.js';
import { type HealthScores, scoreHealth } from '../health/score.js';
import { raw, sql } from '../sql/sql.js';
import type { Columns, Dataset, Engine, FeatureInfo } from '../types.js';
import type { Candidate } from './candidate.js';

/** The manual score of a run: its definition, its inputs for every snapshot, and its scores. */
export interface Manual {
  readonly profile: ManualProfile;
  readonly built: BuiltManual;
  /** Inputs of the manual model on the rows of the main frame, in the same order. */
  readonly frame: Frame;
  readonly scores: HealthScores;
}

/** Computes the manual inputs (percentiles among peers included) and scores of every snapshot. */
export async function computeManual(
  engine: Engine,
  config: Config,
  { frame, infos }: { frame: Frame; infos: readonly FeatureInfo[] }
): Promise<Manual | null> {
  if (config.health === null) return null;
  const profile = await loadProfile(config, config.health.profile);
  const built = buildManual(profile, infos);
  await buildPercentiles(
    engine,
    profile,
    frame.infos.map(info => info.name)
  );
  const inputs = await engine.columns(sql`select ${raw('*')} from health_inputs order by as_of_day, account_id`);
  const values = Object.fromEntries(built.inputs.map(({ name }) => [name, inputs.numbers[name] as Float64Array]));
  return {
    profile,
    built,
    frame: healthFrame(frame, built, inputs),
    scores: scoreHealth(built.model, values, frame.n)
  };
}

/** Features that the manual score reads, directly or to form peers. */
export function manualFeatures(profile: ManualProfile): readonly string[] {
  return [...profile.factors.map(factor => factor.feature), ...profile.peers.by];
}

/** The manual score as a candidate: its log-odds before calibration are 4 (1/2 - u). */
export function manualCandidate({ built, frame }: Manual): Candidate {
  return {
    kind: 'manual',
    spec: built.model,
    preparation: { columns: [] },
    inputs: built.inputs,
    frame,
    predict: data => manualLogits(built.model, data),
    how: `profile ${built.model.profile}`
  };
}

function manualLogits(model: ManualModel, data: Dataset): Float64Array {
  const values = Object.fromEntries(
    data.names.map((name, j) => [
      name,
      Float64Array.from({ length: data.n }, (_, i) => data.X[i * data.p + j] as number)
    ])
  );
  return scoreHealth(model, values, data.n).low.map(healthLogOdds);
}

/** The main frame's rows with the manual inputs as features. */
function healthFrame(frame: Frame, { inputs }: BuiltManual, columns: Columns): Frame {
  const infos: FeatureInfo[] = inputs.map(({ name, unit, about, definitionHash }) => ({
    name,
    type: 'number',
    unit,
    about,
    family: 'health',
    requires: [],
    timing: 'leading',
    actionable: true,
    direction: 'higher_better',
    definitionHash
  }));
  if (columns.n !== frame.n || texts(columns, 'account_id').some((account, i) => account !== frame.accounts[i])) {
    throw new Error('the manual inputs do not match the snapshots row by row');
  }
  return {
    ...frame,
    infos,
    levels: {},
    columns: { ...frame.columns, numbers: { ...frame.columns.numbers, ...columns.numbers } }
  };
}
