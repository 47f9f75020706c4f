import { ArtifactError } from '../errors.js';
import { type Random, seededRandom } from '../math/random.js';
import type { ArtifactInput, GoldenRow, ModelSpec, Preparation, ScoringArtifact, ScoringRow } from '../types.js';
import { type Probe, probesOfFactors, probesOfPreparation } from './golden-probes.js';
import { buildScorer } from './scorer.js';

type Cell = number | string | null;
type ManualModel = Extract<ModelSpec, { kind: 'manual' }>;

export interface GoldenOptions {
  readonly seed: number;
  /** Manual models: number inputs are probed around the factors' thresholds and anchors instead. */
  readonly model?: ManualModel;
}

const GROUPS = 4;
const MIXTURES = 8;
const UNKNOWN_LEVEL = '(a level that no customer has)';

/**
 * About 30 synthetic rows: every input at its center, probes of every number (low, high, domain limits, beyond the
 * clip), every nullable input null once, every level once, pooled levels, random mixtures, and rows that must be refused (null where
 * it is not accepted, wrong type, missing key, out of range, unknown level). Only fitted centers, scales, thresholds
 * and declared domains are read, never a customer's row; equal arguments give equal rows.
 */
export function goldenRows(
  inputs: readonly ArtifactInput[],
  preparation: Preparation,
  options: GoldenOptions
): ScoringRow[] {
  const { seed, model } = options;
  const probes =
    model === undefined ? probesOfPreparation(inputs, preparation) : probesOfFactors(inputs, model.factors);
  const typical = rowOf(inputs, input => typicalCell(input, probes));
  const rows = [
    typical,
    ...probeRows(inputs, probes),
    ...limitRows(inputs, probes),
    ...nullRows(inputs, typical),
    pooledRow(preparation, typical)
  ];
  const random = seededRandom(seed, inputs.length);
  const mixtures = Math.max(MIXTURES, ...inputs.map(input => input.levels?.length ?? 0));
  for (let k = 0; k < mixtures; k++) rows.push(rowOf(inputs, input => mixedCell(input, { probes, random, k })));
  return unique([...rows, ...refusedRows(inputs, preparation, typical)]);
}

/**
 * Completes golden rows: the trainer's probabilities of the rows that score (and for manual models score and
 * category), the reason `code: input` of the others. The trainer sees accepted rows alone.
 * @throws ArtifactError when the trainer and the JSON scorer differ by more than 1e-12 (neural 1e-6), or no row scores.
 */
export function withExpected(
  artifact: Omit<ScoringArtifact, 'golden'>,
  rows: readonly ScoringRow[],
  trainer: (rows: readonly ScoringRow[]) => Float64Array
): ScoringArtifact {
  const score = buildScorer({ ...artifact, golden: [] });
  const results = rows.map(row => score(row));
  const accepted = rows.filter((_, i) => results[i]?.ok);
  const expected = trainer(accepted);
  if (accepted.length === 0 || expected.length !== accepted.length) {
    throw new ArtifactError(
      `expected a probability for each of ${accepted.length} golden rows, got ${expected.length}`
    );
  }
  let next = 0;
  const golden = rows.map((row, i): GoldenRow => {
    const result = results[i]!;
    if (!result.ok) return { row, refusal: `${result.code}: ${result.input}` };
    const probability = expected[next++] as number;
    if (!(Math.abs(probability - result.probability) <= tolerance(artifact.model))) {
      throw new ArtifactError(
        `expected the trainer's probability ${probability} for golden row ${i}, got ${result.probability}`
      );
    }
    const { health } = result;
    return health === undefined ? { row, probability } : { row, probability, u: health.low, category: health.category };
  });
  return { ...artifact, golden };
}

/** Largest difference of a probability that golden rows may show: 1e-6 for float32 networks, else 1e-12. */
export function tolerance(model: ModelSpec): number {
  return model.kind === 'neural' ? 1e-6 : 1e-12;
}

function rowOf(inputs: readonly ArtifactInput[], cell: (input: ArtifactInput) => Cell): ScoringRow {
  return Object.fromEntries(inputs.map(input => [input.name, cell(input)]));
}

