import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { SourceConfig } from '../../src/config/types.js';
import { ingestSources } from '../../src/sources/ingest.js';
import { raw, sql } from '../../src/sql/sql.js';
import type { Engine, Tables } from '../../src/types.js';
import { ingestError, ingestWorld, smallWorld, source, withEngine } from './fixtures.js';

const EVENTS = ['account_id', 'occurred_at', 'event_type'];
const HEADER = EVENTS.join(',');
const LINE = 'A,2024-02-01,x';

/** The readers of a table's files: each must refuse the same things within limits. */
const READERS: readonly (readonly [string, string, Partial<SourceConfig>])[] = [
  ['CSV', 'csv', {}],
  ['a SELECT over CSV', 'csv', { select: 'select * from files' }],
  ['JSON lines', 'jsonl', { format: 'jsonl' }],
  ['Parquet', 'parquet', { format: 'parquet' }],
  ['Parquet in place', 'parquet', { format: 'parquet', inPlace: true }]
];

/** Ingests events after the workspace's files were prepared; an error comes back as it is. */
async function attempt(
  partial: Partial<SourceConfig>,
  prepare: (workspace: string, engine: Engine) => unknown
): Promise<Tables | Error> {
  const { config, workspace } = smallWorld({ sources: [source('events', EVENTS, partial)] });
  return withEngine(async engine => {
    await prepare(workspace, engine);
    return ingestSources(engine, config).catch((error: Error) => error);
  }, workspace);
}

function refused(result: Tables | Error): string {
  if (!(result instanceof Error)) throw new Error('expected a refusal');
  expect(result).toMatchObject({ exitCode: 3 });
  expect(result.message.length).toBeLessThan(1000);
  return result.message;
}

const good = { csv: `${HEADER}\n${LINE}\n`, jsonl: '{"account_id":"A","occurred_at":"2024-02-01","event_type":"x"}\n' };

async function writeGood(engine: Engine, path: string): Promise<void> {
  const text = path.endsWith('.csv') ? good.csv : good.jsonl;
  if (!path.endsWith('.parquet')) writeFileSync(path, text);
  else
    await engine.run(
      sql`copy (select 'A' as account_id, timestamp '2024-02-01' as occurred_at, 'x' as event_type) to ${path}`
    );
}

describe.each(READERS)('%s (promise 55)', (_, extension, partial) => {
  const files = [`e.${extension}`];

  it('refuses an absent file, a directory, a pipe and a device', async () => {
    const path = (workspace: string) => join(workspace, files[0] as string);
    const none = `events: expected a file e.${extension} in the workspace, found none`;
    expect(refused(await attempt({ ...partial, files }, () => undefined))).toContain(none);
    expect(refused(await attempt({ ...partial, files }, workspace => mkdirSync(path(workspace))))).toContain(none);
    const pipe = (workspace: string) => execFileSync('mkfifo', [path(workspace)]);
    expect(refused(await attempt({ ...partial, files }, pipe))).toContain(none);
    const zero = (workspace: string) => symlinkSync('/dev/zero', path(workspace));
    expect(refused(await attempt({ ...partial, files }, zero))).toContain(none);
    expect(refused(await attempt({ ...partial, files: ['/dev/zero'] }, () => undefined))).toContain('found none');
  });

  it('refuses an empty file', async () => {
    const empty = (workspace: string) => writeFileSync(join(workspace, files[0] as string), '');
    expect(refused(await attempt({ ...partial, files }, empty))).toMatch(/^events: e\.\w+:? /);
  });

  it('refuses bytes at random', async () => {
    const bytes = new Uint8Array(
      Buffer.from(Array.from({ length: 5000 }, (__, i) => (i * 7919 + (i >> 3) * 31) % 256))
    );
    const write = (workspace: string) => writeFileSync(join(workspace, files[0] as string), bytes);
    expect(refused(await attempt({ ...partial, files }, write))).toMatch(/^events: e\.\w+/);
  });

  it('refuses a file of another format under its name', async () => {
    const other = extension === 'parquet' ? '.csv' : '.parquet';
    const write = async (workspace: string, engine: Engine) => {
      await writeGood(engine, join(workspace, `other${other}`));
      execFileSync('cp', [join(workspace, `other${other}`), join(workspace, files[0] as string)]);
    };
    expect(refused(await attempt({ ...partial, files }, write))).toMatch(/^events: e\.\w+/);
  });

  it('follows a link to a regular file', async () => {
    const link = async (workspace: string, engine: Engine) => {
      await writeGood(engine, join(workspace, `real.${extension}`));
      symlinkSync(join(workspace, `real.${extension}`), join(workspace, files[0] as string));
    };
    expect(await attempt({ ...partial, files }, link)).toMatchObject({ events: { rows: { in: 1, used: 1 } } });
  });

  it('takes names with blanks, quotes and brackets', async () => {
    const name = `it's "a" file;--.${extension}`;
    const write = (workspace: string, engine: Engine) => writeGood(engine, join(workspace, name));
    expect(await attempt({ ...partial, files: [name] }, write)).toMatchObject({ events: { rows: { in: 1, used: 1 } } });
  });
});

