import { describe, expect, it } from 'vitest';
import { type CellSpec, castCell } from '../../src/sources/cast.js';
import { join, literal, raw, sql } from '../../src/sql/sql.js';
import { withEngine } from './fixtures.js';

const MOST = String(Number.MAX_SAFE_INTEGER);

/** First reason of each cell of a column of the given type, or its value when there is none. */
function castAll(cells: readonly (string | null)[], fileType: string, decimals: number) {
  const spec: CellSpec = {
    name: 'amount',
    from: 'amount',
    type: decimals === 0 ? 'integer' : 'measure',
    decimals,
    nullable: false,
    minimum: -50,
    values: null,
    timezone: 'UTC'
  };
  const cast = castCell(spec, fileType, { source: raw('r0'), cell: raw('t0'), value: raw('v') });
  const cases = cast.faults.map(({ when, reason }) => sql`when ${when} then ${reason}`);
  const rows = cells.map((cell, i) => sql`(${i}, cast(${literal(cell)} as ${raw(fileType)}))`);
  return withEngine(engine =>
    engine.rows(sql`select reason, case when reason is null then v end as v
      from (select *, case ${join(cases, ' ')} end as reason from (select nr, t0, ${cast.value} as v from (
        select nr, ${cast.raw} as t0 from (values ${join(rows)}) as x(nr, r0)))) order by nr`)
  );
}

describe('numbers', () => {
  const wholes = ['0', '7', '-3', '-51', null, '2147483647', MOST, '9007199254740992', '-9223372036854775807'];

  it.each(['BIGINT', 'HUGEINT', 'DECIMAL(38,0)'])(
    'of a column of %s read as those of a text column',
    async fileType => {
      for (const decimals of [0, 2]) {
        expect(await castAll(wholes, fileType, decimals)).toEqual(await castAll(wholes, 'VARCHAR', decimals));
      }
    }
  );

  it('with decimals read as those of a text column', async () => {
    const cells = ['12.50', '-0.01', '0.125', '-50.01', null, '90071992547409.91', '90071992547409.92'];
    expect(await castAll(cells, 'DECIMAL(20,3)', 2)).toEqual(await castAll(cells, 'VARCHAR', 2));
    expect(await castAll(cells, 'DECIMAL(20,3)', 0)).toEqual(await castAll(cells, 'VARCHAR', 0));
  });

  it('are scaled exactly, and refused when they have more decimals or leave 2^53', async () => {
    const found = await castAll(['12.5', '12.505', MOST], 'DECIMAL(20,3)', 2);
    expect(found.map(row => row['v'])).toEqual([12.5 * 100, null, null]);
    expect(found[0]?.['reason']).toBe(null);
    expect(found[1]?.['reason']).toMatch(/at most 2 decimals, got more/);
    expect(found[2]?.['reason']).toMatch(/below 2\^53 after scaling by 10\^2/);
  });

  it('in any plain writing are the same number, whatever the length of the text', async () => {
    const cells = ['00012.50', '+12.5', '12.', '.5', '1e2', '1250e-2', '123456789012.25', '1234567890123.25', '12.500'];
    const found = await castAll(cells, 'VARCHAR', 2);
    expect(found.map(row => row['reason'])).toEqual(cells.map(() => null));
    expect(found.map(row => row['v'])).toEqual(cells.map(cell => Math.round(Number(cell) * 100)));
  });

  it('in other writings are refused as text', async () => {
    const cells = ['1,5', '1_000', '0x10', 'twelve', '12 ', '--1', '', 'NaN', 'inf'];
    const found = await castAll(cells, 'VARCHAR', 2);
    const blank = (cell: string) => (cell === '' ? /empty cell/ : /expected a number such as 12.5, got other text/);
    cells.forEach((cell, i) => {
      if (cell !== '12 ') expect(found[i]?.['reason'], cell).toMatch(blank(cell));
    });
    expect(found[cells.indexOf('12 ')]?.['v']).toBe(1200);
  });
});
