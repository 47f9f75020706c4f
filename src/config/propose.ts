import { ConfigError } from '../errors.js';
import { nextDay } from './dates.js';
import { type Recognised, recogniseTables } from './init-recognise.js';
import { proposeSnapshots } from './init-snapshots.js';
import type { EventsProposal, FileColumn, Proposal, SniffedFile, TableProposal } from './init-types.js';
import { renderConfigYaml } from './write.js';

export type { FileColumn, SniffedColumn, SniffedFile } from './init-types.js';

export interface ProposedConfig {
  /** Commented text of `vitals.yaml`; it parses. */
  readonly yaml: string;
  /** File columns that nothing is mapped to. */
  readonly unmapped: readonly FileColumn[];
  /** What the owner must confirm, in sentences. */
  readonly notes: readonly string[];
}

/**
 * Proposes `vitals.yaml` for files whose columns were sniffed: which contract table each file is, the mapping of its
 * columns by name and synonym, currency, event types and the data end (the day after the newest instant at which
 * something happened). One file with an outcome-like column becomes the snapshots shape.
 * @param name of the workspace, default `my workspace`
 * @throws ConfigError when no file can be an accounts table or a snapshots table, or no column holds instants
 */
export function proposeConfig(files: readonly SniffedFile[], name = 'my workspace'): ProposedConfig {
  const proposed = proposeShape(files, name);
  const notes = files.flatMap(file =>
    file.columns.flatMap(({ name: column, note }) => (note === undefined ? [] : [`${file.path}: ${column} ${note}`]))
  );
  return { ...proposed, notes: [...proposed.notes, ...notes] };
}

function proposeShape(files: readonly SniffedFile[], name: string): ProposedConfig {
  const snapshots = files.length === 1 ? proposeSnapshots(files[0] as SniffedFile, name) : null;
  if (snapshots !== null) return finish(snapshots, unmappedOf(snapshots));
  const found = recogniseTables(files);
  const proposal = proposeEvents(files, { found, name });
  const rest = found.rest.flatMap(file => file.columns.map(column => ({ file: file.path, column: column.name })));
  return finish(proposal, [...unmappedOf(proposal), ...rest]);
}

function finish(proposal: Proposal, unmapped: readonly FileColumn[]): ProposedConfig {
  return { yaml: renderConfigYaml(proposal), unmapped, notes: proposal.notes };
}

function unmappedOf(proposal: Proposal): FileColumn[] {
  if (proposal.shape === 'snapshots') return proposal.unmapped.map(column => ({ file: proposal.file, column }));
  return proposal.tables.flatMap(table => table.unmapped.map(column => ({ file: table.files[0] as string, column })));
}

function proposeEvents(
  files: readonly SniffedFile[],
  { found, name }: { found: Recognised; name: string }
): EventsProposal {
  const { tables, rest } = found;
  if (!tables.some(({ table }) => table === 'accounts')) {
    const seen = files.map(file => file.path).join(', ');
    throw new ConfigError(
      `expected a file of accounts (a column such as account_id or customer_id, one row per account), got ${seen || 'no file'}; ` +
        'name the file accounts.csv, or give one table with an outcome column such as churned'
    );
  }
  const newest = newestInstant(files, tables);
  const currencies = valuesOf(files, tables, 'currency');
  const currency = currencies.length === 1 ? (currencies[0] as string).toUpperCase() : 'USD';
  const currencyFound = currencies.length === 1 && /^[A-Z]{3}$/.test(currency);
  return {
    shape: 'events',
    name,
    dataEnd: nextDay(newest.date),
    currency: currencyFound ? currency : 'USD',
    currencyFound,
    tables,
    eventTypes: eventTypes(files, tables),
    notes: [
      `data_end is the day after the newest ${newest.where}; confirm that the data are complete up to it`,
      ...(currencyFound ? [] : ['no single currency was found; USD is assumed']),
      ...(currencies.length > 1 ? [`several currencies (${currencies.join(', ')}) need dated rates`] : []),
      ...(tables.some(({ table }) => table === 'subscriptions')
        ? []
        : ['no file of subscriptions was found; without one nobody is paying']),
      ...tables.filter(table => table.changing.length > 0).map(changingNote),
      ...rest.map(file => `${file.path} is not a table of the contract that could be recognised`)
    ]
  };
}

function changingNote({ table, changing }: TableProposal): string {
  return `${table}: ${changing.join(', ')} may have changed since; today's value is assumed for every past date (assume_fixed)`;
}

/** Columns that say when something happened; terms and due dates lie in the future by design. */
const HAPPENED: ReadonlySet<string> = new Set([
  'created_at',
  'deactivated_at',
  'occurred_at',
  'opened_at',
  'resolved_at',
  'rated_at',
  'escalated_at',
  'issued_at',
  'paid_at',
  'failed_at',
  'sent_at',
  'responded_at',
  'notice_at',
  'left_at',
  'invited_at',
  'attended_at',
  'clicked_at',
  'recorded_at',
  'offered_at',
  'joined_at',
  'set_at',
  'done_at',
  'labelled_at'
]);

function newestInstant(
  files: readonly SniffedFile[],
  tables: readonly TableProposal[]
): { date: string; where: string } {
  const happened = instants(files, tables, name => HAPPENED.has(name));
  const found = happened.length > 0 ? happened : instants(files, tables, name => name === 'started_at');
  const newest = found.reduce<{ date: string; where: string } | null>(
    (a, b) => (a === null || b.date > a.date ? b : a),
    null
  );
  if (newest !== null) return newest;
  throw new ConfigError(
    'expected a column with dates or times at which something happened (such as occurred_at or created_at), got none; ' +
      'without one there is no past to learn from'
  );
}

function instants(files: readonly SniffedFile[], tables: readonly TableProposal[], wanted: (name: string) => boolean) {
  return tables.flatMap(table =>
    Object.keys(table.columns)
      .filter(wanted)
      .flatMap(name =>
        columnsOf(files, table, name).flatMap(column => {
          const date = String(column.max ?? '').slice(0, 10);
          return /^(19|20|21)\d{2}-\d{2}-\d{2}$/.test(date)
            ? [{ date, where: `${table.table}.${name} (${date})` }]
            : [];
        })
      )
  );
}

function columnsOf(files: readonly SniffedFile[], table: TableProposal, name: string) {
  const parts = files.filter(file => table.files.includes(file.path));
  return parts.flatMap(file => file.columns.filter(column => column.name === table.columns[name]));
}

function valuesOf(files: readonly SniffedFile[], tables: readonly TableProposal[], name: string): string[] {
  const values = tables
    .filter(table => table.columns[name] !== undefined)
    .flatMap(table => columnsOf(files, table, name).flatMap(column => column.values ?? []));
  return [...new Set(values)].sort();
}

const MOST_EVENT_TYPES = 20;

function eventTypes(files: readonly SniffedFile[], tables: readonly TableProposal[]): string[] {
  const types = valuesOf(
    files,
    tables.filter(({ table }) => table === 'events'),
    'event_type'
  ).filter(type => type !== '');
  return types.length <= MOST_EVENT_TYPES ? types : [];
}
