import type { Config, SourceConfig } from '../config/types.js';
import { sql } from '../sql/sql.js';
import type { Engine, HistoryInfo, TableInfo, TableName, Tables } from '../types.js';
import { accountFindings } from './account-findings.js';
import { dateOfDay, dayExpression, resolveAsOf } from './calendar.js';
import { churnFindings } from './churn-findings.js';
import { CONTRACTS } from './contracts.js';
import type { Finding } from './examples.js';
import { namedReason } from './mapping.js';
import { eventTypeFindings, gapFindings, nullFindings, overlapFindings } from './quality-queries.js';

export type { Finding } from './examples.js';

/**
 * Findings about ingested tables, in contract order: quarantined and dropped rows, emptied and empty cells, event types that nobody
 * declared, tables that stop early, gaps and overlaps of terms, doubtful accounts, sources of churn that disagree, and every assumption that was
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
    for (const feed of [info, ...Object.values(info.histories ?? {})]) {
      findings.push(...rowFindings(table, feed), ...(await stopFindings(engine, config, { table, feed })));
    }
    findings.push(...sources.flatMap(source => assumptions(source, info)));
    for (const note of notes.filter(row => row['table_name'] === table)) {
      const severity = note['severity'] === 'warn' ? 'warn' : 'info';
      findings.push({ table, severity, message: `${note['note']}: ${note['rows']} cells` });
    }
    findings.push(...(await nullFindings(engine, info)));
  }
  findings.push(
    ...(await accountFindings(engine, tables)),
    ...(await gapFindings(engine, tables, config.calendar.timezone)),
    ...(await overlapFindings(engine, tables)),
    ...(await crossChecks(engine, config, tables))
  );
  findings.push(...(await eventTypeFindings(engine, tables, config.features)));
  const order = Object.keys(CONTRACTS);
  return findings.sort((a, b) => order.indexOf(a.table) - order.indexOf(b.table));
}

async function crossChecks(engine: Engine, { dataEnd, calendar }: Config, tables: Tables): Promise<Finding[]> {
  if (dataEnd === null) return [];
  const [end] = await resolveAsOf(engine, [dataEnd], calendar.timezone);
  return end === undefined ? [] : churnFindings(engine, tables, end.us);
}

/** What is counted of a table, or of the history of one of its columns. */
type Feed = TableInfo | HistoryInfo;

/** Names the history in a message about one; nothing for the table itself. */
function whose(table: TableName, feed: Feed): string {
  return feed.name === table ? '' : `history of ${feed.name.slice(table.length + 1)}: `;
}

function rowFindings(table: TableName, feed: Feed): Finding[] {
  const { rows, reasons } = feed;
  const whole = whose(table, feed);
  const findings: Finding[] = reasons.map(({ reason, rows: n }) => ({
    table,
    severity: 'warn',
    message: `${whole}${n} of ${rows.in} rows quarantined: ${reason}`
  }));
  if (rows.used === 0)
    findings.push({ table, severity: 'warn', message: `${whole}no usable record: what needs this table is unknown` });
  if (rows.dropped > 0) {
    findings.push({
      table,
      severity: 'info',
      message: `${whole}${rows.dropped} of ${rows.in} rows dropped: exact duplicates`
    });
  }
  return findings;
}

async function stopFindings(
  engine: Engine,
  config: Config,
  { table, feed: info }: { readonly table: TableName; readonly feed: Feed }
): Promise<Finding[]> {
  const whole = whose(table, info);
  const { timezone } = config.calendar;
  const [row] = await engine.rows(sql`select ${dayExpression(sql`us`, timezone)} as day
    from (select cast(${info.watermarkUs} as bigint) as us)`);
  const date = dateOfDay(row?.['day'] as number);
  const how = info.watermarkAssumed ? 'assumed' : 'declared';
  if (config.dataEnd !== null && date < config.dataEnd) {
    const message = `${whole}complete up to ${date} (${how}), before the data end ${config.dataEnd}: later windows are unknown`;
    return [{ table, severity: 'warn', message }];
  }
  return info.watermarkAssumed
    ? [{ table, severity: 'info', message: `${whole}complete up to ${date} (assumed)` }]
    : [];
}

/** What was taken for granted about a source; every report repeats it. */
function assumptions(source: SourceConfig, info: TableInfo): Finding[] {
  const { table } = source;
  const { eventTime, columns } = CONTRACTS[table];
  const findings: Finding[] = [];
  const add = (severity: Finding['severity'], message: string) =>
    findings.push({ table, severity, message: namedReason(source, message) });
  for (const [column, { time }] of Object.entries(source.columns)) {
    if (typeof time !== 'object' || time === null || !('history' in time)) continue;
    if (time.history.knownAt === null)
      add('info', `history of ${column}: a change is assumed to be known from its own instant on`);
    if (!time.history.timezoneDeclared)
      add('info', `history of ${column}: times without an offset are read as ${time.history.timezone}`);
  }
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
