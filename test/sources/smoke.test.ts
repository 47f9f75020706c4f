import { loadConfig } from '../../src/config/load.js';
import { openDuckDB } from '../../src/sources/duckdb.js';
import { ingestSources } from '../../src/sources/ingest.js';
import { ingestSnapshots } from '../../src/sources/ingest-snapshots.js';
import { buildSpine } from '../../src/sources/spine.js';
import { planAsOf } from '../../src/sources/calendar.js';
import { checkQuality } from '../../src/sources/quality.js';
import { sql } from '../../src/sql/sql.js';
import { it } from 'vitest';
it('smoke', async () => {
  for (const dir of (process.env['WS'] ?? 'examples/socialnet7').split(':')) {
  const config = await loadConfig(dir);
  const base = await openDuckDB({ path: ':memory:' });
  const time = (f: any) => async (q: any) => { const t = Date.now(); try { return await f.call(base, q); } finally { if (Date.now() - t > 50) console.log(Date.now() - t, q.text.slice(0, 3000)); } };
  const engine = { kind: 'duckdb' as const, run: time(base.run), rows: time(base.rows), columns: time(base.columns), append: base.append.bind(base), close: () => base.close() };
  if (config.shape === 'snapshots') { console.log(await ingestSnapshots(engine, config)); console.log(await engine.rows(sql`select * from ready limit 2`)); continue; }
  let t = Date.now(); const c0 = process.cpuUsage();
  await engine.run(sql`begin`);
  const tables = await ingestSources(engine, config);
  await engine.run(sql`commit`);
  const c1 = process.cpuUsage(c0); console.log('ingest', Date.now() - t, 'cpu', (c1.user+c1.system)/1e6); t = Date.now();
  console.log(JSON.stringify(Object.values(tables).map(t => ({ n: t.name, r: t.rows, w: t.watermarkUs, a: t.watermarkAssumed, re: t.reasons })), null, 1));
  const asOf = await planAsOf(engine, config, tables);
  await buildSpine(engine, { asOf, config, tables });
  console.log('spine', Date.now() - t, await engine.rows(sql`select as_of_day, count(*) n, sum(arr) arr, count(distinct parent) parents, min(tenure_days) a, max(tenure_days) b from spine group by 1 order by 1`)); t = Date.now();
  console.log(await checkQuality(engine, config, tables), Date.now() - t);
  console.log(await engine.rows(sql`select * from quarantine order by all limit 5`));
  }
});
