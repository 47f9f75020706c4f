import { describe, expect, it } from 'vitest';
import type { SourceConfig } from '../../src/config/types.js';
import { ingestError, ingestWorld, source, us, type World } from './fixtures.js';

const EVENTS = {
  account_id: 'account',
  user_id: 'actor.id',
  occurred_at: 'at',
  event_type: 'type',
  value: 'properties.amount'
};
const GOOD = '{"account":"A","actor":{"id":"u1"},"at":"2024-02-01T10:00:00Z","type":"x","properties":{"amount":1.5}}';

function jsonEvents(
  lines: readonly string[] | Uint8Array,
  partial: Partial<SourceConfig> = {},
  name = 'e.jsonl'
): World {
  const content = lines instanceof Uint8Array ? lines : `${lines.join('\n')}\n`;
  return {
    files: { [name]: content },
    sources: [source('events', EVENTS, { format: 'jsonl', files: [name], ...partial })]
  };
}

const line = (fields: Record<string, unknown>) =>
  JSON.stringify({ account: 'A', at: '2024-02-01', type: 'x', actor: { id: 'u' }, properties: {}, ...fields });

/** What becomes of one doubtful line among three good ones: null when it is used, else its reason. */
async function reasonOf(doubtful: string): Promise<string | null> {
  const others = ['1', '2', '3'].map(type => GOOD.replace('"x"', `"${type}"`));
  return ingestWorld(jsonEvents([others[0] as string, doubtful, ...others.slice(1)]), async ({ tables, read }) => {
    const rows = await read('quarantine');
    const {
      in: total,
      used,
      quarantined,
      dropped
    } = tables.events?.rows ?? { in: 0, used: 0, quarantined: 0, dropped: 0 };
    expect([total, used + quarantined, dropped]).toEqual([4, 4, 0]);
    if (rows.length === 0) return null;
    expect(rows).toMatchObject([{ table_name: 'events', source_row: 2 }]);
    return String(rows[0]?.['reason']);
  });
}

describe('JSON lines', () => {
  it('are read by names and dotted paths, typed cells like texts of a CSV', async () => {
    const lines = [
      GOOD,
      line({
        account: 'B',
        at: '2024-02-02 12:00:00',
        actor: { id: 12 },
        properties: { amount: '2.25', more: [1, { a: 2 }] }
      }),
      line({ account: 'B', at: '2024-02-03', actor: null, properties: { amount: null } }),
      '{"type":"y","at":"2024-02-04","account":"B","actor":{"id":7.0},"properties":{"amount":1e2}}'
    ];
    await ingestWorld(jsonEvents(lines, { timezone: 'Europe/Berlin' }), async ({ read, tables }) => {
      expect(tables.events?.rows).toEqual({ in: 4, used: 4, quarantined: 0, dropped: 0 });
      const rows = await read('events');
      expect(rows.map(row => [row['account_id'], row['user_id'], row['occurred_at'], row['value']])).toEqual([
        ['A', 'u1', us('2024-02-01T10:00Z'), 1500],
        ['B', '12', us('2024-02-02T11:00Z'), 2250],
        ['B', null, us('2024-02-02T23:00Z'), null],
        ['B', '7', us('2024-02-03T23:00Z'), 100_000]
      ]);
    });
  });

  it('may be compressed, in several files, with fields that the first lines lack', async () => {
    const many = Array.from({ length: 300 }, (_, i) =>
      JSON.stringify({ account: 'A', at: '2024-02-01', type: `t${i}` })
    );
    const files = { 'a.ndjson.gz': `${many.join('\n')}\n`, 'b.json': `${GOOD}\n` };
    const spec = source('events', EVENTS, { format: 'jsonl', files: ['a.ndjson.gz', 'b.json'] });
    await ingestWorld({ files, sources: [spec] }, async ({ read, tables }) => {
      expect(tables.events?.rows.used).toBe(301);
      expect((await read('events')).at(-1)).toMatchObject({ user_id: 'u1', value: 1500 });
    });
  });

  it('prefer a field whose own name has the dot, and take keys of any characters', async () => {
    const columns = { account_id: 'a"c\\', occurred_at: '__proto__', event_type: 'p.type' };
    const lines = ['{"a\\"c\\\\":"A","__proto__":"2024-02-01","p.type":"flat","p":{"type":"nested"}}'];
    const spec = source('events', columns, { format: 'jsonl', files: ['e.jsonl'] });
    await ingestWorld({ files: { 'e.jsonl': lines.join('\n') }, sources: [spec] }, async ({ read }) => {
      expect(await read('events')).toMatchObject([{ account_id: 'A', event_type: 'flat' }]);
    });
  });

  it('drop a copy of a whole line and keep lines that differ in a field that nobody maps', async () => {
    const lines = [line({ n: 1 }), line({ n: 1 }), line({ n: 2 })];
    await ingestWorld(jsonEvents([...lines, GOOD]), async ({ tables }) => {
      expect(tables.events?.rows).toEqual({ in: 4, used: 3, quarantined: 0, dropped: 1 });
    });
  });

  it('without a wanted field are refused with the nearest name', async () => {
    const columns = { ...EVENTS, value: 'properties.amuont' };
    const spec = source('events', columns, { format: 'jsonl', files: ['e.jsonl'] });
    const error = await ingestError({ files: { 'e.jsonl': `${GOOD}\n` }, sources: [spec] });
    expect(error.message).toBe(
      'events: e.jsonl: expected a field properties.amuont, got none in any line; did you mean properties.amount? (fields found: account, actor, actor.id, at, type, properties, properties.amount)'
    );
    expect(error.exitCode).toBe(3);
  });
});