describe('Parquet (promise 55)', () => {
  it.each([false, true])('truncated, or with bytes changed in the middle; in place: %s', async inPlace => {
    const partial = { format: 'parquet' as const, files: ['e.parquet'], inPlace };
    const rows = raw(
      `select 'A' as account_id, timestamp '2024-02-01' + to_seconds(i) as occurred_at, 'x' || i as event_type from range(5000) t(i)`
    );
    const write = (workspace: string, engine: Engine) => engine.run(sql`copy (${rows}) to ${`${workspace}/e.parquet`}`);
    const cut = async (workspace: string, engine: Engine) => {
      await write(workspace, engine);
      truncateSync(join(workspace, 'e.parquet'), 3000);
    };
    expect(refused(await attempt(partial, cut))).toContain('events: e.parquet cannot be read as Parquet');
    const zeros = async (workspace: string, engine: Engine) => {
      await write(workspace, engine);
      execFileSync(
        'dd',
        ['if=/dev/zero', `of=${workspace}/e.parquet`, 'bs=1', 'seek=40', 'count=2000', 'conv=notrunc'],
        {
          stdio: 'ignore'
        }
      );
    };
    expect(refused(await attempt(partial, zeros))).toContain('events: e.parquet cannot be read as Parquet');
  });

  it('with lists, structs or bytes where a value is wanted', async () => {
    for (const cell of [`[1]`, `{'a': 1}`, `'x'::blob`, `map {1: 2}`]) {
      for (const inPlace of [false, true]) {
        const partial = { format: 'parquet' as const, files: ['e.parquet'], inPlace };
        const write = (workspace: string, engine: Engine) =>
          engine.run(sql`copy (select 'A' as account_id, timestamp '2024-02-01' as occurred_at, ${raw(cell)} as event_type)
            to ${`${workspace}/e.parquet`}`);
        expect(refused(await attempt(partial, write))).toContain('expected a column of plain values in event_type');
      }
    }
  });
});

describe('CSV under a SELECT (promise 55)', () => {
  const select = 'select * from files';
  const events = (content: string | Uint8Array, name = 'e.csv') => ({
    files: { [name]: content },
    sources: [source('events', EVENTS, { select, files: [name] })]
  });

  it.each<[string, string | Uint8Array, RegExp]>([
    ['a duplicate header', `${HEADER},Event_Type\n${LINE},y\n`, /expected every column once, got Event_Type twice/],
    ['a ragged line', `${HEADER}\n${LINE}\n${LINE},y\n`, /cannot be read as CSV, line 3: expected 3 cells, got 4/],
    ['an open quote', `${HEADER}\n"A,2024-02-01,x\n`, /cannot be read as CSV/],
    ['UTF-16', new Uint8Array(Buffer.from(`${HEADER}\n${LINE}\n`, 'utf16le')), /expected UTF-8 text/],
    ['a cell of 3 MB', `${HEADER}\n${LINE}${'x'.repeat(3_000_000)}\n`, /cannot be read as CSV, line 2/]
  ])('refuses %s', async (_, content, message) => {
    expect((await ingestError(events(content))).message).toMatch(message);
  });

  it('reads hostile names of columns as names', async () => {
    const names = ['a"b', 'x; drop table accounts', '__proto__', "it's"];
    const columns = { account_id: '__proto__', occurred_at: 'x; drop table accounts', event_type: 'a"b' };
    const content = `${names.map(name => `"${name.replaceAll('"', '""')}"`).join(',')}\nk,2024-02-01,A,z\n`;
    const world = { files: { 'e.csv': content }, sources: [source('events', columns, { select, files: ['e.csv'] })] };
    await ingestWorld(world, async ({ read }) => {
      expect(await read('events')).toMatchObject([{ account_id: 'A', event_type: 'k' }]);
    });
  });
});

describe('sizes (promise 55)', () => {
  it('refuses 100,000 columns without the wanted ones', async () => {
    const wide = Array.from({ length: 100_000 }, (_, i) => `c${i}`);
    const error = await ingestError({
      files: { 'e.csv': `${wide.join(',')}\n` },
      sources: [source('events', EVENTS, { files: ['e.csv'] })]
    });
    expect(error.message).toContain('expected a column account_id');
    expect(error.message.length).toBeLessThan(2000);
  }, 60_000);

  const formats = [
    ['e.csv', 'csv', good.csv],
    ['e.csv.gz', 'csv', good.csv],
    ['e.jsonl', 'jsonl', good.jsonl],
    ['e.jsonl.gz', 'jsonl', good.jsonl]
  ] as const;
  it.each(formats)(
    'refuses a line of 40 MB in %s, also as the last one without an end, and alone',
    async (name, format, text) => {
      const long = 'x'.repeat(40_000_000);
      for (const content of [`${text}${long}\n${text}`, `${text}${long}`, long]) {
        const bytes = new Uint8Array(name.endsWith('.gz') ? gzipSync(content) : Buffer.from(content));
        const spec = source('events', EVENTS, { files: [name], format });
        const error = await ingestError({ files: { [name]: bytes }, sources: [spec] });
        expect(error.exitCode).toBe(3);
        expect(error.message).toMatch(
          /^events: e\.\w+(\.gz)? cannot be read as (CSV|JSON lines): expected .* in UTF-8 below 2 MB; write it again$/
        );
      }
    },
    60_000
  );
});
