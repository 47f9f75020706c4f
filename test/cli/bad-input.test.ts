import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { breakCopies, brokenTables, directory, edited, expectRefusal, GOOD, run, SENTENCE } from './broken.js';
import { day, smallTables, toCsv, vitals, writeFiles } from './workspace.js';

breakCopies();

interface Checked {
  readonly rows: Record<string, { in: number; used: number; quarantined: number; dropped: number }>;
  readonly reasons: readonly { table: string; reason: string; rows: number; firstRows: number[] }[];
  readonly findings: readonly { table: string; message: string }[];
}

async function check(): Promise<Checked> {
  const ended = await vitals('check', '--json', '--workspace', directory);
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  return JSON.parse(ended.stdout) as Checked;
}

/** One bad row of a table: counted with its reason, at its place, and no reason to stop. */
async function expectCounted(table: string, reason: RegExp, row: number): Promise<void> {
  const checked = await check();
  expect(checked.reasons).toEqual([{ table, reason: expect.stringMatching(reason), rows: 1, firstRows: [row] }]);
  const counts = checked.rows[table] as Checked['rows'][string];
  expect(counts).toEqual({ in: counts.in, used: counts.in - 1, quarantined: 1, dropped: 0 });
}

describe('files that cannot be used', () => {
  it('a missing file: exit 3, names the file and where it comes from', async () => {
    rmSync(join(directory, 'accounts.csv'));
    expectRefusal(await run(), 3, ...SENTENCE, 'accounts.csv', 'the CRM export');
  });

  it('a missing file without a known origin: says what to do', async () => {
    rmSync(join(directory, 'events.csv'));
    expectRefusal(await run(), 3, ...SENTENCE, 'events.csv', 'correct files in vitals.yaml');
  });

  it('unreadable Parquet', async () => {
    const config = edited('files: events.csv', 'files: events.parquet');
    writeFiles(directory, { 'vitals.yaml': config, 'events.parquet': 'PAR1 and then nothing of the kind' });
    expectRefusal(await run(), 3, ...SENTENCE, 'events.parquet', /Parquet/);
  });

  it('a cut Parquet file', async () => {
    const config = edited('files: events.csv', 'files: events.parquet');
    writeFiles(directory, { 'vitals.yaml': config, 'events.parquet': Buffer.from('PAR1\0\0\0\0') });
    expectRefusal(await run(), 3, ...SENTENCE, 'events.parquet', /damaged/);
  });

  it('a wrong delimiter: shows the one that splits the header', async () => {
    const config = edited('    files: tickets.csv', '    files: tickets.csv\n    delimiter: ","');
    writeFiles(directory, { 'vitals.yaml': config, 'tickets.csv': toCsv(smallTables().tickets, ';') });
    expectRefusal(await run(), 3, /expected /, 'tickets.csv', 'set delimiter: ";"');
  });

  it('an unknown column: the nearest name and the columns that are there', async () => {
    writeFiles(directory, { 'vitals.yaml': edited('mrr: mrr', 'mrr: mrrr') });
    expectRefusal(await run(), 3, ...SENTENCE, 'mrrr', 'did you mean mrr?', 'subscriptions.csv', 'started_at');
  });

  it('an empty file', async () => {
    writeFiles(directory, { 'tickets.csv': '' });
    expectRefusal(await run(), 3, ...SENTENCE, 'tickets.csv');
  });
});

