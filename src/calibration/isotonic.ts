import type { Calibrator } from '../types.js';
import type { CalibrationRows } from './data.js';

interface Block {
  readonly z: number;
  readonly weight: number;
  readonly positive: number;
}

/**
 * Isotonic regression of the outcome on the log-odds by pooling adjacent violators (Ayer et al. 1955), exact: tied
 * log-odds are pooled first, means are compared as products, and adjacent blocks of equal mean are merged. The result is
 * the step function of the weighted block means; probabilities of 0 and 1 occur.
 */
export function fitIsotonic(rows: Pick<CalibrationRows, 'z' | 'y' | 'w'>): Extract<Calibrator, { kind: 'isotonic' }> {
  const blocks: Block[] = [];
  for (const group of tiedGroups(rows)) {
    let block = group;
    for (let last = blocks.at(-1); last !== undefined && !isBelow(last, block); last = blocks.at(-1)) {
      blocks.pop();
      block = { z: last.z, weight: last.weight + block.weight, positive: last.positive + block.positive };
    }
    blocks.push(block);
  }
  return { kind: 'isotonic', z: blocks.map(b => b.z), probability: blocks.map(b => b.positive / b.weight) };
}

/** Whether the mean of `a` is below the mean of `b`. */
function isBelow(a: Block, b: Block): boolean {
  return a.positive * b.weight < b.positive * a.weight;
}

/** One block per distinct log-odds, ascending. */
function tiedGroups({ z, y, w }: Pick<CalibrationRows, 'z' | 'y' | 'w'>): Block[] {
  const order = Uint32Array.from(z, (_, i) => i).sort((a, b) => z[a]! - z[b]! || a - b);
  const groups: Block[] = [];
  for (let start = 0; start < order.length; ) {
    const at = z[order[start]!]!;
    let weight = 0;
    let positive = 0;
    let end = start;
    for (; end < order.length && z[order[end]!] === at; end++) {
      weight += w[order[end]!]!;
      positive += w[order[end]!]! * y[order[end]!]!;
    }
    groups.push({ z: at, weight, positive });
    start = end;
  }
  return groups;
}
