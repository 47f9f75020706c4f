import { id, join, raw, sql } from '../sql/sql.js';
import type { Sql } from '../types.js';

/**
 * Tables of the world. Rows are generated as numbers (instants in seconds, money in cents, texts as indices of the
 * lists here; NaN is NULL) and turned into the columns of the contract when the files are written.
 */
export const COLUMNS = {
  accounts: ['account', 'created', 'parent', 'industry', 'country', 'size'],
  users: ['account', 'number', 'created', 'deactivated', 'role'],
  subscriptions: [
    'account',
    'number',
    'add_on',
    'plan',
    'seats',
    'cents',
    'started',
    'term_end',
    'ended',
    'notice',
    'trial'
  ],
  events: ['account', 'user', 'second', 'type', 'value', 'duration'],
  tickets: ['account', 'number', 'opened', 'resolved', 'priority', 'rating', 'rated', 'escalated'],
  invoices: ['account', 'number', 'issued', 'due', 'paid', 'failed', 'cents'],
  surveys: ['account', 'number', 'user', 'kind', 'sent', 'responded', 'score'],
  touchpoints: ['account', 'number', 'second', 'kind', 'two_way', 'cancelled'],
  truth: ['account', 'as_of', 'churn', 'upsell']
} as const satisfies Record<string, readonly string[]>;

export type RowTable = keyof typeof COLUMNS;
export const ROW_TABLES = Object.keys(COLUMNS) as RowTable[];

/** Generated rows, each table flat: row after row in the order of `COLUMNS`. */
export type Rows = Readonly<Record<RowTable, number[]>>;

/** Rows without a record. */
export function emptyRows(): Rows {
  return Object.fromEntries(ROW_TABLES.map(table => [table, []])) as unknown as Rows;
}

export const INDUSTRIES = ['software', 'finance', 'health', 'retail', 'education'];
export const COUNTRIES = ['US', 'GB', 'DE', 'FR', 'NL', 'SE', 'CA', 'AU'];
export const SIZES = ['small', 'medium', 'large'];
export const ROLES = ['admin', 'member', 'viewer'];
export const PLANS = ['starter', 'growth', 'scale', 'add_on'];
export const EVENT_TYPES = ['login', 'report', 'share', 'export', 'invite', 'admin_change'];
export const PRIORITIES = ['low', 'normal', 'high', 'urgent'];
export const SURVEYS = ['nps', 'csat'];
export const TOUCHPOINTS = ['call', 'email', 'meeting', 'visit', 'webinar', 'qbr', 'training'];
export const CANCELLERS = ['customer', 'vendor'];

/** Name of the table in which rows of one kind are collected. */
export function collector(table: RowTable): string {
  return `simulated_${table}`;
}

/** Statement that makes an empty collecting table; probabilities are DOUBLE, everything else INTEGER. */
export function createCollector(table: RowTable): Sql {
  const columns = COLUMNS[table].map(
    name => sql`${id(name)} ${raw(isProbability(table, name) ? 'DOUBLE' : 'INTEGER')}`
  );
  return sql`create or replace table ${id(collector(table))} (${join(columns)})`;
}

function isProbability(table: RowTable, column: string): boolean {
  return table === 'truth' && (column === 'churn' || column === 'upsell');
}

const account = sql`'A' || lpad(cast(account as varchar), 6, '0')`;
const currency = sql`'USD' as currency`;

function instant(column: string): Sql {
  return sql`make_timestamp(cast(${id(column)} as bigint) * 1000000)`;
}

function text(column: string, values: readonly string[]): Sql {
  return sql`([${join(values)}])[${id(column)} + 1]`;
}

function money(column: string): Sql {
  return sql`cast(cast(${id(column)} as decimal(12, 0)) * cast('0.01' as decimal(2, 2)) as decimal(12, 2))`;
}

function numbered(prefix: string, column: string): Sql {
  return sql`${prefix} || lpad(cast(account as varchar), 6, '0') || '-' || lpad(cast(${id(column)} as varchar), 4, '0')`;
}

/** A file of the world: its path below the directory and the query that fills it. */
export interface WorldFile {
  readonly path: string;
  readonly query: Sql;
}

function plainFile(table: RowTable, select: Sql): WorldFile {
  return { path: `${table}.parquet`, query: sql`select ${select} from ${id(collector(table))}` };
}

function truthFile(target: 'churn' | 'upsell'): WorldFile {
  const columns = sql`${account} as account_id, cast(${instant('as_of')} as date) as as_of, ${id(target)} as probability`;
  const query = sql`select ${columns} from ${id(collector('truth'))} order by as_of, account_id`;
  return { path: `truth/${target}.parquet`, query };
}

/** Every file, with the columns of the contract. */
export const WORLD_FILES: readonly WorldFile[] = [
  plainFile(
    'accounts',
    sql`${account} as account_id, ${instant('created')} as created_at,
      'A' || lpad(cast(parent as varchar), 6, '0') as parent_id, ${text('industry', INDUSTRIES)} as industry,
      ${text('country', COUNTRIES)} as country, ${text('size', SIZES)} as size_band`
  ),
  plainFile(
    'users',
    sql`${numbered('U', 'number')} as user_id, ${account} as account_id, ${instant('created')} as created_at,
      ${instant('deactivated')} as deactivated_at, ${text('role', ROLES)} as role`
  ),
  plainFile(
    'subscriptions',
    sql`${numbered('S', 'number')} as subscription_id,
      ${account} as account_id, case when add_on = 1 then 'insights' else 'suite' end as product,
      ${text('plan', PLANS)} as plan, seats, ${money('cents')} as mrr, ${currency},
      ${instant('started')} as started_at, ${instant('term_end')} as term_end, ${instant('ended')} as ended_at,
      ${instant('notice')} as notice_at, trial = 1 as is_trial`
  ),
  {
    path: 'plans.parquet',
    query: sql`select * from (values ('starter', 1, 5), ('growth', 2, 10), ('scale', 3, 20), ('add_on', 0, 0))
      as p(plan, rank, seats_included)`
  },
  plainFile(
    'events',
    sql`${account} as account_id, ${numbered('U', 'user')} as user_id, ${instant('second')} as occurred_at,
      ${text('type', EVENT_TYPES)} as event_type, value, duration as duration_seconds`
  ),
  plainFile(
    'tickets',
    sql`${numbered('T', 'number')} as ticket_id, ${account} as account_id, ${instant('opened')} as opened_at,
      ${instant('resolved')} as resolved_at, ${text('priority', PRIORITIES)} as priority, rating,
      ${instant('rated')} as rated_at, ${instant('escalated')} as escalated_at`
  ),
  plainFile(
    'invoices',
    sql`${numbered('I', 'number')} as invoice_id, ${account} as account_id, ${instant('issued')} as issued_at,
      ${instant('due')} as due_at, ${instant('paid')} as paid_at, ${instant('failed')} as failed_at,
      ${money('cents')} as amount, ${currency}`
  ),
  plainFile(
    'surveys',
    sql`${numbered('N', 'number')} as survey_id, ${account} as account_id, ${numbered('U', 'user')} as user_id,
      ${text('kind', SURVEYS)} as kind, ${instant('sent')} as sent_at, ${instant('responded')} as responded_at, score`
  ),
  plainFile(
    'touchpoints',
    sql`${numbered('C', 'number')} as touchpoint_id, ${account} as account_id, ${instant('second')} as occurred_at,
      ${text('kind', TOUCHPOINTS)} as kind, two_way = 1 as two_way, ${text('cancelled', CANCELLERS)} as cancelled_by`
  ),
  truthFile('churn'),
  truthFile('upsell')
];
