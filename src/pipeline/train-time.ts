import { skillGate } from '../backtest/gates.js';
import { isDated } from '../config/dated.js';
import type { OutcomeConfig } from '../config/types.js';
import { assignBlocks, type Blocks, summariseBlock } from '../datasets/blocks.js';
import { labelledRows, selectDataset, texts } from '../datasets/frame.js';
import { ConfigError } from '../errors.js';
import { pairedDifference } from '../evaluation/paired.js';
import { sigmoid } from '../math/links.js';
import type { BlockName, Target } from '../types.js';
import type { Candidate, JudgedModel } from './candidate.js';
import { episodesNeeded, requireSurvivors } from './enough.js';
import { type BlockData, judge, judgeLevelOnly } from './judge.js';
import { fitLearned, fitNetwork } from './learned.js';
import { manualCandidate } from './manual.js';
import { type Trained, type TrainingInput, wantedKinds } from './train.js';

/** Fits, calibrates and judges all models of one target on four blocks in time order. */
export function trainInTime(input: TrainingInput, target: Target, outcome: OutcomeConfig): Trained {
  const { frame, manual, config } = input;
  const blocks = blocksOf(input, target, outcome);
  const data = selectRows(frame, blocks, target);
  if (target === 'churn') requireSurvivors(data.train, config);
  const kinds = wantedKinds(target, config);
  const needed = episodesNeeded(data, kinds.includes('neural') ? ORDER : ORDER.filter(name => name !== 'validation'));
  const candidates = needed === 0 ? fitAll(input, { target, data, outcome, shared: blocks.sharedValidation }) : [];
  const models = candidates.map(candidate => judge(candidate, data, { target, seed: config.models.seed }));
  if (target === 'churn' && manual !== null) {
    const candidate = manualCandidate(manual);
    const own = selectRows(candidate.frame, blocks, target);
    models.push(
      needed === 0
        ? judge(candidate, own, { target, seed: config.models.seed })
        : judgeLevelOnly(candidate, own, target)
    );
  }
  const choice = needed === 0 ? choose(models, data) : { chosen: null, reason: `${needed} more episodes are needed` };
  return {
    target,
    horizonDays: outcome.horizonDays,
    models,
    absent: needed === 0 ? [] : kinds.map(kind => ({ kind, status: 'too_few_episodes' })),
    blocks: Object.fromEntries(ORDER.map(name => [name, summariseBlock(data[name])])) as Trained['blocks'],
    blockRows: blocks.rows,
    episodesNeeded: needed,
    chosen: choice.chosen,
    chosenReason: choice.reason,
    gates: choice.chosen === null || !config.gates.skill ? [] : [gateOf(choice.chosen, { models, data, target })],
    notes: blocks.notes
  };
}

const ORDER: readonly BlockName[] = ['train', 'validation', 'calibration', 'test'];

type FrameBlocks = Omit<Blocks, 'rows'> & { readonly rows: Readonly<Record<BlockName, Int32Array>> };

/** Blocks as rows of the frame. */
function blocksOf(
  { frame, config, dates }: Pick<TrainingInput, 'frame' | 'config' | 'dates'>,
  target: Target,
  outcome: OutcomeConfig
): FrameBlocks {
  const labelled = labelledRows(frame, target);
  const status = texts(frame.columns, `${target}_status`);
  const immature = new Set(frame.day.filter((_, i) => status[i] === 'immature'));
  const blocks = assignBlocks({
    day: labelled.map(i => frame.day[i] as number),
    planned: dates.map(date => date.day),
    immature,
    clusters: labelled.map(i => frame.clusters[i] as number),
    outcome,
    config: config.blocks,
    seed: config.models.seed
  });
  const rows = Object.fromEntries(ORDER.map(name => [name, blocks.rows[name].map(i => labelled[i] as number)]));
  return { ...blocks, rows: rows as FrameBlocks['rows'] };
}

function selectRows(frame: TrainingInput['frame'], blocks: FrameBlocks, target: Target): BlockData {
  const data = Object.fromEntries(ORDER.map(name => [name, selectDataset(frame, blocks.rows[name], target)]));
  return data as unknown as BlockData;
}

/** Rows of the frame in each block of a target; without dates all labelled rows are in train. */
export function splitBlocks(
  input: Pick<TrainingInput, 'frame' | 'config' | 'dates'>,
  target: Target
): FrameBlocks['rows'] {
  const outcome = input.config.outcomes[target];
  if (outcome === null) throw new ConfigError(`expected outcomes.${target} in vitals.yaml, got none`);
  if (isDated(input.config)) return blocksOf(input, target, outcome).rows;
  const none = new Int32Array(0);
  return { train: labelledRows(input.frame, target), validation: none, calibration: none, test: none };
}

interface FitRequest {
  readonly target: Target;
  readonly data: BlockData;
  readonly outcome: OutcomeConfig;
  readonly shared: boolean;
}

function fitAll({ frame, config, backend }: TrainingInput, { target, data, outcome, shared }: FitRequest): Candidate[] {
  const { train, validation } = data;
  const horizonDays = outcome.leadDays + outcome.horizonDays + outcome.graceDays;
  const learned = fitLearned({ target, frame, train, folds: shared ? 'groups' : 'time', horizonDays, config });
  const candidates = [learned.logistic, learned.constant, learned.single];
  if (target === 'churn' && backend !== null) {
    const network = fitNetwork({ frame, fitted: learned.fitted, train, validation, backend, config });
    if (network !== null) candidates.push(network);
  }
  return candidates;
}

/** Validation chooses: the network only when its log loss there is smaller by more than one clustered standard error. */
function choose(
  models: readonly JudgedModel[],
  { validation }: BlockData
): { chosen: JudgedModel | null; reason: string } {
  const logistic = models.find(model => model.kind === 'logistic') ?? null;
  const network = models.find(model => model.kind === 'neural');
  if (logistic === null || network === undefined)
    return { chosen: logistic, reason: 'the logistic model is the only learned one' };
  const probability = (model: JudgedModel) => model.predict(validation).map(sigmoid);
  const pair = pairedDifference({
    y: validation.y,
    a: probability(network),
    b: probability(logistic),
    clusters: validation.clusters,
    measure: 'logLoss'
  });
  if (pair === null) return { chosen: logistic, reason: 'the validation block has too few accounts to compare models' };
  const { difference, standardError } = pair;
  const better = difference < -standardError;
  const reason =
    `on the validation block the network's log loss is ${Math.abs(difference).toFixed(5)} ${difference < 0 ? 'smaller' : 'larger'} ` +
    `(standard error ${standardError.toFixed(5)}): ${better ? 'more' : 'not more'} than one standard error better`;
  return { chosen: better ? network : logistic, reason };
}

function gateOf(
  chosen: JudgedModel,
  { models, data, target }: { models: readonly JudgedModel[]; data: BlockData; target: Target }
): Trained['gates'][number] {
  const constant = models.find(model => model.kind === 'constant') as JudgedModel;
  const gate = skillGate({
    y: data.test.y,
    probability: chosen.testProbability,
    constant: constant.testProbability,
    clusters: data.test.clusters
  });
  return { ...gate, name: `${target} ${gate.name}` };
}
