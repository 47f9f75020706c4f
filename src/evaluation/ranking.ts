/** Rows grouped by distinct score, so that every measure treats ties alike. */
export interface Ranking {
  /** Rows in ascending order of score, tied rows in their own order, [n]. */
  readonly order: Uint32Array;
  /** Distinct scores, ascending, [g]. */
  readonly values: Float64Array;
  /** Index into `values` of each row, [n]. */
  readonly group: Uint32Array;
  /** Weight of the positive and of the negative rows of each group, [g]. */
  readonly positive: Float64Array;
  readonly negative: Float64Array;
}

/** Groups rows by score; scores are finite and at least 0. */
export function rankScores(scores: Float64Array, { y, w }: { y: ArrayLike<number>; w: ArrayLike<number> }): Ranking {
  const order = ascendingRows(scores);
  const n = scores.length;
  const group = new Uint32Array(n);
  const starts = new Float64Array(n);
  const positive = new Float64Array(n);
  const negative = new Float64Array(n);
  let g = -1;
  for (let k = 0; k < n; k++) {
    const row = order[k]!;
    if (k === 0 || scores[row]! !== starts[g]!) starts[++g] = scores[row]!;
    group[row] = g;
    const mass = y[row] === 1 ? positive : negative;
    mass[g] = mass[g]! + w[row]!;
  }
  const count = g + 1;
  return {
    order,
    values: starts.slice(0, count),
    group,
    positive: positive.slice(0, count),
    negative: negative.slice(0, count)
  };
}

const DIGIT = 11;
const RADIX = 1 << DIGIT;

/** Stable radix sort of the bits of doubles, which for numbers of at least 0 are in the order of the numbers. */
function ascendingRows(scores: Float64Array): Uint32Array {
  const n = scores.length;
  const bits = new DataView(new ArrayBuffer(8));
  const low = new Uint32Array(n);
  const high = new Uint32Array(n);
  let order = new Uint32Array(n);
  for (let i = 0; i < n; i++) {
    bits.setFloat64(0, scores[i]! + 0);
    high[i] = bits.getUint32(0);
    low[i] = bits.getUint32(4);
    order[i] = i;
  }
  let next = new Uint32Array(n);
  for (const [word, shift] of [
    [low, 0],
    [low, DIGIT],
    [low, 2 * DIGIT],
    [high, 0],
    [high, DIGIT],
    [high, 2 * DIGIT]
  ] as const) {
    if (scatter(order, next, { word, shift })) [order, next] = [next, order];
  }
  return order;
}

/** Moves rows to the order of one digit; false when all rows share it and nothing moved. */
function scatter(from: Uint32Array, to: Uint32Array, { word, shift }: { word: Uint32Array; shift: number }): boolean {
  const place = new Uint32Array(RADIX + 1);
  for (let i = 0; i < word.length; i++) place[((word[i]! >>> shift) & (RADIX - 1)) + 1]!++;
  if (place.includes(word.length)) return false;
  for (let d = 1; d < RADIX; d++) place[d] = place[d]! + place[d - 1]!;
  for (let k = 0; k < from.length; k++) {
    const row = from[k]!;
    to[place[(word[row]! >>> shift) & (RADIX - 1)]!++] = row;
  }
  return true;
}

/** All scores, ascending, [n]. */
export function sortedScores({ order, values, group }: Ranking): Float64Array {
  const sorted = new Float64Array(order.length);
  for (let k = 0; k < order.length; k++) sorted[k] = values[group[order[k]!]!]!;
  return sorted;
}

/** Sum of a typed array. */
export function total(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum;
}
