import { goldenRows, withExpected } from '../artifacts/golden.js';
import { applyCalibrator } from '../calibration/apply.js';
import type { Config } from '../config/types.js';
import type { Band, Provenance, ScoringArtifact } from '../types.js';
import { datasetOfRows, type JudgedModel } from './candidate.js';

/** What every artifact of a run says of its origin. */
export interface Origin {
  readonly product: string;
  readonly runId: string;
  readonly dataHash: string;
  readonly backend: string;
  readonly config: Config;
  readonly horizonDays: number;
}

/** Multiples of the training rate at which the bands begin. */
const BANDS: readonly { readonly label: string; readonly times: number }[] = [
  { label: 'low', times: 0 },
  { label: 'medium', times: 1 },
  { label: 'high', times: 3 }
];

/** A judged model in the artifact format, with golden rows answered by the trainer's own route. */
export function buildArtifact(model: JudgedModel, origin: Origin): ScoringArtifact {
  const { config, horizonDays } = origin;
  const artifact: Omit<ScoringArtifact, 'golden'> = {
    formatVersion: 1,
    name: `${model.target}-${model.kind}`,
    target: model.kind === 'manual' ? 'health' : model.target,
    horizonDays,
    inputs: model.inputs,
    preparation: model.preparation,
    model: model.spec,
    calibrator: model.calibrator,
    bands: bandsOf(model.trainedOn.positives / Math.max(1, model.trainedOn.rows)),
    provenance: provenanceOf(model, origin)
  };
  const seed = config.models.seed;
  const rows = goldenRows(
    model.inputs,
    model.preparation,
    model.spec.kind === 'manual' ? { seed, model: model.spec } : { seed }
  );
  return withExpected(artifact, rows, accepted =>
    applyCalibrator(model.calibrator, model.predict(datasetOfRows(model.inputs, accepted)))
  );
}

function bandsOf(rate: number): Band[] {
  const bands = BANDS.map(({ label, times }) => ({ label, from: times * rate }));
  return bands.filter((band, k) => k === 0 || (band.from > 0 && band.from < 1));
}

function provenanceOf(model: JudgedModel, { product, runId, dataHash, backend, config }: Origin): Provenance {
  const { trainedOn, calibratedOn } = model;
  return {
    product,
    runId,
    dataHash,
    configHash: config.hash,
    trainedOn: {
      rows: trainedOn.rows,
      accounts: trainedOn.accounts,
      episodes: trainedOn.episodes,
      from: trainedOn.from,
      to: trainedOn.to
    },
    calibratedOn: {
      rows: calibratedOn.rows,
      episodes: calibratedOn.episodes,
      from: calibratedOn.from,
      to: calibratedOn.to
    },
    backend,
    seed: config.models.seed
  };
}
