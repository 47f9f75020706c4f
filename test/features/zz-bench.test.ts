import { it } from 'vitest';
import { buildCatalogue, buildSnapshots, planSnapshots } from '../../src/features/index.js';
import { buildOutcomes } from '../../src/outcomes/index.js';
import { raw, id, sql } from '../../src/sql/sql.js';
import { configOf, loadWorld, tableInfos, withEngine } from './world.js';

const EMPTY = { accounts: [], users: [], subscriptions: [], plans: [], events: [], tickets: [], invoices: [], surveys: [], touchpoints: [] };
it.each([
  ['A', 3_600_000, 2934, 1, 180, 7, 'UTC'],
  ['B', 1_000_000, 2000, 10, 730, 24, 'UTC'],
  ['B berlin', 1_000_000, 2000, 10, 730, 24, 'Europe/Berlin']
])('bench %s', async (_n, events, accounts, users, days, dates, timezone) => {
  await withEngine(async engine => {
    await loadWorld(engine, EMPTY);
    const base = 19_000;
    const D = '86400000000';
    const step = Math.floor((days - 90) / dates);
    await engine.run(raw(`
      insert into accounts select 'A' || lpad(i::varchar, 6, '0'), ${base}*${D}, null, 'x', 'DE','n','1-10','web','smb', ${base}*${D} from range(${accounts}) r(i);
      insert into plans values ('starter',1,0),('growth',2,0),('scale',3,0);
      insert into users select 'U' || j, 'A' || lpad((j % ${accounts})::varchar, 6, '0'), ${base}*${D}, null, 'u', ${base}*${D} from range(${accounts * users}) r(j);
      insert into subscriptions select 'A' || lpad((i % ${accounts})::varchar, 6, '0'), 'S' || i, 'suite', ['starter','growth','scale'][1 + (i % 3)], 10 + i % 7, 10000, (${base} + (i // ${accounts}) * 30) * ${D}, (${base} + 30 + (i // ${accounts}) * 30) * ${D}, null, null, false, (${base} + (i // ${accounts}) * 30) * ${D} from range(${accounts * Math.floor(days / 30)}) r(i);
      insert into events select 'A' || lpad((u % ${accounts})::varchar, 6, '0'), 'U' || u, us, ['login','Create Report','export','invite','api','share','x','y'][1 + (h % 8)], h % 100000, h % 4000, us from (select (hash(i) % ${accounts * users})::bigint u, (hash(i + 77) % 1000003)::bigint h, ${base}*${D} + (hash(i * 3 + 1) % (${days} * ${D}))::bigint us from range(${events}) r(i));
      insert into tickets select 'T' || i, 'A' || lpad((i % ${accounts})::varchar, 6, '0'), us, us + 86400000000*3, ['low','high'][1 + i % 2], 4, us + 86400000000*4, null, us from (select i, ${base}*${D} + (hash(i * 3 + 5) % (${days} * ${D}))::bigint us from range(60000) r(i));
      insert into invoices select 'I' || i, account_id, started_at, started_at + 14*${D}, started_at + 10 * ${D}, null, 10000, started_at from (select row_number() over () i, * from subscriptions);
      insert into surveys select 'N' || i, 'A' || lpad((i % ${accounts})::varchar, 6, '0'), 'nps', us, us + 86400000000*3, 7, us from (select i, ${base}*${D} + (hash(i * 3 + 6) % (${days} * ${D}))::bigint us from range(20000) r(i));
      insert into touchpoints select 'C' || i, 'A' || lpad((i % ${accounts})::varchar, 6, '0'), us, 'call', true, null, us from (select i, ${base}*${D} + (hash(i * 3 + 7) % (${days} * ${D}))::bigint us from range(100000) r(i));
      create table spine as select account_id, d::integer as_of_day, ${timezone === 'UTC' ? `d * ${D}` : `epoch_us(timezone('Europe/Berlin', make_timestamp(d * ${D})))`} as_of_us, account_id parent, ${base}*${D} start_us, (d - ${base})::integer tenure_days, 1200.0::double arr from accounts, (select ${base} + 90 + unnest(range(${dates})) * ${step} d) order by 2, 1;
    `));
    const config = configOf({ timezone });
    const tables = tableInfos(25_000 * 86_400_000_000);
    const features = buildCatalogue(config, tables).features;
    console.log('features', features.length);
    for (let k = 0; k < 2; k++) {
      const marks: string[] = [];
      const t0 = performance.now(); let cpu = 0;
      for (const st of planSnapshots({ config, tables, features }).statements) {
        const u0 = process.cpuUsage();
        await engine.run(st);
        const u = process.cpuUsage(u0);
        cpu += (u.user + u.system) / 1000;
        marks.push(`${(st.text.match(/table "?(?:feature_)?(?:pass_)?(\w+)"?/) ?? [])[1]} ${((u.user + u.system) / 1000).toFixed(0)}`);
      }
      console.log(_n, 'total', (performance.now() - t0).toFixed(0), 'cpu', cpu.toFixed(0), marks.join(', '));
    }
    const t = performance.now();
    await buildOutcomes(engine, { config, tables });
    console.log('outcomes', (performance.now() - t).toFixed(0), JSON.stringify(await engine.rows(sql`select count(*) n from ${id('feature_event_days')}`)));
  });
});
