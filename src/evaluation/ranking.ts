/** Rows grouped by distinct score, so that every measure treats ties alike. */
export interface Ranking {
  /** All scores, ascending, [n]. */
  readonly sorted: Float64Array;
  /** Distinct scores, ascending, [g]. */
  readonly values: Float64Array;
  /** Index into `values` of each row, [n]. */
  readonly group: Uint32Array;
  /** Weight of the positive and of the negative rows of each group, [g]. */
  readonly positive: Float64Array;
  readonly negative: Float64Array;
}

/** Groups rows by score; scores must not be NaN. */
export function rankScores(scores: Float64Array, { y, w }: { y: ArrayLike<number>; w: ArrayLike<number> }): Ranking {
  const sorted = Float64Array.from(scores).sort();
  const values = sorted.filter((v, i) => i === 0 || v !== sorted[i - 1]);
  const group = new Uint32Array(scores.length);
  const positive = new Float64Array(values.length);
  const negative = new Float64Array(values.length);
  for (let i = 0; i < scores.length; i++) {
    const g = position(values, scores[i]!);
    group[i] = g;
    const mass = y[i] === 1 ? positive : negative;
    mass[g] = mass[g]! + w[i]!;
  }
  return { sorted, values, group, positive, negative };
}

/** Index of a value that is among the ascending values. */
function position(values: Float64Array, value: number): number {
  let lo = 0;
  let hi = values.length;
  while (hi - lo > 1) {
    const middle = (lo + hi) >>> 1;
    if (values[middle]! <= value) lo = middle;
    else hi = middle;
  }
  return lo;
}

/** Rows in descending order of score; tied rows keep their order. */
export function descendingRows({ group, values }: Ranking): Uint32Array {
  const next = new Uint32Array(values.length + 1);
  for (const g of group) next[values.length - g]!++;
  for (let k = 1; k < next.length; k++) next[k] = next[k]! + next[k - 1]!;
  const order = new Uint32Array(group.length);
  group.forEach((g, i) => {
    order[next[values.length - 1 - g]!++] = i;
  });
  return order;
}

/** Sum of a typed array. */
export function total(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum;
}