describe('rows that cannot be used', () => {
  const SECRET = 'Miller Ltd pays a lot';

  it('a wrong type in row 17: quarantined, counted, row 17 named, its text never shown', async () => {
    writeFiles(
      directory,
      brokenTables(tables => void (tables.subscriptions[17] as string[]).splice(4, 1, SECRET))
    );
    await expectCounted('subscriptions', /^mrr: expected a number/, 17);
    const ended = await run('--json', '--quiet');
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(ended.stdout).rows.subscriptions).toEqual({ in: 60, used: 59, quarantined: 1, dropped: 0 });
    const shown = await vitals('check', '--workspace', directory);
    expect(shown.stdout).toContain('got other text (1; row 17)');
    expect(JSON.stringify([ended, shown, await check()])).not.toContain(SECRET);
  });

  it('wrong types in more than half of the rows: exit 3', async () => {
    writeFiles(
      directory,
      brokenTables(tables => {
        for (const row of tables.subscriptions.slice(17, 50)) row[4] = SECRET;
      })
    );
    const ended = await run();
    expectRefusal(ended, 3, 'subscriptions', /expected at least half/, `33 of 60`, /row 17, 18, 19/);
    expect(ended.stderr).not.toContain(SECRET);
  });

  it('a duplicate account with other content', async () => {
    writeFiles(
      directory,
      brokenTables(({ accounts }) => void accounts.push(['A003', day(70), 'retail']))
    );
    await expectCounted('accounts', /^account_id: expected one record per key/, 61);
  });

  it('an exact copy of an account is dropped and counted', async () => {
    writeFiles(
      directory,
      brokenTables(({ accounts }) => void accounts.push([...(accounts[3] as string[])]))
    );
    const { rows, reasons, findings } = await check();
    expect(reasons).toEqual([]);
    expect(rows['accounts']).toEqual({ in: 61, used: 60, quarantined: 0, dropped: 1 });
    expect(findings.map(finding => finding.message).join('\n')).toContain('1 of 61 rows dropped');
  });

  it('an event of an unknown account', async () => {
    const rows = smallTables().events.length;
    writeFiles(
      directory,
      brokenTables(({ events }) => void events.push(['Z999', 'u1', '2024-05-05T01:00:00Z', 'login']))
    );
    await expectCounted('events', /^account_id: .*unknown/, rows);
  });

  it('an event after the data end', async () => {
    const rows = smallTables().events.length;
    writeFiles(
      directory,
      brokenTables(({ events }) => void events.push(['A003', 'u1', '2025-01-01T00:00:00Z', 'login']))
    );
    await expectCounted('events', /^occurred_at: .*after data end/, rows);
  });

  it('9999-12-31 as the time of an event', async () => {
    const rows = smallTables().events.length;
    writeFiles(
      directory,
      brokenTables(({ events }) => void events.push(['A003', 'u1', '9999-12-31T00:00:00Z', 'login']))
    );
    await expectCounted('events', /^occurred_at: .*after data end/, rows);
  });

  it('9999-12-31 as an end date means open, and is counted in a finding', async () => {
    const tables = smallTables();
    const open = tables.subscriptions.filter(row => row[7] === '').length;
    const never = tables.subscriptions.map(row => (row[7] === '' ? [...row.slice(0, 7), '9999-12-31'] : row));
    writeFiles(directory, { 'subscriptions.csv': toCsv(never) });
    const { reasons, findings } = await check();
    expect(reasons).toEqual([]);
    const messages = findings.filter(finding => finding.table === 'subscriptions').map(finding => finding.message);
    expect(messages).toContain(`ended_at: dates from 2200 on are read as open (no end): ${open} cells`);
    const scores = (dir: string) => vitals('score', '--json', '--workspace', dir);
    const [here, there] = [await scores(directory), await scores(GOOD)];
    expect(here.code).toBe(0);
    expect(here.stdout).toBe(there.stdout);
  });
});

describe('data that cannot be learned from', () => {
  it('everyone churned within the first horizon: exit 3', async () => {
    writeFiles(
      directory,
      brokenTables(({ accounts, subscriptions, events, tickets }) => {
        for (const row of accounts.slice(1)) row[1] = day(0);
        for (const row of subscriptions.slice(1)) [row[6], row[7]] = [day(0), day(40)];
        events.splice(
          0,
          events.length,
          ...events.filter(row => row[2] === 'occurred_at' || (row[2] as string) < day(40))
        );
        tickets.length = 1;
      })
    );
    expectRefusal(await run(), 3, ...SENTENCE, /got none of 60: everyone has churned/, 'ended_at');
  });

  it('everyone churned by the data end: exit 3', async () => {
    writeFiles(
      directory,
      brokenTables(({ subscriptions }) => {
        for (const [i, row] of subscriptions.slice(1).entries()) if (row[7] === '') row[7] = day(300 + i);
      })
    );
    expectRefusal(await run(), 3, ...SENTENCE, /2025-01-01/, /everyone has churned/);
  });

  it('mixed currencies without rates: exit 3, with the count of each', async () => {
    writeFiles(
      directory,
      brokenTables(({ subscriptions }) => void (subscriptions[5] as string[]).splice(5, 1, 'EUR'))
    );
    expectRefusal(await run(), 3, ...SENTENCE, /USD \(59 rows\), EUR \(1 rows\)/, 'convert the amounts');
  });
});
