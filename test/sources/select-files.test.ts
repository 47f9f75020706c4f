import { rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { SourceConfig } from '../../src/config/types.js';
import { admitSelect } from '../../src/sources/admit-select.js';
import { openDuckDB } from '../../src/sources/duckdb.js';
import { ingestSources } from '../../src/sources/ingest.js';
import { ALLOWED_AGGREGATES, ALLOWED_FUNCTIONS, ALLOWED_RANKS } from '../../src/sql/allowed.js';
import { raw, sql } from '../../src/sql/sql.js';
import { ingestError, ingestWorld, type Rows, smallWorld, source, us, type World, withEngine } from './fixtures.js';

const COLUMNS = ['a', 'b', 'when', 'n'];
const admit = (text: string) =>
  withEngine(
    async engine => (await admitSelect(engine, text, { place: 'sources.events.select', columns: COLUMNS })).text
  );

const LOG = [
  'who;what;day;amount',
  'A;View:home;01.02.2024;1,5',
  'A;View:home;01.02.2024;2,5',
  'A;Edit:page;02.02.2024;',
  'B;View:help;03.02.2024;4',
  'B;bot:crawl;03.02.2024;9'
];

const SELECT = `select who, lower(split_part(what, ':', 1)) as kind, strptime(day, '%d.%m.%Y') as seen,
  sum(cast(replace(amount, ',', '.') as decimal(18, 3))) as amount -- per day
from files where what not like 'bot:%' group by all;`;

function selectWorld(select: string, partial: Partial<SourceConfig> = {}): World {
  const columns = { account_id: 'who', occurred_at: 'seen', event_type: 'kind', value: 'amount' };
  return { files: { 'events.csv': LOG }, sources: [source('events', columns, { select, ...partial })] };
}

describe('a source that is a SELECT over its files', () => {
  it('is mapped by its output, in the order of its columns', async () => {
    await ingestWorld(selectWorld(SELECT), async ({ read, tables }) => {
      expect(tables.events?.rows).toEqual({ in: 3, used: 3, quarantined: 0, dropped: 0 });
      const rows = await read('events');
      expect(rows.map(row => [row['account_id'], row['event_type'], row['occurred_at'], row['value']])).toEqual([
        ['A', 'edit', us('2024-02-02T00:00Z'), null],
        ['A', 'view', us('2024-02-01T00:00Z'), 1000 * (1.5 + 2.5)],
        ['B', 'view', us('2024-02-03T00:00Z'), 4000]
      ]);
    });
  });

  it('reads several files under their own names, also when the columns stand in another order', async () => {
    const world = {
      files: { 'e/1.csv': ['who,what', 'A,x'], 'e/2.csv': ['what,who', 'y,B'], 'e/3.csv': ['who,what', 'A,z'] },
      sources: [
        source(
          'events',
          { account_id: 'who', occurred_at: 'seen', event_type: 'what' },
          { files: ['e/*.csv'], select: `select *, date '2024-02-01' as seen from files` }
        )
      ]
    };
    await ingestWorld(world, async ({ read }) => {
      expect((await read('events')).map(row => [row['account_id'], row['event_type']])).toEqual([
        ['A', 'x'],
        ['A', 'z'],
        ['B', 'y']
      ]);
    });
    const files = { ...world.files, 'e/3.csv': ['who,other', 'A,z'] };
    expect((await ingestError({ ...world, files })).message).toBe(
      'events: e/3.csv: expected the columns of e/1.csv for a select, got others; write the files with the same columns'
    );
  });

  it('quarantines the rows of its output that are at fault', async () => {
    const select = `select who, what as kind, try_strptime(day, '%d.%m.%Y') as seen, replace(amount, ',', '.') as amount from files`;
    const files = { 'events.csv': [...LOG, 'C;x;01.02.2024;1', 'A;x;32.02.2024;1'] };
    await ingestWorld({ ...selectWorld(select), files }, async ({ tables, read }) => {
      expect(tables.events?.rows).toEqual({ in: 7, used: 5, quarantined: 2, dropped: 0 });
      expect((await read('quarantine')).map(row => String(row['reason']).slice(0, 30))).toEqual([
        'occurred_at (column seen): exp',
        'account_id: expected an accoun'
      ]);
    });
  });

  it('that does not fit its files is refused', async () => {
    const bind = await ingestError(selectWorld('select who, lower(1, 2, 3) as kind from files'));
    expect(bind.message).toContain(
      'sources.events.select: expected a SELECT that fits the columns of its files, but: '
    );
    expect(bind.exitCode).toBe(2);
    const name = await ingestError(selectWorld('select whom from files'));
    expect(name.message).toBe('sources.events.select: expected columns of files, got the name whom');
    const output = await ingestError(selectWorld('select who from files'));
    expect(output.message).toContain('events: events.csv: expected a column');
  });

  it('tells a cell that a cast cannot take without its text', async () => {
    const select = `select who, what as kind, cast(day as timestamp) as seen, amount from files`;
    const error = await ingestError(selectWorld(select));
    expect(error.message).toContain(
      'events: expected cells that the casts of select can take, got another; write try_cast'
    );
    expect(error.message).not.toContain('01.02');
    expect(error.exitCode).toBe(3);
  });

  it('gives the same rows with one thread and four', async () => {
    const lines = [
      'who,what,day,amount',
      ...Array.from({ length: 20_000 }, (_, i) => `${i % 2 ? 'A' : 'B'},t${i % 97},x,${i}`)
    ];
    const select = `select who, what as kind, date '2024-02-01' as seen, sum(cast(amount as bigint)) as amount from files group by all`;
    const columns = { account_id: 'who', occurred_at: 'seen', event_type: 'kind', value: 'amount' };
    const world = { files: { 'events.csv': lines }, sources: [source('events', columns, { select })] };
    const results: Rows[] = [];
    for (const threads of [1, 4]) {
      const { config, workspace } = smallWorld(world);
      const engine = await openDuckDB({ path: ':memory:', threads });
      try {
        await ingestSources(engine, config);
        results.push(await engine.rows(sql`select * from events`));
      } finally {
        engine.close();
        rmSync(workspace, { recursive: true, force: true });
      }
    }
    expect(results[0]).toHaveLength(2 * 97);
    expect(results[1]).toEqual(results[0]);
  });
});

describe('admitSelect', () => {
  it.each([
    'select a, b from files',
    'from files',
    'SELECT f.a AS x FROM files AS f WHERE f.b = 1 and not (f.n in (1, 2) or f.a is null)',
    'select distinct a from files order by a',
    'select * exclude (n) replace (lower(a) as a) from files',
    `select a, case when b = 'x' then 1 else 0 end as c, coalesce(n, b), cast(n as decimal(12, 2)), try_cast(n as double) from files`,
    'select a, count(*), count(distinct b), max(n), bool_or(b = n), sum(n::bigint) filter (where b > n) from files group by a having count(*) > 1',
    'select a, sum(case when b = n then 1 end), sum(2 * cast(n as integer)) from files group by a',
    'select a from (select a, rank() over (partition by b order by n desc) as place from files) t where place = 1',
    'select a, max(n) over (partition by b) as most from files qualify n = most',
    'select a from files union all select b from files',
    'select x.a from files x join files y using ("when") left join files z using ("when")',
    'select a from files where b = (select max(b) from files) and exists (select 1 from files)',
    `select "when" at time zone 'Europe/Berlin', date_trunc('day', "when"::timestamp) + interval 3 day from files`,
    `select a /* a comment; with */ || ' -- ' as c from files -- the end`
  ])('admits %s', async text => {
    const admitted = await admit(text);
    await withEngine(async engine => {
      const files = sql`with files as (select 'x' as a, '1' as b, timestamp '2024-01-01' as "when", '2' as n)`;
      await engine.rows(sql`${files} select * from (${raw(admitted)})`);
    });
  });

  it('writes the statement as the parser reads it', async () => {
    expect(await admit(`select a -- x\n, 'it''s; --' from files;`)).toBe(`SELECT a, 'it''s; --' FROM files`);
  });

  const NO_CHANCE = 'parts whose result does not depend on the order of rows';
  const COLUMNS_ONLY = 'columns of the files, no clock and no user';
  const STABLE = 'functions that always give the same result and read only cells';
  it.each<[string, string]>([
    ['', 'one SELECT'],
    ['selec a', 'expected a SELECT, got text that does not parse: syntax error at or near "selec" at character 1'],
    ['select a from files; select b from files', 'expected one SELECT, got 2'],
    ['delete from files', 'expected one SELECT that reads files, got another statement'],
    [`copy files to 'x'`, 'another statement'],
    [`attach 'x'`, 'another statement'],
    ['set threads = 1', 'another statement'],
    ['select * into t from files', 'expected'],
    ['pivot files on a using max(b)', 'another statement'],
    ['select 1', 'expected the relation files, got rows of its own'],
    ['values (1)', 'rows of its own'],
    ['select * from files, (values (1)) v(a)', 'rows of its own'],
    ['select a from accounts', 'expected the relation files, got the relation accounts'],
    ['select a from main.files', 'the relation main.files'],
    ['select a from temp.files', 'the relation temp.files'],
    [`select a from 'other.csv'`, 'the relation other.csv'],
    ['select 1 as a from duckdb_tables', 'the relation duckdb_tables'],
    ['select a from files where b in (select a from accounts)', 'the relation accounts'],
    [`select * from read_csv('/etc/passwd')`, 'expected the relation files, got a table function'],
    [`select * from files, read_text('/etc/passwd')`, 'a table function'],
    ['select * from files, unnest([1])', 'a table function'],
    ['select * from files, range(10)', 'a table function'],
    ['with files as (select 1 as a) select a from files', 'expected a subquery in FROM, got WITH'],
    ['with recursive r as (select 1) select a from files', 'WITH'],
    ['select a from files limit 1', 'expected all rows, got LIMIT'],
    ['select a from files offset 1', 'LIMIT'],
    ['select a from files limit 10%', 'LIMIT'],
    ['select a from files tablesample 10%', 'a sample of rows'],
    ['select a from files using sample 3', 'a sample of rows'],
    ['select distinct on (a) a, b from files', `expected ${NO_CHANCE}, got DISTINCT ON`],
    ['select a from files natural join files f', 'a join of kind NATURAL'],
    ['select a from files positional join files f', 'a join of kind POSITIONAL'],
    ['select f.a from files f asof join files g on f.a = g.a and f.n >= g.n', 'a join of kind ASOF'],
    ['select current_date from files', `expected ${COLUMNS_ONLY}, got current_date`],
    ['select CURRENT_TIMESTAMP from files', COLUMNS_ONLY],
    ['select localtime, a as localtime from files', COLUMNS_ONLY],
    ['select user from files', COLUMNS_ONLY],
    ['select current_schema from files', COLUMNS_ONLY],
    ['select rowid from files', 'the name rowid'],
    ['select filename from files', 'the name filename'],
    ['select now() from files', `expected ${STABLE}, got the function now`],
    ['select today() from files', STABLE],
    ['select random() from files', STABLE],
    ['select uuid() from files', STABLE],
    [`select getenv('HOME') from files`, STABLE],
    [`select current_setting('threads') from files`, STABLE],
    [`select nextval('s') from files`, STABLE],
    ['select hash(a) from files', STABLE],
    ['select first(a) from files', STABLE],
    ['select any_value(a) from files', STABLE],
    ['select arg_max(a, b) from files', STABLE],
    ['select approx_count_distinct(a) from files', STABLE],
    ['select avg(n) from files', STABLE],
    ['select string_agg(a) from files', STABLE],
    ['select list(a) from files', STABLE],
    ['select exp(n) from files', STABLE],
    ['select repeat(a, 1000000000) from files', STABLE],
    [`select lpad(a, 1000000000, 'x') from files`, STABLE],
    ['select unnest([1, 2]) from files', 'expected'],
    [
      'select sum(n) from files',
      'expected sum(cast(x as bigint)) or of a decimal, got a sum of numbers that may not be exact'
    ],
    ['select sum(n::double) from files', 'may not be exact'],
    ['select sum(n::integer / 2) from files', 'may not be exact'],
    ['select sum(n) over () from files', 'may not be exact'],
    ['select max(a order by b) from files', 'ORDER BY inside a function'],
    ['select row_number() over (order by a) from files', 'expected a plain SELECT, got WINDOW_ROW_NUMBER'],
    ['select lag(a) over (order by a) from files', 'WINDOW_LAG'],
    ['select first_value(a) over (order by a) from files', 'WINDOW_FIRST_VALUE'],
    ['select max(a) over (order by b rows between 1 preceding and current row) from files', 'a frame of a window'],
    ['select max(a) over (order by b rows unbounded preceding) from files', 'a frame of a window'],
    ['select pg_catalog.lower(a) from files', 'the schema'],
    [`select columns('a|b') from files`, 'expected columns by name, got COLUMNS'],
    ['select a[1] from files', 'got ARRAY_EXTRACT'],
    ['select a collate nocase from files', 'got COLLATE'],
    ['select try(a) from files', 'got OPERATOR_TRY'],
    ['select list_transform([a], lambda x: x) from files', 'expected'],
    ['select cast(a as json) from files', 'the type'],
    ['select cast(a as integer[]) from files', 'the type LIST'],
    ['select cast(a as blob) from files', 'the type BLOB'],
    ['select ? from files', 'expected'],
    ['select $1 from files', 'expected'],
    [`select a from files at (version => 1)`, 'got AT'],
    [`select '${'x'.repeat(20_000)}' from files`, 'expected a SELECT of at most 20000 characters']
  ])('refuses %s', async (text, message) => {
    await expect(admit(text)).rejects.toThrow(/^sources\.events\.select: expected /);
    await expect(admit(text)).rejects.toThrow(message);
  });

  it('refuses every function of the engine that is not listed', async () => {
    await withEngine(async engine => {
      const rows = await engine.rows(sql`select distinct function_name as name from duckdb_functions()
        where function_type in ('scalar', 'aggregate', 'macro') and regexp_full_match(function_name, '[a-z_0-9]+')`);
      const listed = new Set([...ALLOWED_FUNCTIONS, ...ALLOWED_AGGREGATES, ...ALLOWED_RANKS]);
      const others = rows.map(row => String(row['name'])).filter(name => !listed.has(name));
      expect(others.length).toBeGreaterThan(400);
      const admitted: string[] = [];
      for (const name of others) {
        const text = `select "${name}"(a) from files`;
        await admitSelect(engine, text, { place: 'x', columns: COLUMNS }).then(
          () => admitted.push(name),
          () => undefined
        );
      }
      expect(admitted).toEqual([]);
    });
  });

  it('survives deep nesting', async () => {
    expect(await admit(`select ${'('.repeat(5000)}a${')'.repeat(5000)} from files`)).toBe('SELECT a FROM files');
    for (const text of [
      `${'not '.repeat(4900)}a`,
      `${'lower('.repeat(1500)}a${')'.repeat(1500)}`,
      `a${' + a'.repeat(4900)}`
    ]) {
      await expect(admit(`select ${text} from files`)).rejects.toThrow(/^sources\.events\.select: expected /);
    }
    const nested = `${'(select a from '.repeat(1200)}files${') t'.repeat(1200)}`;
    await expect(admit(`select a from ${nested}`)).rejects.toThrow(/^sources\.events\.select: expected /);
  });
});