describe('a bad line of JSON is quarantined with its number (promise 55)', () => {
  const WHOLE = 'expected a JSON object in the line, got other text';
  it.each<[string, string, string]>([
    ['no JSON', 'oops', WHOLE],
    ['a truncated object', GOOD.slice(0, 40), WHOLE],
    ['a list', '[1,2]', WHOLE],
    ['a text', '"A"', WHOLE],
    ['null', 'null', WHOLE],
    ['a line of blanks', '   ', WHOLE],
    ['two objects', `${GOOD}${GOOD}`, WHOLE],
    ['single quotes', "{'account':'A'}", WHOLE],
    ['a NUL byte', GOOD.replace('"x"', '"x\0"'), WHOLE],
    ['text after a separator', `${GOOD}\u0001x`, WHOLE],
    ['brackets 500,000 deep that never close', `{"account":${'['.repeat(500_000)}`, WHOLE],
    [
      'a key twice',
      line({}).replace('{"account"', '{"account":"B","account"'),
      'expected every key once, got one twice'
    ],
    [
      'a key twice, once escaped',
      line({}).replace('{"account"', '{"\\u0061ccount":"B","account"'),
      'expected every key once, got one twice'
    ],
    ['a nested key twice', line({}).replace('"id":"u"', '"id":"u","id":"v"'), 'expected every key once, got one twice'],
    [
      'an object for a text',
      line({ account: { id: 'A' } }),
      'account: expected a plain value, got an object or a list'
    ],
    [
      'a list for a number',
      line({ properties: { amount: [1] } }),
      'properties.amount: expected a plain value, got an object or a list'
    ],
    [
      'an id beyond 2^53',
      line({}).replace('"id":"u"', '"id":9007199254740993'),
      'actor.id: expected a finite number below 2^53, got another; write a longer id as text'
    ],
    [
      'an id beyond 2^64',
      line({}).replace('"id":"u"', '"id":123456789012345678901'),
      'actor.id: expected a finite number below 2^53, got another; write a longer id as text'
    ],
    [
      'a number that is none',
      line({}).replace('"id":"u"', '"id":NaN'),
      'actor.id: expected a finite number below 2^53, got another; write a longer id as text'
    ],
    [
      '1e400',
      line({}).replace('"id":"u"', '"id":1e400'),
      'actor.id: expected a finite number below 2^53, got another; write a longer id as text'
    ],
    ['a text with NUL', line({ type: 'x\0y' }), 'type: expected text without NUL, got one'],
    ['a missing field', '{"account":"A","type":"x"}', 'occurred_at (column at): expected a value, got an empty cell'],
    [
      'a number with a comma',
      line({ properties: { amount: '1,234.5' } }),
      'value (column properties.amount): expected a number such as 12.5, got other text'
    ],
    [
      'true for a number',
      line({ properties: { amount: true } }),
      'value (column properties.amount): expected a number such as 12.5, got other text'
    ],
    [
      'a Unix time',
      line({ at: 1706745600 }),
      'occurred_at (column at): expected a date or timestamp such as 2025-04-01T06:00:00Z, got other text'
    ]
  ])('%s', async (_, text, reason) => {
    expect(await reasonOf(text)).toBe(reason);
  });

  it.each<[string, string]>([
    ['2^53 - 1', line({}).replace('"id":"u"', '"id":9007199254740991')],
    ['a long id as text', line({ actor: { id: '123456789012345678901' } })],
    [
      'objects 100,000 deep that nobody reads',
      line({}).replace('"type"', `"deep":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)},"type"`)
    ],
    ['a key twice where nothing is read', line({}).replace('"type"', '"o":{"x":1,"x":2},"type"')],
    ['a line that ends in CR LF', `${GOOD}\r`],
    ['a line after a blank one', `\n${GOOD}`]
  ])('but %s is used', async (_, text) => {
    expect(await reasonOf(text)).toBeNull();
  });
});

