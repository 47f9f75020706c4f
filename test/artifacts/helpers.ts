import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { goldenRows, withExpected } from '../../src/artifacts/golden.js';
import { joinScorer, renderModule, SCORER_FILES } from '../../src/artifacts/module-writer.js';
import { scoreRow } from '../../src/artifacts/scorer.js';
import type {
  ArtifactInput,
  Calibrator,
  ManualFactor,
  ModelSpec,
  PreparedColumn,
  ScoringArtifact,
  ScoringRow
} from '../../src/types.js';

export type ManualModel = Extract<ModelSpec, { kind: 'manual' }>;

export function numberInput(name: string, more: Partial<ArtifactInput> = {}): ArtifactInput {
  return { name, type: 'number', unit: 'days', about: `about ${name}`, nullable: true, definitionHash: '', ...more };
}

export function categoryInput(name: string, levels: readonly string[], nullable = true): ArtifactInput {
  return { name, type: 'category', unit: '', about: `about ${name}`, nullable, levels, definitionHash: '' };
}

export function numberColumn(input: string, more: Partial<PreparedColumn> = {}): PreparedColumn {
  return { name: input, input, kind: 'number', center: 10, scale: 4, clip: 6, ...more };
}

export function factor(name: string, weight: number, more: Partial<ManualFactor> = {}): ManualFactor {
  return {
    name,
    input: name,
    dimension: 'usage',
    weight,
    required: false,
    timing: 'leading',
    actionable: true,
    transform: { kind: 'linear', from: 0, to: 10 },
    about: `factor ${name}`,
    evidence: 'assumed',
    ...more
  };
}

export const categories = [
  { label: 'Critical', color: '#a00', meaning: 'act now', from: 0 },
  { label: 'Fair', color: '#aa0', meaning: 'watch', from: 0.5 },
  { label: 'Good', color: '#0a0', meaning: 'keep', from: 0.75 }
];

export function manualModel(factors: readonly ManualFactor[], minCoverage = 0.6): ManualModel {
  return { kind: 'manual', profile: 'default', profileHash: 'abc', minCoverage, factors, categories };
}

export interface Parts {
  readonly inputs: readonly ArtifactInput[];
  readonly columns?: readonly PreparedColumn[];
  readonly model: ModelSpec;
  readonly calibrator?: Calibrator;
}

/** An artifact without golden rows. */
export function artifactOf({ inputs, columns = [], model, calibrator = { kind: 'identity' } }: Parts): ScoringArtifact {
  return {
    formatVersion: 1,
    name: 'churn-test',
    target: 'churn',
    horizonDays: 90,
    inputs,
    preparation: { columns },
    model,
    calibrator,
    bands: [
      { label: 'low', from: 0 },
      { label: 'high', from: 0.5 }
    ],
    provenance: {
      product: 'account-vitals 0.1.0',
      runId: 'run',
      dataHash: 'd',
      configHash: 'c',
      trainedOn: { rows: 100, accounts: 50, episodes: 20, from: '2024-01-01', to: '2024-06-01' },
      calibratedOn: { rows: 40, episodes: 8, from: '2024-09-01', to: '2024-10-01' },
      backend: 'cpu',
      seed: 7
    },
    golden: []
  };
}

/** The artifact with golden rows whose expected values its own scorer gives. */
export function withGolden(artifact: ScoringArtifact): ScoringArtifact {
  const model = artifact.model.kind === 'manual' ? { model: artifact.model } : {};
  const rows = goldenRows(artifact.inputs, artifact.preparation, { seed: 7, ...model });
  return withExpected(artifact, rows, accepted => Float64Array.from(accepted, row => probabilityOf(artifact, row)));
}

export function probabilityOf(artifact: ScoringArtifact, row: ScoringRow): number {
  const result = scoreRow(artifact, row);
  if (!result.ok) throw new Error(result.message);
  return result.probability;
}

/** Two numbers (one skewed) and a category with a pooled remainder. */
export function logisticArtifact(
  calibrator: Calibrator = { kind: 'platt', slope: 0.9, intercept: -0.2 }
): ScoringArtifact {
  return artifactOf({
    inputs: [
      numberInput('silence', { minimum: 0, about: 'days since last two-way contact' }),
      numberInput('seats', { nullable: false, unit: 'seats' }),
      categoryInput('contract', ['month', 'year'])
    ],
    columns: [
      numberColumn('silence', { transform: 'log1p', center: 3, scale: 1.5 }),
      { name: 'silence (missing)', input: 'silence', kind: 'missing', center: 0.1, scale: 0.3, clip: 6 },
      numberColumn('seats'),
      {
        name: 'contract=month',
        input: 'contract',
        kind: 'level',
        level: 'month',
        center: 0.4,
        scale: 0.5,
        clip: Number.MAX_VALUE
      },
      { name: 'contract=(other)', input: 'contract', kind: 'other', center: 0.05, scale: 0.2, clip: Number.MAX_VALUE }
    ],
    model: { kind: 'logistic', intercept: -2, coefficients: [0.7, 0.1, -0.3, 0.4, 0.05] },
    calibrator
  });
}

export function neuralArtifact(): ScoringArtifact {
  const { inputs, preparation } = logisticArtifact();
  const weights = Array.from({ length: 20 }, (_, i) => Math.fround(Math.sin(i + 1)));
  const layers = [
    { inputs: 5, units: 4, weights, bias: [0.5, 0, 0.25, -0.5], activation: 'relu' as const },
    { inputs: 4, units: 1, weights: [1, -0.5, 0.25, 2], bias: [-1], activation: 'identity' as const }
  ];
  return artifactOf({ inputs, columns: preparation.columns, model: { kind: 'neural', layers } });
}

export function manualArtifact(): ScoringArtifact {
  const steps = [
    { at: 5, s: 0.5 },
    { at: 10, s: 1 }
  ];
  return artifactOf({
    inputs: [
      numberInput('logins', { minimum: 0 }),
      numberInput('tickets', { minimum: 0 }),
      numberInput('growth__percentile', { minimum: 0, maximum: 100 })
    ],
    model: manualModel([
      factor('logins', 0.5, { transform: { kind: 'thresholds', below: 0, steps } }),
      factor('tickets', 0.25, { transform: { kind: 'linear', from: 8, to: 0 } }),
      factor('growth', 0.25, { input: 'growth__percentile', transform: { kind: 'percentile', lowerBetter: false } })
    ]),
    calibrator: { kind: 'platt', slope: 1.5, intercept: -1 }
  });
}

let source: string | undefined;

/** The scorer compiled from its TypeScript sources, as the build does it. */
export function scorerSource(): string {
  source ??= joinScorer(
    SCORER_FILES.map(name => {
      const url = new URL(`../../src/artifacts/scorer/${name.replace('.js', '.ts')}`, import.meta.url);
      const compilerOptions = {
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.ESNext,
        verbatimModuleSyntax: true
      };
      return ts.transpileModule(readFileSync(url, 'utf8'), { compilerOptions }).outputText;
    })
  );
  return source;
}

/** The `score` function of the artifact's ES module. */
export async function importModule(artifact: ScoringArtifact): Promise<(row: unknown) => ReturnType<typeof scoreRow>> {
  const text = renderModule(artifact, scorerSource());
  const url = `data:text/javascript;base64,${Buffer.from(text).toString('base64')}`;
  return ((await import(/* @vite-ignore */ url)) as { score: (row: unknown) => ReturnType<typeof scoreRow> }).score;
}
