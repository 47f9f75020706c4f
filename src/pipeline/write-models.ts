import { join } from 'node:path';
import { canonicalJson } from '../artifacts/canonical.js';
import { verifyDirectory, writeArtifact } from '../artifacts/store.js';
import type { Config } from '../config/types.js';
import type { Frame } from '../datasets/frame.js';
import { ArtifactError } from '../errors.js';
import type { Engine, ScoringArtifact } from '../types.js';
import { buildArtifact } from './artifacts.js';
import type { Effects } from './effects.js';
import type { Manual } from './manual.js';
import { type ScoreRow, scoreFrame } from './scores.js';
import type { Trained } from './train.js';

export interface ModelsInput {
  readonly trained: readonly Trained[];
  readonly manual: Manual | null;
  readonly frame: Frame;
  readonly current: Int32Array;
  readonly product: string;
  readonly runId: string;
  readonly dataHash: string;
  readonly backend: string;
  readonly config: Config;
  readonly effects: Effects;
  readonly engine: Engine;
  readonly directory: string;
}

export interface WrittenModels {
  /** Folders of the artifacts in force: churn, upsell, health. */
  readonly inForce: readonly string[];
  /** Churn scores of the current rows by the model in force; empty when there is none. */
  readonly currentScores: readonly ScoreRow[];
  /** Every target's scores of the current and of the test rows, by the artifact in force. */
  readonly scores: readonly ScoreRow[];
}

/** Writes every fitted model as an artifact, verifies all of them, and scores with those in force. */
export async function writeModels(input: ModelsInput): Promise<WrittenModels> {
  const { trained, directory, engine, effects } = input;
  const inForce: Force[] = [];
  for (const target of trained) {
    for (const model of target.models) {
      const artifact = buildArtifact(model, { ...input, horizonDays: target.horizonDays });
      await writeArtifact(join(directory, 'candidates', artifact.name), artifact);
      const folder = model.kind === 'manual' ? 'health' : model === target.chosen ? target.target : null;
      if (folder === null) continue;
      await writeArtifact(join(directory, folder), artifact);
      inForce.push({ folder, artifact, frame: model.frame, target });
    }
  }
  await effects.files.writeText(join(directory, 'manifest.json'), canonicalJson(manifestOf(input, inForce)));
  await requireVerified(directory, engine);
  return { inForce: inForce.map(({ folder }) => folder), ...scoreAll(inForce, input.current) };
}

interface Force {
  readonly folder: string;
  readonly artifact: ScoringArtifact;
  readonly frame: Frame;
  readonly target: Trained;
}

function manifestOf(
  { product, runId, dataHash, backend, config, manual, trained }: ModelsInput,
  inForce: readonly Force[]
) {
  return {
    formatVersion: 1,
    product,
    runId,
    dataHash,
    configHash: config.hash,
    profileHash: manual?.profile.hash ?? null,
    backend,
    seed: config.models.seed,
    inForce: Object.fromEntries(inForce.map(({ folder, artifact }) => [folder, artifact.name])),
    candidates: trained.flatMap(target => target.models.map(model => `${model.target}-${model.kind}`))
  };
}

async function requireVerified(directory: string, engine: Engine): Promise<void> {
  const report = await verifyDirectory(directory, engine);
  if (report.ok) return;
  const problems = report.artifacts.flatMap(artifact =>
    artifact.problems.map(problem => `${artifact.path}: ${problem}`)
  );
  throw new ArtifactError(
    `expected every artifact to reproduce its golden rows, got ${problems.slice(0, 5).join('; ')}`
  );
}

function scoreAll(inForce: readonly Force[], current: Int32Array): Pick<WrittenModels, 'scores' | 'currentScores'> {
  const scores: ScoreRow[] = [];
  let currentScores: ScoreRow[] = [];
  for (const { artifact, frame, target, folder } of inForce) {
    const now = scoreFrame(artifact, frame, current);
    if (folder === 'churn') currentScores = now;
    const known = new Set(current);
    const dates = new Set(target.blockRows.test.map(row => frame.day[row] as number));
    const past = [...frame.day.keys()].filter(row => dates.has(frame.day[row] as number) && !known.has(row));
    scores.push(...scoreFrame(artifact, frame, past), ...now);
  }
  return { scores, currentScores };
}
