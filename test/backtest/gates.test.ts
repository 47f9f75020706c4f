import { describe, expect, it } from 'vitest';
import { skillGate } from '../../src/backtest/gates.js';
import { ModelError } from '../../src/errors.js';
import { simulateClustered, simulateRepeated } from '../evaluation/worlds.js';

const rate = (y: Uint8Array) => y.reduce((s, v) => s + v, 0) / y.length;

describe('skill gate', () => {
  it('passes a model that knows something', () => {
    const world = simulateClustered(1, { accounts: 300, rowsEach: 3 });
    const gate = skillGate({ ...world, constant: rate(world.y) });
    expect(gate).toMatchObject({ name: 'skill', passed: true });
    expect(gate.detail).toMatch(/beats the constant model \(log loss -0\.\d{4}, 95 % interval -0\.\d{4} to -0\.\d{4}/);
  });

  it('does not pass noise, the constant itself or a model that is worse', () => {
    const world = simulateClustered(2, { accounts: 300, rowsEach: 3, truth: () => -1.2 });
    const constant = rate(world.y);
    expect(skillGate({ ...world, constant })).toMatchObject({
      passed: false,
      detail: expect.stringContaining('is worse')
    });
    const flat = new Float64Array(world.y.length).fill(constant);
    expect(skillGate({ ...world, probability: flat, constant })).toMatchObject({
      passed: false,
      detail: expect.stringContaining('cannot be told from')
    });
  });

  it('takes accounts, not rows, as the evidence', () => {
    let rowsPass = 0;
    let accountsPass = 0;
    for (let seed = 1; seed <= 40; seed++) {
      const world = simulateRepeated(seed, { accounts: 25, rowsEach: 12 });
      const constant = new Float64Array(world.y.length).fill(rate(world.y));
      if (skillGate({ ...world, constant, clusters: undefined }).passed) rowsPass++;
      if (skillGate({ ...world, constant }).passed) accountsPass++;
    }
    expect(accountsPass).toBeLessThan(rowsPass);
  });

  it('fails closed when there is one account, and refuses what is no probability', () => {
    const world = simulateClustered(3, { accounts: 1, rowsEach: 40 });
    expect(skillGate({ ...world, constant: 0.3 })).toMatchObject({
      passed: false,
      detail: expect.stringContaining('not computable')
    });
    expect(() => skillGate({ ...world, constant: Number.NaN })).toThrow(ModelError);
  });
});
