import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderCsv } from '../../../src/pipeline/csv.js';

/** Cells of a CSV text as RFC 4180 has them. */
function parse(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n)/g)) {
    rows.at(-1)?.push(quoted === undefined ? (plain as string) : quoted.replaceAll('""', '"'));
    if (end === '\n') rows.push([]);
  }
  return rows.slice(0, -1);
}

const FORMULA = /^[=+\-@\t\r＝＋－＠]/;

describe('renderCsv', () => {
  it('writes numbers, texts and nothing', () => {
    expect(
      renderCsv(
        ['a', 'b'],
        [
          [1, 'x'],
          [null, '']
        ]
      )
    ).toBe('a,b\n1,x\n,\n');
    expect(renderCsv(['a'], [])).toBe('a\n');
  });

  it('quotes what would end a cell', () => {
    expect(renderCsv(['a'], [['x,y'], ['say "hi"'], ['two\nlines'], ['cr\rhere']])).toBe(
      'a\n"x,y"\n"say ""hi"""\n"two\nlines"\n"cr\rhere"\n'
    );
  });

  it.each(['=1+1', '+1', '-1', '@sum', '\tx', '\rx', '＝1+1', '＋1', '－1', '＠x'])(
    'promise 57: %j is text, not a formula',
    cell => {
      expect(parse(renderCsv(['a'], [[cell]]))[1]).toEqual([`'${cell}`]);
    }
  );

  it('promise 57: a hostile formula stays in its cell', () => {
    expect(renderCsv(['name'], [['=HYPERLINK("http://x","a,b")']])).toBe(
      'name\n"\'=HYPERLINK(""http://x"",""a,b"")"\n'
    );
  });

  it('promise 57: negative numbers stay numbers, with all their digits', () => {
    expect(renderCsv(['a'], [[-5], [-0.1], [1e-7], [-1e21], [0.1 + 0.2]])).toBe(
      'a\n-5\n-0.1\n1e-7\n-1e+21\n0.30000000000000004\n'
    );
  });

  it('promise 57: a header is a cell like any other', () => {
    expect(renderCsv(['=a', 'b'], [])).toBe("'=a,b\n");
  });

  it('promise 57: no text starts a formula, and every text reads back', () => {
    const start = fc.constantFrom('', '=', '+', '-', '@', '\t', '\r', '＝', '"', ',', '\n', "'");
    const cell = fc.tuple(start, fc.string({ unit: 'binary', maxLength: 12 })).map(parts => parts.join(''));
    const rows = fc.array(fc.tuple(cell, cell), { maxLength: 6 });
    fc.assert(
      fc.property(rows, table => {
        const found = parse(renderCsv(['a', 'b'], table));
        expect(found).toHaveLength(1 + table.length);
        table.forEach((row, i) => {
          row.forEach((text, k) => {
            const read = found[i + 1]?.[k] as string;
            expect(FORMULA.test(read)).toBe(false);
            expect(read).toBe(FORMULA.test(text) ? `'${text}` : text);
          });
        });
      }),
      { seed: 57, numRuns: 500 }
    );
  });
});