function typicalCell(input: ArtifactInput, probes: ReadonlyMap<string, Probe>): Cell {
  if (input.type === 'category') return input.levels?.[0] ?? (input.nullable ? null : UNKNOWN_LEVEL);
  return probes.get(input.name)?.typical ?? null;
}

function probeRows(inputs: readonly ArtifactInput[], probes: ReadonlyMap<string, Probe>): ScoringRow[] {
  const most = Math.max(0, ...Array.from(probes.values(), probe => probe.values.length));
  return Array.from({ length: most }, (_, k) =>
    rowOf(inputs, input => {
      const values = probes.get(input.name)?.values;
      return values === undefined ? typicalCell(input, probes) : (values[k % values.length] as number);
    })
  );
}

/** A quarter of the inputs at a limit at a time: all at once, float32 networks round too coarsely to compare. */
function limitRows(inputs: readonly ArtifactInput[], probes: ReadonlyMap<string, Probe>): ScoringRow[] {
  return Array.from({ length: 2 * GROUPS }, (_, k) => {
    const reached = inputs.filter((_, i) => i % GROUPS === k >> 1);
    return rowOf(inputs, input => {
      const limit = reached.includes(input) ? probes.get(input.name)?.limits[k % 2] : undefined;
      return limit ?? typicalCell(input, probes);
    });
  });
}

function nullRows(inputs: readonly ArtifactInput[], typical: ScoringRow): ScoringRow[] {
  const nullable = inputs.filter(input => input.nullable);
  const groups = Array.from({ length: GROUPS }, (_, g) => nullable.filter((_, i) => i % GROUPS === g));
  return [...groups, nullable]
    .filter(group => group.length > 0)
    .map(group => ({ ...typical, ...Object.fromEntries(group.map(input => [input.name, null])) }));
}

/** Every input with a column for other levels, at a level that training did not know. */
function pooledRow(preparation: Preparation, typical: ScoringRow): ScoringRow {
  const unknown = pooledInputs(preparation).map(name => [name, UNKNOWN_LEVEL]);
  return { ...typical, ...Object.fromEntries(unknown) };
}

function pooledInputs(preparation: Preparation): string[] {
  return preparation.columns.filter(column => column.kind === 'other').map(column => column.input);
}

function mixedCell(
  input: ArtifactInput,
  draw: { readonly probes: ReadonlyMap<string, Probe>; readonly random: Random; readonly k: number }
): Cell {
  const share = draw.random.uniform();
  const pick = draw.random.uniform();
  const { levels } = input;
  if (input.type === 'category' && levels !== undefined && levels.length > 0)
    return levels[draw.k % levels.length] as string;
  const probe = draw.probes.get(input.name);
  if (probe === undefined || (input.nullable && share < 0.15)) return typicalCell(input, draw.probes);
  const a = probe.values[draw.k % probe.values.length] as number;
  return a + (probe.typical - a) * pick;
}

function refusedRows(inputs: readonly ArtifactInput[], preparation: Preparation, typical: ScoringRow): ScoringRow[] {
  const rows: ScoringRow[] = [];
  const add = (input: ArtifactInput | undefined, cell: Cell) => {
    if (input !== undefined) rows.push({ ...typical, [input.name]: cell });
  };
  const pooled = new Set(pooledInputs(preparation));
  const first = inputs[0];
  const last = inputs.at(-1);
  add(
    inputs.find(input => !input.nullable),
    null
  );
  add(first, first?.type === 'number' ? 'text' : 1);
  add(
    inputs.find(input => input.type === 'category' && !pooled.has(input.name)),
    UNKNOWN_LEVEL
  );
  const bounded = inputs.find(input => input.minimum !== undefined && input.minimum > -1e300);
  add(bounded, (bounded?.minimum ?? 0) - 1 - Math.abs(bounded?.minimum ?? 0));
  if (last !== undefined) rows.push(Object.fromEntries(Object.entries(typical).filter(([name]) => name !== last.name)));
  return rows;
}

function unique(rows: readonly ScoringRow[]): ScoringRow[] {
  return Array.from(new Map(rows.map(row => [JSON.stringify(row), row])).values());
}
