import type { ArtifactInput, FactorTransform, ManualFactor, Preparation, PreparedColumn } from '../types.js';

/** Values that one number input is probed with; all lie inside its domain. */
export interface Probe {
  readonly typical: number;
  readonly values: readonly number[];
  /** Limits of the domain, or values beyond the clip where it has none. */
  readonly limits: readonly number[];
}

const LARGEST = 1e15;

/** Probes of number inputs from centers and scales: center ± scale, beyond the clip, and the limits of the domain. */
export function probesOfPreparation(inputs: readonly ArtifactInput[], preparation: Preparation): Map<string, Probe> {
  return new Map(
    numbers(inputs).map(input => {
      const column = preparation.columns.find(c => c.input === input.name && c.kind === 'number');
      const at = (steps: number) => inDomain(input, column === undefined ? steps : rawAt(column, steps));
      const edge = Math.min(column?.clip ?? 1, 100) + 1;
      const limits = [input.minimum ?? at(-edge), input.maximum ?? at(edge)];
      return [input.name, { typical: at(0), values: [at(-1), at(1)], limits }];
    })
  );
}

/** Probes of number inputs from factors: every threshold and anchor exactly, just below and just above. */
export function probesOfFactors(
  inputs: readonly ArtifactInput[],
  factors: readonly ManualFactor[]
): Map<string, Probe> {
  return new Map(
    numbers(inputs).map(input => {
      const edges = factors.filter(factor => factor.input === input.name).flatMap(factor => edgesOf(factor.transform));
      const values = edges.flatMap(edge => {
        const step = Math.max(Math.abs(edge), 1) * 1e-9;
        return [edge, edge - step, edge + step].map(value => inDomain(input, value));
      });
      const typical = edges.length === 0 ? 0 : ((edges[0] as number) + (edges.at(-1) as number)) / 2;
      const around = values.length > 0 ? values : [inDomain(input, 0)];
      return [input.name, { typical: inDomain(input, typical), values: around, limits: [] }];
    })
  );
}

function numbers(inputs: readonly ArtifactInput[]): ArtifactInput[] {
  return inputs.filter(input => input.type === 'number');
}

function edgesOf(transform: FactorTransform): number[] {
  switch (transform.kind) {
    case 'thresholds':
      return transform.steps.map(step => step.at);
    case 'linear':
      return [transform.from, (transform.from + transform.to) / 2, transform.to];
    case 'percentile':
      return [0, 12.5, 50, 100];
  }
}

/** Raw value whose prepared value is `steps`, held within ±1e15. */
function rawAt(column: PreparedColumn, steps: number): number {
  const r = column.center + steps * column.scale;
  const raw =
    column.transform === undefined || column.transform === 'identity' ? r : Math.sign(r) * Math.expm1(Math.abs(r));
  return Math.min(LARGEST, Math.max(-LARGEST, raw));
}

function inDomain(input: ArtifactInput, value: number): number {
  return Math.min(input.maximum ?? Number.MAX_VALUE, Math.max(input.minimum ?? -Number.MAX_VALUE, value)) + 0;
}
