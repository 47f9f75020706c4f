import { ModelError } from '../errors.js';
import type { LogisticData } from './design.js';
import { INTERCEPT, type LogisticFit } from './logistic.js';

/**
 * Log-odds [n] of raw rows under a fit: missing values take the training mean and the coefficient of `name (missing)`,
 * a level takes that of `name=level`. Columns that the fit left out count 0.
 * @throws ModelError when a coefficient is not finite, or a value is missing in a column that had none at training
 */
export function predictLogistic(
  fit: LogisticFit,
  data: Pick<LogisticData, 'X' | 'n' | 'p' | 'names' | 'levels'>
): Float64Array {
  const beta = new Map(fit.coefficients.map(({ name, estimate }) => [name, finite(name, estimate)]));
  const filled = new Map(fit.filled.map(({ name, mean }) => [name, mean]));
  const logits = new Float64Array(data.n).fill(beta.get(INTERCEPT) as number);
  data.names.forEach((name, j) => {
    const levels = data.levels?.[name];
    const own = { name, beta, aliased: fit.aliased };
    const term = levels === undefined ? numberTerm(own, filled.get(name)) : levelTerm(own, levels);
    for (let i = 0; i < data.n; i++) logits[i] = (logits[i] as number) + term(data.X[i * data.p + j] as number);
  });
  return logits;
}

interface Term {
  readonly name: string;
  readonly beta: ReadonlyMap<string, number>;
  readonly aliased: readonly string[];
}

function numberTerm({ name, beta }: Term, mean: number | undefined): (x: number) => number {
  const slope = beta.get(name) ?? 0;
  const absent = beta.get(`${name} (missing)`) ?? 0;
  return x => {
    if (!Number.isNaN(x)) return slope * x;
    if (mean === undefined && slope !== 0) throw unexpectedMissing(name);
    return slope * (mean ?? 0) + absent;
  };
}

function levelTerm({ name, beta, aliased }: Term, levels: readonly string[]): (x: number) => number {
  const missing = `${name} (missing)`;
  const ignored = aliased.includes(missing) || !levels.some(level => beta.has(`${name}=${level}`));
  const absent = beta.get(missing) ?? (ignored ? 0 : undefined);
  return x => {
    if (!Number.isNaN(x)) return beta.get(`${name}=${levels[x]}`) ?? 0;
    if (absent === undefined) throw unexpectedMissing(name);
    return absent;
  };
}

function unexpectedMissing(name: string): ModelError {
  return new ModelError(`expected no missing value of ${name}, which had none at training, got one`);
}

function finite(name: string, estimate: number | null): number {
  if (estimate !== null && Number.isFinite(estimate)) return estimate;
  throw new ModelError(
    `expected a finite coefficient of ${name}, got ${estimate}; leave the separated column out or use a ridge`
  );
}
