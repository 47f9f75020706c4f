import { berlinMidnight, DAY, dayOf } from '../world.js';

/** A seeded generator in [0, 1) of its own, so that the tests do not share code with what they test. */
export function mulberry(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Local midnights of the as-of dates: a leap day's morrow, the days around both clock changes, and others. */
export const DATES = ['2024-02-29', '2024-03-01', '2024-03-31', '2024-04-01', '2024-06-15', '2024-10-28'].map(dayOf);
export const FIRST = dayOf('2023-06-01');
export const LAST = dayOf('2024-11-20');
export const TYPES = ['login', 'Create Report', 'export', 'invite', 'api', 'share', 'other'];

export class Draw {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = mulberry(seed);
  }

  below(n: number): number {
    return Math.floor(this.#next() * n);
  }

  chance(p: number): boolean {
    return this.#next() < p;
  }

  of<T>(values: readonly T[]): T {
    return values[this.below(values.length)] as T;
  }

  /** An instant in the days [from, to]: often a local midnight, or a microsecond beside one. */
  instant(from = FIRST, to = LAST): number {
    const day = from + this.below(Math.max(1, to - from + 1));
    const midnight = berlinMidnight(day);
    if (this.chance(0.5)) return midnight + this.below(DAY - 2 * 3_600_000_000);
    return midnight + this.of([-1, 0, 1]);
  }

  /** An instant near one of the window edges of an as-of date. */
  edge(): number {
    const day = this.of(DATES) - this.of([0, 0, 1, 7, 8, 28, 29, 30, 56, 84, 90, 180, 365]);
    return berlinMidnight(day) + this.of([-1, 0, 1]);
  }

  when(): number {
    return this.chance(0.4) ? this.edge() : this.instant();
  }

  after(us: number, days: number): number {
    return us + this.below(days * DAY);
  }

  /** The record's known-at: mostly its own time, sometimes late. */
  known(us: number): number {
    return this.chance(0.8) ? us : this.chance(0.5) ? this.after(us, 40) : Math.max(us, this.edge());
  }

  maybe<T>(p: number, value: T): T | null {
    return this.chance(p) ? value : null;
  }
}
