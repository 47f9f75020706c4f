import { describe, expect, it } from 'vitest';
import { sniffFile } from '../../src/sources/sniff.js';
import { withEngine, writeWorkspace } from './fixtures.js';

const LINES = [
  '{"id":"7","customer":{"id":1},"at":"2024-02-01T10:00:00Z","type":"x","props":{"n":1.5,"new":true,"tags":[1]},"gone":null}',
  '{"id":"8","customer":{"id":2},"at":"2024-03-01","type":"y","props":{"n":"2","new":false},"gone":null}',
  '{"id":"b","customer":{"id":2},"at":null,"type":"y","props":{"n":null}}'
];

describe('sniffFile', () => {
  it('finds the fields of JSON lines by their dotted names, with what all their cells can be', async () => {
    const workspace = writeWorkspace({ 'a.jsonl': `${LINES.join('\n')}\n` });
    await withEngine(async engine => {
      const { rows, columns, path } = await sniffFile(engine, { path: `${workspace}/a.jsonl`, shown: 'data/a.jsonl' });
      expect([rows, path]).toEqual([3, 'data/a.jsonl']);
      expect(columns.map(column => [column.name, column.type])).toEqual([
        ['id', 'text'],
        ['customer.id', 'number'],
        ['at', 'instant'],
        ['type', 'text'],
        ['props.n', 'number'],
        ['props.new', 'boolean'],
        ['props.tags', 'text'],
        ['gone', 'text']
      ]);
      const [, , at, type, n] = columns;
      expect(at).toMatchObject({ min: '2024-02-01T10:00:00', max: '2024-03-01T00:00:00', nullShare: 1 / 3 });
      expect(type?.values).toEqual(['x', 'y']);
      expect(n).toMatchObject({ min: 1.5, max: 2 });
    }, workspace);
  });

  it('refuses what is no JSON, or no table', async () => {
    const workspace = writeWorkspace({ 'a.jsonl': 'a,b\n1,2\n', 'b.jsonl': '{}\n', 'c.parquet': 'no' });
    await withEngine(async engine => {
      const sniff = (name: string) => sniffFile(engine, { path: `${workspace}/${name}`, shown: name });
      await expect(sniff('a.jsonl')).rejects.toThrow('a.jsonl: expected one JSON object per line');
      await expect(sniff('b.jsonl')).rejects.toThrow('b.jsonl: expected objects with fields, got empty ones');
      await expect(sniff('c.parquet')).rejects.toThrow(
        'expected a CSV or Parquet table with a header, or JSON lines, in c.parquet'
      );
    }, workspace);
  });
});
