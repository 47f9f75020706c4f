import { isDate, nextDay } from './dates.js';
import { snakeCase } from './init-recognise.js';
import { COLUMN_SYNONYMS, OUTCOME_WORDS } from './init-synonyms.js';
import type { SnapshotsProposal, SniffedColumn, SniffedFile } from './init-types.js';

const POSITIVE: readonly string[] = [
  'yes',
  'y',
  'true',
  't',
  '1',
  '1.0',
  'churned',
  'churn',
  'cancelled',
  'canceled',
  'left',
  'lost'
];
const AS_OF: readonly string[] = [
  'as_of',
  'as_of_date',
  'snapshot_date',
  'observation_date',
  'reference_date',
  'snapshot_month'
];
const ARR: readonly string[] = ['arr', 'arr_amount', 'annual_recurring_revenue', 'acv', 'annual_contract_value'];
const MOST_LEVELS = 50;

/** The snapshots shape for one file with an account column and a two-valued outcome column; null when it has none. */
export function proposeSnapshots(file: SniffedFile, name: string): SnapshotsProposal | null {
  const outcome = file.columns.find(column => positiveOf(column) !== null);
  const account = accountColumn(file);
  if (outcome === undefined || account === undefined) return null;
  const asOf = byName(file, AS_OF).find(column => column.type === 'instant');
  const value = byName(file, ARR).find(column => column.type === 'number');
  const roles = new Set([outcome, account, asOf]);
  const others = file.columns.filter(column => !roles.has(column));
  const features = others.filter(column => isFeature(column));
  if (features.length === 0) return null;
  const newest = String(asOf?.max ?? '').slice(0, 10);
  const dated = asOf !== undefined && isDate(newest);
  return {
    shape: 'snapshots',
    name,
    dataEnd: dated ? nextDay(newest) : null,
    file: file.path,
    account: account.name,
    asOf: dated ? asOf.name : null,
    outcome: { column: outcome.name, positive: positiveOf(outcome) as string },
    value: value?.name ?? null,
    features: features.map(column => column.name),
    unmapped: others.filter(column => !isFeature(column) && column !== value).map(column => column.name),
    notes: [
      `${outcome.name} is taken as the outcome and "${positiveOf(outcome)}" as churn; confirm both`,
      ...(dated
        ? [`data_end is the day after the newest ${asOf.name} (${newest}); confirm it, and horizon_days`]
        : ['no column holds the date of a row; results will be marked "not time-ordered"']),
      'every feature must have been known before the outcome; remove those that were not'
    ]
  };
}

/** The value that means churn, for a column whose name and two values say so. */
function positiveOf(column: SniffedColumn): string | null {
  const words = snakeCase(column.name).split('_');
  if (!words.some(word => OUTCOME_WORDS.includes(word))) return null;
  const values = column.values ?? (column.type === 'boolean' ? ['false', 'true'] : []);
  if (values.length !== 2) return null;
  const known = values.find(value => POSITIVE.includes(value.toLowerCase()));
  return known ?? null;
}

function accountColumn(file: SniffedFile): SniffedColumn | undefined {
  const names = ['account_id', ...(COLUMN_SYNONYMS.accounts?.['account_id'] ?? [])];
  return byName(file, names)[0];
}

/** Columns of these names, the likeliest name first. */
function byName(file: SniffedFile, names: readonly string[]): SniffedColumn[] {
  return names.flatMap(name => file.columns.filter(column => snakeCase(column.name) === name));
}

/** Not an instant (nor a name that no configuration can hold), not a free text or key, and not another column about the outcome. */
function isFeature(column: SniffedColumn): boolean {
  if (column.type === 'instant' || column.name === '__proto__') return false;
  if (
    snakeCase(column.name)
      .split('_')
      .some(word => OUTCOME_WORDS.includes(word) || word === 'id')
  )
    return false;
  return (
    column.type !== 'text' || (column.values?.length ?? column.distinct ?? Number.POSITIVE_INFINITY) <= MOST_LEVELS
  );
}
