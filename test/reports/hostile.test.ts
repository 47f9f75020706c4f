import { describe, expect, it } from 'vitest';
import type { ReportModel } from '../../src/reports/model.js';
import { renderReport } from '../../src/reports/page.js';
import { reportModel, tooFew } from './fixture.js';
import { markupFaults, numberFaults } from './reading.js';

const PAYLOADS = [
  '<img src=x onerror=alert(1)>',
  '</style></script><script>alert(1)</script>',
  '"><svg onload=alert(1)>',
  "' onmouseover='alert(1)",
  '"+alert(1)+"',
  `$${'{alert(1)}{{alert(1)}}'}`,
  'javascript:alert(1)',
  "datum.constructor.constructor('alert(1)')()",
  '-->]]><a href="https://example.org">x</a>',
  '![x](https://example.org/x.png) [y](javascript:alert(1)) <b>',
  '\u202egnp.exe\u0000\u0007\ud800',
  `${'x'.repeat(10_000)}<`
];

/** Fields whose texts are words of the program, never of data. */
const OWN_WORDS = new Set(['kind', 'target', 'method']);

/** Replaces every text, and every key of the table counts, by payloads in turn. */
function poisoned(model: ReportModel, shift: number): ReportModel {
  let turn = shift;
  const payload = () => PAYLOADS[turn++ % PAYLOADS.length] as string;
  const walk = (value: unknown, key: string): unknown => {
    if (typeof value === 'string') return OWN_WORDS.has(key) ? value : payload();
    if (Array.isArray(value)) return value.map(item => walk(item, key));
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [
        key === 'rows' && typeof item === 'object' ? payload() + name : name,
        walk(item, name)
      ])
    );
  };
  return walk(model, '') as ReportModel;
}

describe('hostile texts in every slot; promise 56', () => {
  it.each(PAYLOADS.map((_, shift) => shift))(
    'turn %i leaves only inert markup and numbers of the model',
    async shift => {
      const model = poisoned(shift % 4 === 0 ? reportModel() : tooFew(), shift);
      const { html, markdown } = await renderReport(model);
      expect(markupFaults(html)).toEqual([]);
      expect(numberFaults(html, model).filter(fault => fault.endsWith('is no number of the model'))).toEqual([]);
      expect(markdown).not.toMatch(/<(?!br>)[a-z/!]/i);
      expect(markdown).not.toMatch(/[^\\]\]\((?!pictures\/[\w-]+\.svg\))/);
    }
  );
});

describe('the reader of pages', () => {
  it('finds markup that is not inert', () => {
    expect(markupFaults('<p onclick="x">a</p>')).toEqual(['attribute onclick of p']);
    expect(markupFaults('<script>x</script>')).toEqual(['tag script']);
    expect(markupFaults('a < b')).toHaveLength(1);
    expect(markupFaults('<a href="https://example.org">x</a>')).toEqual(['href https://example.org']);
  });

  it('finds a number that is not the model’s, rounded wrongly, or from nowhere', () => {
    const model = { a: 0.78914, b: '2025-07-01' };
    expect(numberFaults('<data value="0.78914">0.79</data> at 2025-07-01, 95%', model)).toEqual([]);
    expect(numberFaults('<data value="0.78914">0.78</data>', model)).toEqual(['0.78 is not 0.78914 rounded']);
    expect(numberFaults('<data value="0.5">0.5</data>', model)).toEqual(['0.5 is no number of the model']);
    expect(numberFaults('about 17 accounts', model)).toEqual(['17 comes from nowhere']);
  });
});
