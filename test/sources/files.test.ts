import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DataError } from '../../src/errors.js';
import { ingestSources } from '../../src/sources/ingest.js';
import { sql } from '../../src/sql/sql.js';
import { ingestError, source, testConfig, withEngine, writeFile, writeWorkspace } from './fixtures.js';

const EVENTS = ['account_id', 'occurred_at', 'event_type'];
const _events = (lines: readonly string[], partial = {}) => ({
  files: { 'events.csv': [EVENTS.join(','), ...lines] },
  sources: [source('events', EVENTS, partial)]
});

describe('bad files', () => {
  const broken = (file: string, text: string | Uint8Array) => ingestError({ files: { [file]: text } });

  it('missing file: says where to get it', async () => {
    const error = await ingestError({
      sources: [source('events', EVENTS, { files: ['data/e.csv'], origin: 'https://example.org/e' })]
    });
    expect(error).toBeInstanceOf(DataError);
    expect(error.exitCode).toBe(3);
    expect(error.message).toBe(
      'events: expected a file data/e.csv in the workspace, found none; get it from https://example.org/e'
    );
  });

  it('empty workspace: names the first file', async () => {
    const error = await ingestError({ sources: [source('accounts', ['account_id'], { files: ['none/*.csv'] })] });
    expect(error.message).toContain('accounts: expected a file none/*.csv');
  });

  it('unreadable Parquet', async () => {
    const spec = source('accounts', ['account_id'], { files: ['a.parquet'], format: 'parquet' });
    const error = await ingestError({ files: { 'a.parquet': 'PAR1 nothing PAR1' }, sources: [spec] });
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toContain('accounts: a.parquet cannot be read as Parquet');
  });

  it('Parquet with damaged pages', async () => {
    const workspace = writeWorkspace({});
    const path = `${workspace}/a.parquet`;
    await withEngine(async engine => {
      await engine.run(sql`copy (select cast(range as varchar) as account_id from range(1000)) to ${path}`);
      const bytes = readFileSync(path);
      writeFile(workspace, 'a.parquet', bytes.fill(0xff, 4, 600));
      const sources = [
        source('accounts', ['account_id'], { files: ['a.parquet'], format: 'parquet' }),
        source('subscriptions', ['account_id', 'started_at', 'mrr'])
      ];
      const error = await ingestSources(engine, testConfig({ workspace, sources })).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(DataError);
      expect((error as Error).message).toContain('accounts: a.parquet cannot be read as Parquet');
    }, workspace);
  });

  it('wrong delimiter: recognised and told', async () => {
    const world = {
      files: { 'accounts.csv': 'account_id;created_at\nA;2024-01-01\n' },
      sources: [source('accounts', ['account_id', 'created_at'], { delimiter: ',' })]
    };
    const error = await ingestError(world);
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toContain('single column when read with delimiter ","');
    expect(error.message).toContain('set delimiter: ";"');
  });

  it('missing column: the nearest name and the columns found', async () => {
    const error = await broken('accounts.csv', 'acount_id,created_at\nA,2024-01-01\n');
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toContain(
      'expected a column account_id, got none; did you mean acount_id? (columns found: acount_id, created_at)'
    );
  });

  it('a column twice', async () => {
    const error = await broken('accounts.csv', 'account_id,account_id,created_at\nA,B,2024-01-01\n');
    expect(error.message).toContain('expected one column account_id, got 2');
  });

  it('ragged line, open quote, other bytes, UTF-16, an empty file, no gzip', async () => {
    const head = 'account_id,created_at\nA,2024-01-01\n';
    expect((await broken('accounts.csv', `${head}B\n`)).message).toContain('line 3: expected 2 cells, got 1');
    expect((await broken('accounts.csv', `${head}B,"x\nC,2024-01-01\n`)).message).toContain('quote');
    expect(
      (await broken('accounts.csv', Buffer.concat([Buffer.from(head), Buffer.from([0xff, 0xfe, 0x2c, 0x31, 0x0a])])))
        .message
    ).toContain('UTF-8');
    expect((await broken('accounts.csv', Buffer.from(head, 'utf16le'))).message).toContain('UTF-8');
    expect((await broken('accounts.csv', '')).message).toContain('empty file');
    const unzipped = source('accounts', ['account_id'], { files: ['a.csv.gz'] });
    const error = await ingestError({ files: { 'a.csv.gz': Buffer.from(head) }, sources: [unzipped] });
    expect(error.message).toContain('a.csv.gz cannot be read as CSV: expected a gzip file');
  });

  it('never shows the text of a line', async () => {
    const error = await broken('accounts.csv', 'account_id,created_at\nSecret Name Ltd\n');
    expect(error.message).not.toContain('Secret');
  });
});
