import { describe, expect, it } from 'vitest';
import { goldenRows, withExpected } from '../../src/artifacts/golden.js';
import { buildScorer, scoreRow } from '../../src/artifacts/scorer.js';
import { ArtifactError } from '../../src/errors.js';
import { artifactOf, logisticArtifact, manualArtifact, numberInput, probabilityOf, withGolden } from './helpers.js';

describe('goldenRows', () => {
  const artifact = logisticArtifact();
  const rows = goldenRows(artifact.inputs, artifact.preparation, { seed: 7 });

  it('is deterministic, about two dozen rows, and reacts to the seed', () => {
    expect(goldenRows(artifact.inputs, artifact.preparation, { seed: 7 })).toEqual(rows);
    expect(goldenRows(artifact.inputs, artifact.preparation, { seed: 8 })).not.toEqual(rows);
    expect(rows.length).toBeGreaterThan(15);
    expect(rows.length).toBeLessThan(40);
  });

  it('starts at the centers: ln(1 + x) = center', () => {
    expect(rows[0]).toEqual({ silence: expect.closeTo(Math.exp(3) - 1, 10), seats: 10, contract: 'month' });
    expect(rows[1]).toMatchObject({ silence: expect.closeTo(Math.exp(3 - 1.5) - 1, 10), seats: 10 - 4 });
  });

  it('has every nullable input null, every level, the domain limit, beyond the clip, and each kind of refusal', () => {
    expect(rows.some(row => row['silence'] === null)).toBe(true);
    const contracts = rows.map(row => row['contract']);
    expect(contracts).toEqual(expect.arrayContaining(['month', 'year', null, '(a level that no customer has)']));
    expect(rows.some(row => row['silence'] === 0)).toBe(true);
    expect(rows.some(row => (row['seats'] as number) > 10 + 6 * 4)).toBe(true);
    const score = buildScorer(artifact);
    const codes = rows.map(row => score(row)).flatMap(result => (result.ok ? [] : [result.code]));
    expect(new Set(codes)).toEqual(new Set(['null_refused', 'wrong_type', 'out_of_range', 'missing_key']));
  });

  it('covers every level of a long list, and an unknown one where it is refused', () => {
    const levels = Array.from({ length: 30 }, (_, i) => `l${i}`);
    const input = { ...numberInput('c'), type: 'category' as const, levels };
    const many = goldenRows([input], { columns: [] }, { seed: 1 });
    expect(levels.every(level => many.some(row => row['c'] === level))).toBe(true);
    const target = artifactOf({ inputs: [input], model: { kind: 'constant', intercept: 0 } });
    expect(many.map(row => scoreRow(target, row)).some(result => !result.ok && result.code === 'unknown_level')).toBe(
      true
    );
  });

  it('manual: every threshold exactly, just below and just above', () => {
    const manual = manualArtifact();
    if (manual.model.kind !== 'manual') throw new Error('expected a manual model');
    const probes = goldenRows(manual.inputs, manual.preparation, { seed: 7, model: manual.model }).map(
      row => row['logins']
    );
    for (const at of [5, 10]) {
      expect(probes).toContain(at);
      expect(probes.some(value => typeof value === 'number' && value < at && value > at - 1e-6)).toBe(true);
      expect(probes.some(value => typeof value === 'number' && value > at && value < at + 1e-6)).toBe(true);
    }
  });
});

describe('withExpected', () => {
  const artifact = logisticArtifact();
  const rows = goldenRows(artifact.inputs, artifact.preparation, { seed: 7 });

  it('takes the trainer for accepted rows and the reason for refused ones', () => {
    const { golden } = withGolden(artifact);
    expect(golden).toHaveLength(rows.length);
    for (const row of golden) {
      const result = scoreRow(artifact, row.row);
      if (result.ok) expect(row.probability).toBe(result.probability);
      else expect(row).toEqual({ row: row.row, refusal: `${result.code}: ${result.input}` });
    }
  });

  it('fills score and category of manual models', () => {
    const { golden } = withGolden(manualArtifact());
    expect(golden[0]).toMatchObject({ u: expect.any(Number), category: expect.any(String) });
    expect(golden.some(row => row.category === 'Undefined')).toBe(true);
  });

  it('refuses a trainer that differs, gives NaN, or another number of rows', () => {
    const shifted = () =>
      withExpected(artifact, rows, accepted => Float64Array.from(accepted, row => probabilityOf(artifact, row) + 1e-9));
    expect(shifted).toThrow(/golden row 0/);
    expect(() => withExpected(artifact, rows, accepted => new Float64Array(accepted.length).fill(Number.NaN))).toThrow(
      ArtifactError
    );
    expect(() => withExpected(artifact, rows, () => new Float64Array(1))).toThrow(/got 1/);
    expect(() => withExpected(artifact, [], () => new Float64Array(0))).toThrow(ArtifactError);
  });
});
