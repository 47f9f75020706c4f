import type { Effects } from './effects.js';

/** Times the stages of a run by name and tells a terminal where it is. */
export class Stopwatch {
  readonly seconds: Record<string, number> = {};
  readonly #effects: Effects;
  readonly #start: number;

  constructor(effects: Effects) {
    this.#effects = effects;
    this.#start = effects.seconds();
  }

  /** Runs one stage under its name. */
  async stage<T>(name: string, work: () => T | Promise<T>): Promise<T> {
    const from = this.#effects.seconds();
    this.#effects.progress(`${(from - this.#start).toFixed(1).padStart(6)} s  ${name}`);
    try {
      return await work();
    } finally {
      this.seconds[name] = round((this.seconds[name] ?? 0) + this.#effects.seconds() - from);
    }
  }

  /** Seconds since the start. */
  total(): number {
    return round(this.#effects.seconds() - this.#start);
  }
}

function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