describe('a bad file of JSON is refused (promise 55)', () => {
  const bytes = (text: string, encoding: BufferEncoding) => new Uint8Array(Buffer.from(text, encoding));
  it.each<[string, readonly string[] | Uint8Array, string]>([
    ['empty', new Uint8Array(), 'events: e.jsonl: expected lines of JSON objects, got an empty file'],
    [
      'an array',
      ['[', GOOD, ']'].slice(0, 1),
      'events: e.jsonl: expected one JSON object per line, got none in the first 1 lines; write an array'
    ],
    [
      'pretty-printed',
      JSON.stringify(JSON.parse(GOOD), null, 2).split('\n'),
      'expected one JSON object per line, got none in the first'
    ],
    ['a CSV', ['account,at', 'A,2024-01-01'], 'expected one JSON object per line, got none in the first 2 lines'],
    [
      'UTF-16',
      bytes(`\uFEFF${GOOD}\n`, 'utf16le'),
      'events: e.jsonl cannot be read as JSON lines, line 1: expected UTF-8 text, got other bytes'
    ],
    [
      'other bytes in line 2',
      bytes(`${GOOD}\n${GOOD.replace('x', 'é')}\n`, 'latin1'),
      'events: e.jsonl cannot be read as JSON lines, line 2: expected UTF-8 text'
    ],
    [
      'a line of 3 MB',
      [GOOD, line({ more: 'x'.repeat(3_000_000) })],
      'events: e.jsonl cannot be read as JSON lines, line 2: expected one object per line in UTF-8 below 2 MB'
    ]
  ])('%s', async (_, content, message) => {
    const error = await ingestError(jsonEvents(content));
    expect(error.message).toContain(message);
    expect(error.exitCode).toBe(3);
    expect(error.message.length).toBeLessThan(600);
  });

  it('not gzip, and a million blank lines that unpack from a kilobyte', async () => {
    const plain = await ingestError(jsonEvents(new Uint8Array(Buffer.from(GOOD)), {}, 'e.jsonl.gz'));
    expect(plain.message).toContain('expected a gzip file, got another format');
    const bomb = await ingestError(
      jsonEvents(
        Array.from({ length: 1_000_000 }, () => ''),
        {},
        'e.jsonl.gz'
      )
    );
    expect(bomb.message).toContain('expected lines of JSON objects, got an empty file');
  });

  it('a byte-order mark is no fault', async () => {
    await ingestWorld(jsonEvents(bytes(`\uFEFF${GOOD}\n`, 'utf8')), async ({ tables }) => {
      expect(tables.events?.rows.used).toBe(1);
    });
  });
});
