import type { Config } from '../config/types.js';
import { ConfigError } from '../errors.js';
import { id, sql } from '../sql/sql.js';
import type { Engine, TableInfo, TableName, Tables } from '../types.js';
import { resolveAsOf } from './calendar.js';
import { CONTRACTS } from './contracts.js';
import { checkCurrencies } from './currencies.js';
import { deriveColumns } from './derive.js';
import { createView, dropViews } from './in-place-view.js';
import { loadSources, plansByTable } from './load-sources.js';
import type { Loaded, TablePlan } from './load-table.js';
import { historyName, planMapping } from './mapping.js';
import { buildMerges } from './merges.js';
import { clearNotes } from './notes.js';
import { clearQuarantine, type Settled } from './quarantine.js';
import { readWatermarks } from './watermarks.js';

/**
 * Reads every source of a workspace into checked tables of the contract (all contract columns and `known_at`; columns
 * that are not mapped are NULL), `quarantine` and
 * `ingest_notes(table_name, note, rows, severity)`: cells that were read as empty (`warn`) and open ends (`info`). Instants are microseconds
 * since 1970 (UTC), measures integers scaled by 10^decimals, amounts in the reporting currency (`currency` keeps the code of
 * the file). Rows keep the order of the files. A versioned column has its history in `<table>__<column>`, merges of accounts
 * are in `account_merges`.
 * @param options userKey: user ids are kept only as SHA-256 under this secret (32 hexadecimal digits); null keeps them as they are
 * @throws ConfigError when the mapping is incomplete; DataError when files or their rows cannot be used.
 */
export async function ingestSources(
  engine: Engine,
  config: Config,
  { userKey = null }: { readonly userKey?: string | null } = {}
): Promise<Tables> {
  const plans = planTables(config);
  const dataEndUs = await dataEndOf(engine, config);
  await clearQuarantine(engine);
  await clearNotes(engine);
  await dropViews(engine);
  for (const table of Object.keys(CONTRACTS)) await engine.run(sql`drop table if exists ${id(table)}`);
  const context = { config, dataEndUs, userKey };
  const loaded = new Map<TableName, Loaded>();
  const lasts = new Map<TableName, number | null>();
  for (const [table, parts] of plansByTable(plans)) {
    const { lastUs, ...read } = await loadSources(engine, parts, { ...context, rateDecimals: rateDecimals(loaded) });
    loaded.set(table, read);
    if (lastUs !== undefined) lasts.set(table, lastUs);
  }
  await dateAccounts(engine, new Set(loaded.keys()));
  const merges = loaded.get('accounts')?.columns['merged_into'] !== undefined;
  if (merges) await buildMerges(engine);
  if (!loaded.has('fx_rates')) await checkCurrencies(engine, config.currency, loaded);
  const watermarks = await readWatermarks(engine, config, { dataEndUs, lasts });
  const settle = <N extends string>(name: N, { rows, reasons }: Settled) => {
    const mark = watermarks.get(name) ?? { us: dataEndUs, assumed: true };
    return { name, watermarkUs: mark.us, watermarkAssumed: mark.assumed, rows, reasons };
  };
  const order = Object.keys(CONTRACTS);
  const inOrder = [...loaded].sort(([a], [b]) => order.indexOf(a) - order.indexOf(b));
  return Object.fromEntries(
    inOrder.map(([name, { columns, histories, nativeKeys, nativeTable, ...settled }]) => {
      const versions = Object.entries(histories).map(
        ([column, history]) => [column, settle(historyName(name, column), history)] as const
      );
      const sources = config.sources.filter(source => source.table === name);
      const info: TableInfo = {
        ...settle(name, settled),
        columns,
        knownAtAssumed: CONTRACTS[name].eventTime !== null && sources.every(source => source.knownAt === null),
        inPlace: sources.some(source => source.inPlace !== false),
        ...(nativeKeys === undefined || nativeTable === undefined ? {} : { nativeKeys, nativeTable }),
        ...(name === 'accounts' && merges ? { merges } : {}),
        ...(versions.length === 0 ? {} : { histories: Object.fromEntries(versions) })
      };
      return [name, info];
    })
  );
}

function rateDecimals(loaded: ReadonlyMap<TableName, Loaded>): number | null {
  return loaded.get('fx_rates')?.columns['rate']?.decimals ?? null;
}

/**
 * Makes the tables that are read in place visible to this connection again, after they were ingested by an earlier one:
 * their views hold paths of this machine and the secret of the user ids, so they are never written to the database.
 * @param tables what ingest returned for the same configuration and files
 */
export async function openInPlace(
  engine: Engine,
  config: Config,
  { tables, userKey = null }: { readonly tables: Tables; readonly userKey?: string | null }
): Promise<void> {
  const dataEndUs = await dataEndOf(engine, config);
  for (const [table, plans] of plansByTable(planTables(config))) {
    if (tables[table]?.inPlace !== true) continue;
    const reasons = tables[table].reasons.map(entry => entry.reason);
    await createView(engine, plans, { config, dataEndUs, userKey, reasons });
  }
}

/** Plans of all sources: exchange rates, then in contract order, so that accounts come before the rest; nothing is read yet. */
function planTables(config: Config): TablePlan[] {
  requireSources(config);
  const order = ['fx_rates', ...Object.keys(CONTRACTS)];
  const sources = [...config.sources].sort((a, b) => order.indexOf(a.table) - order.indexOf(b.table));
  return sources.map(source => {
    const mapped = planMapping(source);
    deriveColumns(source.table, mapped);
    return { source, mapped };
  });
}

/** Accounts, and something that tells of churn: subscriptions, notices, or events when silence counts. */
function requireSources({ sources, outcomes }: Config): void {
  const has = (table: TableName) => sources.some(source => source.table === table);
  const tells = has('subscriptions') || has('notices') || (has('events') && outcomes.churn.silenceDays !== undefined);
  if (!has('accounts'))
    throw new ConfigError('sources: expected accounts and a source of outcomes, got no accounts; add sources.accounts');
  if (tells) return;
  throw new ConfigError(
    'sources: expected accounts and a source of outcomes, got no subscriptions; add sources.subscriptions, or sources.notices, or sources.events with outcomes.churn.silence_days'
  );
}

async function dataEndOf(engine: Engine, config: Config): Promise<number> {
  if (config.dataEnd === null) throw new ConfigError('data_end: expected the date at which the data end, got none');
  const [end] = await resolveAsOf(engine, [config.dataEnd], config.calendar.timezone);
  return (end as { us: number }).us;
}

/**
 * An account whose creation is not told exists from the instant at which a subscription of it was known and running;
 * where no subscriptions are mapped, at which an event of it had happened and was known.
 */
async function dateAccounts(engine: Engine, loaded: ReadonlySet<TableName>): Promise<void> {
  const [table, instant] = loaded.has('subscriptions') ? FIRST_SEEN.subscriptions : FIRST_SEEN.events;
  if (!loaded.has(table)) return;
  await engine.run(sql`update accounts set created_at = coalesce(created_at, s.first), known_at = coalesce(known_at, s.first)
    from (select account_id, min(greatest(${id(instant)}, known_at)) as first from ${id(table)} group by account_id) s
    where s.account_id = accounts.account_id and (accounts.created_at is null or accounts.known_at is null)`);
}

const FIRST_SEEN = {
  subscriptions: ['subscriptions', 'started_at'],
  events: ['events', 'occurred_at']
} as const;
