import { ModelError } from '../errors.js';
import type { Dataset } from '../types.js';

/** The same rows with some features only, in the order given. @throws ModelError when a name is not there. */
export function selectFeatures(data: Dataset, names: readonly string[]): Dataset {
  const from = names.map(name => {
    const j = data.names.indexOf(name);
    if (j < 0)
      throw new ModelError(
        `expected a feature of the dataset, got ${name}; it has ${data.p}: ${data.names.slice(0, 5).join(', ')}, …`
      );
    return j;
  });
  const p = names.length;
  const X = new Float64Array(data.n * p);
  for (let i = 0; i < data.n; i++) {
    for (let k = 0; k < p; k++) X[i * p + k] = data.X[i * data.p + (from[k] as number)] as number;
  }
  const levels = Object.fromEntries(Object.entries(data.levels).filter(([name]) => names.includes(name)));
  return { ...data, names: [...names], levels, X, p };
}

/** Features with at least one value in these rows. */
export function measuredFeatures({ names, X, n, p }: Dataset): string[] {
  return names.filter((_, j) => {
    for (let i = 0; i < n; i++) if (!Number.isNaN(X[i * p + j] as number)) return true;
    return false;
  });
}
