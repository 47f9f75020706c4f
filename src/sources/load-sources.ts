import { ConfigError } from '../errors.js';
import type { Engine, IngestedColumn, TableName } from '../types.js';
import { readInPlace } from './in-place.js';
import { createView } from './in-place-view.js';
import { historiesOf, type LoadContext, type Loaded, loadTable, type TablePlan } from './load-table.js';
import { sourcePlace } from './mapping.js';

/** A table with all its sources read; `lastUs` is its last event time where only a scan of the files tells it. */
export type LoadedSources = Loaded & { readonly lastUs?: number | null };

/** Plans of one table each, in the order of the plans. */
export function plansByTable(plans: readonly TablePlan[]): Map<TableName, TablePlan[]> {
  const tables = new Map<TableName, TablePlan[]>();
  for (const plan of plans) tables.set(plan.source.table, [...(tables.get(plan.source.table) ?? []), plan]);
  return tables;
}

/**
 * Reads the sources of one table, in their order, into one table: each is judged by itself, so that records of two
 * systems are never taken for each other; the counts are sums.
 * @throws ConfigError when the sources give a column different decimals or times, or only some are read in place
 */
export async function loadSources(
  engine: Engine,
  plans: readonly TablePlan[],
  context: LoadContext
): Promise<LoadedSources> {
  const inPlace = plans.filter(plan => plan.source.inPlace !== false);
  if (inPlace.length === plans.length) return readSourcesInPlace(engine, plans, context);
  const [mixed] = inPlace;
  if (mixed !== undefined) {
    throw new ConfigError(
      `${sourcePlace(mixed.source)}.in_place: expected all sources of ${mixed.source.table} in place or none, got ${inPlace.length} of ${plans.length}; set it for all`
    );
  }
  const parts: Loaded[] = [];
  for (const plan of plans) parts.push(await loadTable(engine, plan, { ...context, append: parts.length > 0 }));
  return { ...together(plans, parts), histories: Object.assign({}, ...parts.map(part => part.histories)) };
}

async function readSourcesInPlace(
  engine: Engine,
  plans: readonly TablePlan[],
  context: LoadContext
): Promise<LoadedSources> {
  const parts = [];
  for (const plan of plans) parts.push(await readInPlace(engine, plan, context));
  const loaded = together(plans, parts);
  const native = await createView(engine, plans, { ...context, reasons: loaded.reasons.map(entry => entry.reason) });
  const histories = [];
  for (const plan of plans) histories.push(await historiesOf(engine, plan, context));
  const lasts = parts.map(part => part.lastUs).filter(last => last !== null);
  const lastUs = lasts.length === 0 ? null : Math.max(...lasts);
  return { ...loaded, ...native, histories: Object.assign({}, ...histories), lastUs };
}

function together(plans: readonly TablePlan[], parts: readonly Omit<Loaded, 'histories'>[]): Omit<Loaded, 'histories'> {
  const sum = (key: keyof Loaded['rows']) => parts.reduce((total, part) => total + part.rows[key], 0);
  return {
    rows: { in: sum('in'), used: sum('used'), quarantined: sum('quarantined'), dropped: sum('dropped') },
    reasons: parts.flatMap(part => part.reasons).sort((a, b) => b.rows - a.rows),
    columns: sameColumns(plans, parts)
  };
}

/** Columns of all sources; one that several map is read alike by all. */
function sameColumns(
  plans: readonly TablePlan[],
  parts: readonly Pick<Loaded, 'columns'>[]
): Record<string, IngestedColumn> {
  const columns: Record<string, IngestedColumn> = {};
  parts.forEach((part, i) => {
    for (const [name, column] of Object.entries(part.columns)) {
      const other = columns[name] ?? column;
      columns[name] = other;
      if (other.decimals === column.decimals && timeText(other) === timeText(column)) continue;
      const { source } = plans[i] as TablePlan;
      throw new ConfigError(
        `${sourcePlace(source)}.columns.${name}: expected ${other.decimals} decimals and time ${timeText(other)} as in the other source of ${source.table}, got ${column.decimals} and ${timeText(column)}; declare the same in both`
      );
    }
  });
  return columns;
}

function timeText({ time }: IngestedColumn): string {
  if (time === 'fixed') return time;
  return 'at' in time ? `{ at: ${time.at} }` : '{ history }';
}
