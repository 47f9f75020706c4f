import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fitFirth } from '../../src/models/firth.js';
import { fitLogistic } from '../../src/models/logistic.js';
import { relativeError } from '../math/fixtures.js';
import { type Expected, tableData } from './cases.js';

const folder = new URL('../../../shared/reference/', import.meta.url);
const absent = !existsSync(new URL('oracle/logistic.json', folder));
if (absent) console.warn('skipped: public reference data sets are not beside the checkout');

type Row = Record<string, string>;

function table(file: string): Row[] {
  const [head, ...lines] = readFileSync(new URL(file, folder), 'utf8').trim().split(/\r?\n/);
  const separator = head!.includes(',') ? ',' : /\s+/;
  const cells = (line: string) => line.split(separator).map(cell => cell.replace(/["']/g, ''));
  const names = cells(head!);
  return lines.map(line => Object.fromEntries(cells(line).map((cell, i) => [names[i] ?? '', cell])));
}

/** Values of a term: a column, `name=level`. */
function term(row: Row, text: string): number {
  const [name, level] = text.split('=');
  return level === undefined ? Number(row[name!]) : row[name!] === level ? 1 : 0;
}

const lbw = ['age', 'lwt', 'race=2', 'race=3', 'smoke', 'ptl', 'ht', 'ui'];
const fits: { name: string; file: string; y: string; x: string[]; modulus: number }[] = [
  {
    name: 'ucla_admit',
    file: 'ucla_binary.csv',
    y: 'admit',
    x: ['gre', 'gpa', 'rank=2', 'rank=3', 'rank=4'],
    modulus: 17
  },
  { name: 'spector_grade', file: 'spector.csv', y: 'GRADE', x: ['GPA', 'TUCE', 'PSI'], modulus: 8 },
  { name: 'mtcars_am~wt', file: 'mtcars.csv', y: 'am', x: ['wt'], modulus: 8 },
  { name: 'mtcars_am~wt+hp', file: 'mtcars.csv', y: 'am', x: ['wt', 'hp'], modulus: 8 },
  { name: 'mtcars_vs~wt+disp', file: 'mtcars.csv', y: 'vs', x: ['wt', 'disp'], modulus: 8 },
  { name: 'birthwt_low', file: 'MASS_birthwt.csv', y: 'low', x: lbw, modulus: 21 },
  { name: 'birthwt_low+ftv', file: 'MASS_birthwt.csv', y: 'low', x: [...lbw, 'ftv'], modulus: 21 },
  {
    name: 'islr_default',
    file: 'ISLR_Default.csv',
    y: 'default=Yes',
    x: ['balance', 'income', 'student=Yes'],
    modulus: 97
  }
];

function load({ file, y, x, modulus }: (typeof fits)[number]) {
  const rows = table(file);
  const data = tableData(
    rows.map(row => x.map(t => term(row, t))),
    rows.map(row => term(row, y)),
    x
  );
  return { ...data, clusters: rows.map((_, i) => i % modulus) };
}

function expectedOf<T>(file: string, name: string): T {
  const text = readFileSync(new URL(`oracle/${file}`, folder), 'utf8').replaceAll('Infinity', 'null');
  const { cases } = JSON.parse(text) as { cases: { name: string; expected: T }[] };
  return cases.find(c => c.name === name)!.expected;
}

describe('promise 1: public data sets', () => {
  for (const fit of fits) {
    it.skipIf(absent)(`${fit.name}: coefficients, model and clustered errors, likelihood`, async () => {
      const data = load(fit);
      const expected = expectedOf<Expected>('logistic.json', fit.name);
      const plain = await fitLogistic(data);
      const clustered = await fitLogistic(data, { covariance: 'cluster' });
      const { G, cr0_se } = expected.cluster!;
      expect(plain.status).toBe('converged');
      plain.coefficients.forEach((c, i) => {
        expect(relativeError(c.estimate as number, expected.coef[i]!)).toBeLessThan(1e-10);
        expect(relativeError(c.standardError as number, expected.se_model[i]!)).toBeLessThan(1e-10);
        expect(relativeError(c.p as number, expected.p_two_sided[i]!)).toBeLessThan(1e-8);
        const factor = Math.sqrt(G / (G - 1));
        expect(relativeError(clustered.coefficients[i]?.standardError as number, factor * cr0_se[i]!)).toBeLessThan(
          1e-9
        );
      });
      expect(relativeError(plain.logLikelihood, expected.loglik)).toBeLessThan(1e-12);
      expect(relativeError(plain.nullLogLikelihood, expected.null_loglik)).toBeLessThan(1e-12);
    });
  }

  it.skipIf(absent)("promise 6: Firth's fit of birth weights", async () => {
    const expected = expectedOf<{ coef: number[]; se_from_fisher_information: number[] }>(
      'separation.json',
      'birthwt_low_firth'
    );
    const fit = await fitFirth(load(fits.find(f => f.name === 'birthwt_low')!));
    fit.coefficients.forEach((c, i) => {
      expect(relativeError(c.estimate as number, expected.coef[i]!)).toBeLessThan(1e-9);
      expect(relativeError(c.standardError as number, expected.se_from_fisher_information[i]!)).toBeLessThan(1e-9);
    });
  });
});
