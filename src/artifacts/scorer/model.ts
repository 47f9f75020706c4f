import type { ScoringArtifact } from '../../types.js';
import type { Explained, Part } from './explained.js';
import type { Cell } from './input.js';
import { manualExplainer } from './manual.js';
import { integratedGradients, networkLogit } from './neural.js';
import { type BoundColumn, bindColumns, prepareRow } from './prepare.js';

/** The model of an artifact as a function of validated cells, given in input order. */
export function modelExplainer(artifact: ScoringArtifact): (cells: readonly Cell[]) => Explained {
  const { model, inputs } = artifact;
  const columns = bindColumns(artifact.preparation.columns, inputs);
  switch (model.kind) {
    case 'constant':
      return () => ({ z: model.intercept, reference: model.intercept, parts: [] });
    case 'manual':
      return manualExplainer(model, inputs);
    case 'logistic':
      return cells => explainLinear(model, columns, prepareRow(columns, cells));
    case 'neural':
      return cells => {
        const x = prepareRow(columns, cells);
        const gradients = integratedGradients(model.layers, x);
        const z = networkLogit(model.layers, x);
        return {
          z,
          reference: networkLogit(model.layers, new Float64Array(x.length)),
          parts: grouped(columns, gradients)
        };
      };
  }
}

function explainLinear(
  model: { readonly intercept: number; readonly coefficients: readonly number[] },
  columns: readonly BoundColumn[],
  x: Float64Array
): Explained {
  const terms = x.map((value, j) => (model.coefficients[j] as number) * value);
  let z = model.intercept;
  for (const term of terms) z += term;
  return { z, reference: model.intercept, parts: grouped(columns, terms) };
}

/** Sums per input, in the order in which the inputs first appear among the columns. */
function grouped(columns: readonly BoundColumn[], terms: Float64Array): Part[] {
  const sums = new Map<number, number>();
  columns.forEach((bound, j) => {
    sums.set(bound.input, (sums.get(bound.input) ?? 0) + (terms[j] as number));
  });
  return Array.from(sums, ([input, z]) => ({ input, z }));
}
