import { describe, expect, it } from 'vitest';
import type { Config, SnapshotsConfig } from '../../src/config/types.js';
import { ConfigError, DataError } from '../../src/errors.js';
import { ingestSnapshots } from '../../src/sources/ingest-snapshots.js';
import { sql } from '../../src/sql/sql.js';
import { snapshotsConfig, testConfig, withEngine, writeWorkspace } from './fixtures.js';

const FEATURES = ['seats', 'plan'];

async function ready(
  lines: readonly string[],
  snapshots: Partial<SnapshotsConfig> = {},
  config: Partial<Config> = {},
  features: readonly string[] = FEATURES
) {
  const workspace = writeWorkspace({ 'ready.csv': [...lines] });
  const whole = testConfig({
    workspace,
    shape: 'snapshots',
    dataEnd: null,
    snapshots: snapshotsConfig(features, snapshots),
    ...config
  });
  return withEngine(async engine => {
    const table = await ingestSnapshots(engine, whole);
    const quarantine = await engine.rows(sql`select * from quarantine order by source_row`);
    return { table, quarantine, rows: await engine.rows(sql`select * from ready`) };
  }, workspace);
}

describe('ready snapshots', () => {
  it('types features, blanks and outcomes', async () => {
    const { table, rows } = await ready(['id,seats,plan,churned', 'b,3,pro,Yes', 'a,,12,No', 'c,1e1,,No']);
    expect(table.columns).toEqual([
      { name: 'seats', type: 'number' },
      { name: 'plan', type: 'category' }
    ]);
    expect(rows).toEqual([
      { account_id: 'a', parent: 'a', as_of: null, outcome: 0, value: null, seats: null, plan: '12' },
      { account_id: 'b', parent: 'b', as_of: null, outcome: 1, value: null, seats: 3, plan: 'pro' },
      { account_id: 'c', parent: 'c', as_of: null, outcome: 0, value: null, seats: 10, plan: null }
    ]);
    expect(table.rows).toEqual({ in: 3, used: 3, quarantined: 0, dropped: 0 });
  });

  it('quarantines blank outcomes, other types, infinities and repeated accounts, and drops copies', async () => {
    const number = { type: 'number', unit: '', about: '', step: null, direction: 'none', actionable: false } as const;
    const lines = [
      'id,seats,plan,churned',
      'a,1,x,Yes',
      'a,1,x,Yes',
      'b,2,x,No',
      'b,3,x,No',
      'c,1,x,',
      'd,many,x,No',
      'e,1e999,x,No',
      'f,1,x,No',
      'g,1,x,No',
      'h,1,x,No',
      'i,1,x,No'
    ];
    const { table, quarantine } = await ready(lines, {
      features: { seats: number, plan: { ...number, type: 'category' } }
    });
    expect(table.rows).toEqual({ in: 11, used: 6, quarantined: 4, dropped: 1 });
    expect(quarantine).toEqual([
      {
        table_name: 'snapshots',
        source_row: 4,
        reason: 'account_id: expected one record per key, got another with different content'
      },
      {
        table_name: 'snapshots',
        source_row: 5,
        reason: 'outcome (column churned): expected a value, got an empty cell'
      },
      {
        table_name: 'snapshots',
        source_row: 6,
        reason: 'seats: expected a finite number such as 12.5, got other text'
      },
      { table_name: 'snapshots', source_row: 7, reason: 'seats: expected a finite number such as 12.5, got other text' }
    ]);
  });

  it('reads dates, value and parent; a date after the data end is quarantined', async () => {
    const lines = [
      'id,day,seats,plan,churned,money,group',
      'a,2024-02-01,1,x,Yes,5,g',
      'a,2024-01-01 00:00:00,1,x,No,,',
      'a,2025-01-01,1,x,No,1,g',
      'a,2025-01-02,x,x,No,1,g',
      'b,2024-02-30,1,x,No,1,g'
    ];
    const { rows, table } = await ready(
      lines,
      { asOf: 'day', value: 'money', parent: 'group' },
      { dataEnd: '2025-01-01' }
    );
    expect(rows.map(row => [row['as_of'], row['value'], row['parent']])).toEqual([
      ['2024-01-01', null, 'a'],
      ['2024-02-01', 5, 'g'],
      ['2025-01-01', 1, 'g']
    ]);
    expect(table.reasons).toHaveLength(2);
  });

  it('judges auto types on the training dates only', async () => {
    const lines = [
      'id,day,seats,plan,churned',
      'a,2024-01-01,1,1,Yes',
      'b,2024-01-01,2,2,No',
      'c,2024-05-01,3,other,No'
    ];
    const range = { from: '2024-05-01', to: '2024-05-01' };
    const blocks = {
      train: { from: '2024-01-01', to: '2024-02-01' },
      validation: null,
      calibration: range,
      test: range
    };
    const { table } = await ready(lines, { asOf: 'day' }, { dataEnd: '2025-01-01', blocks });
    expect(table.columns.map(column => column.type)).toEqual(['number', 'number']);
    expect(table.rows.quarantined).toBe(1);
  });

  it('refuses outcomes that are not two, and accepts no churn at all', async () => {
    const head = 'id,seats,plan,churned';
    await expect(ready([head, 'a,1,x,Yes', 'b,1,x,No', 'c,1,x,Maybe'])).rejects.toThrow(
      'expected two outcomes in column churned, Yes and one other'
    );
    await expect(ready([head, 'a,1,x,yes', 'b,1,x,no'])).rejects.toThrow(DataError);
    expect((await ready([head, 'a,1,x,No', 'b,1,x,No'])).table.rows.used).toBe(2);
  });

  it('refuses an absent file with its origin, absent columns, colliding names and an empty table', async () => {
    const head = 'id,seats,plan,churned';
    await expect(ready([head], { files: ['no.csv'], origin: 'the warehouse' })).rejects.toThrow(
      'get it from the warehouse'
    );
    await expect(ready(['id,seat,plan,churned', 'a,1,x,No'])).rejects.toThrow(
      'expected a column seats, got none; did you mean seat?'
    );
    await expect(ready([head], {}, {}, ['Seats', 'seats'])).rejects.toThrow(ConfigError);
    await expect(ready([head], {}, {}, ['value'])).rejects.toThrow(
      'none of account_id, parent, as_of, outcome, value, got value'
    );
    await expect(ready([head])).rejects.toThrow('expected at least one usable row, got 0 rows');
  });

  it('takes hostile header names as they are', async () => {
    const names = ['a"b', '__proto__', "x'); drop table ready; --", 'select'];
    const quoted = names.map(name => `"${name.replaceAll('"', '""')}"`);
    const { rows, table } = await ready(
      [['id', ...quoted, 'churned'].join(','), 'a,1,2,3,4,No'],
      {},
      {},
      names.filter(name => name !== '__proto__')
    );
    expect(table.columns).toHaveLength(3);
    expect(rows[0]?.['a"b']).toBe(1);
  });
});
