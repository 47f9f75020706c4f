/** Seeded random numbers: the only source of randomness of the pure rooms. A stream is a value passed by its caller. */
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** A deterministic stream of random numbers; every call advances it. */
export interface Random {
  /** Uniform in [0, 1), a multiple of 2^-53. */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** Poisson count with the given mean (mean >= 0). */
  poisson(mean: number): number;
  /** Uniform integer in [lo, hi], both inclusive. */
  integer(lo: number, hi: number): number;
  /** Uniform permutation of 0 … n - 1. */
  permutation(n: number): Int32Array;
}

const POISSON_CHUNK = 30;
const LANES = [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344];

/** Finaliser of MurmurHash3: a bijection of 32-bit integers in which every input bit moves every output bit. */
function mix32(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** Mixes the low and high 32 bits of one integer into a state. */
function absorb(state: number, value: number): number {
  if (!Number.isSafeInteger(value)) throw new RangeError(`expected a seed that is a safe integer, got ${value}`);
  const high = Math.floor(value / 2 ** 32) | 0;
  return mix32(Math.imul(mix32(state ^ value) + 0x9e3779b9, 0x01000193) ^ mix32(high + 0x7f4a7c15));
}

/**
 * A stream derived from a seed and a path, for example `seededRandom(7, origin, fold)`. Equal arguments give equal
 * streams; different paths give unrelated streams, so that work can be split without sharing a generator.
 * Generator: xoroshiro128+; normals: Marsaglia's polar method; Poisson: products of uniforms in chunks of mean 30.
 * @throws RangeError when the seed or a path element is not a safe integer.
 */
export function seededRandom(seed: number, ...path: number[]): Random {
  const generator = xoroshiro128plusFromState(LANES.map(lane => [seed, ...path].reduce(absorb, lane)));
  const uniform = () => {
    const high = generator.next() >>> 5;
    const low = generator.next() >>> 6;
    return (high * 2 ** 26 + low) * 2 ** -53;
  };
  const integer = (lo: number, hi: number) => uniformInt(generator, lo, hi);
  return {
    uniform,
    normal: normalSource(uniform),
    poisson: mean => drawPoisson(uniform, mean),
    integer,
    permutation: n => shuffle(n, integer)
  };
}

function normalSource(uniform: () => number): () => number {
  let spare: number | undefined;
  return () => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    for (;;) {
      const u = 2 * uniform() - 1;
      const v = 2 * uniform() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) {
        const factor = Math.sqrt((-2 * Math.log(s)) / s);
        spare = v * factor;
        return u * factor;
      }
    }
  };
}

function drawPoisson(uniform: () => number, mean: number): number {
  if (!(mean >= 0 && Number.isFinite(mean))) throw new RangeError(`expected a finite mean of at least 0, got ${mean}`);
  let count = 0;
  for (let rest = mean; rest > 0; rest -= POISSON_CHUNK) {
    const limit = Math.exp(-Math.min(rest, POISSON_CHUNK));
    for (let product = uniform(); product > limit; product *= uniform()) count++;
  }
  return count;
}

function shuffle(n: number, integer: (lo: number, hi: number) => number): Int32Array {
  const order = Int32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = integer(0, i);
    const kept = order[i]!;
    order[i] = order[j]!;
    order[j] = kept;
  }
  return order;
}
