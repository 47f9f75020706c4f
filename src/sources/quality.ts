import type { Config, SourceConfig } from '../config/types.js';
import { sql } from '../sql/sql.js';
import type { Engine, TableInfo, TableName, Tables } from '../types.js';
import { dateOfDay, dayExpression } from './calendar.js';
import { CONTRACTS } from './contracts.js';
import { namedReason } from './mapping.js';
import { accountFindings, eventTypeFindings, type Finding, gapFindings, nullFindings } from './quality-queries.js';

export type { Finding } from './quality-queries.js';

/**
 * Findings about ingested tables, in contract order: quarantined and dropped rows, emptied and empty cells, event types that nobody
 * declared, tables that stop early, gaps between terms, accounts without terms or events, and every assumption that was
 * made (known-at, zones, columns assumed fixed, watermarks, open ends, currency).
 */
export async function checkQuality(engine: Engine, config: Config, tables: Tables): Promise<Finding[]> {
  const notes = await engine.rows(
    sql`select table_name, note, rows, severity from ingest_notes order by table_name, note`
  );
  const findings: Finding[] = [];
  for (const table of Object.keys(CONTRACTS) as TableName[]) {
    const info = tables[table];
    const sources = config.sources.filter(candidate => candidate.table === table);
    if (info === undefined || sources.length === 0) continue;
    findings.push(...rowFindings(info), ...(await stopFindings(engine, config, info)));
    findings.push(...sources.flatMap(source => assumptions(source, info)));
    for (const note of notes.filter(row => row['table_name'] === table)) {
      const severity = note['severity'] === 'warn' ? 'warn' : 'info';
      findings.push({ table, severity, message: `${note['note']}: ${note['rows']} cells` });
    }
    findings.push(...(await nullFindings(engine, info)));
  }
  findings.push(
    ...(await accountFindings(engine, tables)),
    ...(await gapFindings(engine, tables, config.calendar.timezone))
  );
  findings.push(...(await eventTypeFindings(engine, tables, config.features)));
  const order = Object.keys(CONTRACTS);
  return findings.sort((a, b) => order.indexOf(a.table) - order.indexOf(b.table));
}

function rowFindings({ name, rows, reasons }: TableInfo): Finding[] {
  const findings: Finding[] = reasons.map(({ reason, rows: n }) => ({
    table: name,
    severity: 'warn',
    message: `${n} of ${rows.in} rows quarantined: ${reason}`
  }));
  if (rows.used === 0)
    findings.push({ table: name, severity: 'warn', message: 'no usable record: what needs this table is unknown' });
  if (rows.dropped > 0) {
    findings.push({
      table: name,
      severity: 'info',
      message: `${rows.dropped} of ${rows.in} rows dropped: exact duplicates`
    });
  }
  return findings;
}

async function stopFindings(engine: Engine, config: Config, info: TableInfo): Promise<Finding[]> {
  const { timezone } = config.calendar;
  const [row] = await engine.rows(sql`select ${dayExpression(sql`us`, timezone)} as day
    from (select cast(${info.watermarkUs} as bigint) as us)`);
  const date = dateOfDay(row?.['day'] as number);
  const how = info.watermarkAssumed ? 'assumed' : 'declared';
  if (config.dataEnd !== null && date < config.dataEnd) {
    const message = `complete up to ${date} (${how}), before the data end ${config.dataEnd}: later windows are unknown`;
    return [{ table: info.name, severity: 'warn', message }];
  }
  return info.watermarkAssumed
    ? [{ table: info.name, severity: 'info', message: `complete up to ${date} (assumed)` }]
    : [];
}

/** What was taken for granted about a source; every report repeats it. */
function assumptions(source: SourceConfig, info: TableInfo): Finding[] {
  const { table } = source;
  const { eventTime, columns } = CONTRACTS[table];
  const findings: Finding[] = [];
  const add = (severity: Finding['severity'], message: string) =>
    findings.push({ table, severity, message: namedReason(source, message) });
  if (source.knownAt === null && eventTime !== null) {
    const from =
      source.columns[eventTime] === undefined ? 'the first known subscription' : `its event time (${eventTime})`;
    add('info', `a record is assumed to be known from ${from} on`);
  }
  if (info.inPlace) add('info', 'read in place: copies of a record are not looked for and would count more than once');
  const loose = columns.filter(column => info.columns[column.name]?.time === 'fixed' && column.time !== 'fixed');
  const declared = loose.filter(column => source.columns[column.name]?.time === 'fixed').map(column => column.name);
  const assumed = loose.filter(column => source.columns[column.name]?.time !== 'fixed').map(column => column.name);
  if (assumed.length > 0)
    add('warn', `assumed fixed although they may change: ${assumed.join(', ')}; past values may be wrong`);
  if (declared.length > 0) add('info', `declared fixed: ${declared.join(', ')}`);
  const dated = columns.some(column => column.type === 'instant' && source.columns[column.name] !== undefined);
  if (dated && !source.timezoneDeclared) add('info', `times without an offset are read as ${source.timezone}`);
  const money = columns.some(column => column.name === 'currency');
  if (money && source.columns['currency'] === undefined)
    add('info', 'amounts are taken to be in the reporting currency');
  return findings;
}
