import type { Config } from '../../src/config/types.js';
import { buildOutcomes } from '../../src/outcomes/index.js';
import { dateOfDay, resolveAsOf } from '../../src/sources/calendar.js';
import { buildSpine } from '../../src/sources/spine.js';
import { raw } from '../../src/sql/sql.js';
import type { Engine } from '../../src/types.js';
import {
  berlinMidnight,
  configOf,
  dayOf,
  EMPTY,
  loadSpine,
  loadWorld,
  type Row,
  type SpineRow,
  tableInfos,
  type World,
  withEngine
} from '../features/world.js';

/** A watermark beyond every window of the hand-worked histories. */
export const FAR = berlinMidnight(dayOf('2024-12-31'));
/** As-of day of the hand-worked histories. */
export const T = dayOf('2024-03-01');
/** The instant of midnight in Berlin that starts an ISO date, moved by microseconds. */
export const us = (date: string, shift = 0) => berlinMidnight(dayOf(date)) + shift;
export const SPINE: SpineRow = {
  account: 'a',
  asOfDay: T,
  asOfUs: berlinMidnight(T),
  startUs: 0,
  tenureDays: 400,
  arr: 1200
};
/** A term that began long before. */
export const open = { started_at: us('2023-01-01') };
/** Account `a`, known from the beginning. */
export const ACCOUNT: Row = { account_id: 'a', created_at: us('2023-01-01'), known_at: 0 };

type Windows = Config['outcomes']['churn'];

/** The outcome of account `a` at 1 March 2024. */
export async function outcomeOf(
  world: Partial<World>,
  churn: Windows = { leadDays: 14, horizonDays: 30, graceDays: 0 },
  { watermarkUs = FAR, spine = {} }: { watermarkUs?: number; spine?: Partial<SpineRow> } = {}
): Promise<Row> {
  return withEngine(async engine => {
    await loadWorld(engine, { ...EMPTY, ...world });
    await loadSpine(engine, [{ ...SPINE, ...spine }]);
    const config = configOf({
      outcomes: {
        churn,
        upsell: { leadDays: churn.leadDays, horizonDays: churn.horizonDays, graceDays: churn.graceDays }
      }
    });
    await buildOutcomes(engine, { config, tables: tableInfos(watermarkUs) });
    const [row] = await engine.rows(raw('select * from outcomes'));
    return row as Row;
  });
}

export interface Snapshots {
  readonly churn?: Windows;
  readonly watermarkUs?: number;
  /** Tables and columns that are not mapped. */
  readonly omit?: readonly string[];
}

/** The spine of a world at ISO dates with its outcomes; then what `read` makes of the tables. */
export async function snapshotsOf<T>(
  world: Partial<World>,
  { dates, ...options }: Snapshots & { readonly dates: readonly string[] },
  read: (engine: Engine) => Promise<T>
): Promise<T> {
  const { churn = { leadDays: 0, horizonDays: 30, graceDays: 0 }, watermarkUs = FAR, omit = [] } = options;
  return withEngine(async engine => {
    await loadWorld(engine, { ...EMPTY, accounts: [ACCOUNT], ...world });
    const config = configOf({ outcomes: { churn, upsell: null } });
    const tables = tableInfos(watermarkUs, omit);
    await buildSpine(engine, { asOf: await resolveAsOf(engine, dates, config.calendar.timezone), config, tables });
    await buildOutcomes(engine, { config, tables });
    return read(engine);
  });
}

/** Table `outcomes` by ISO date of account `a`. */
export async function byDate(engine: Engine): Promise<Readonly<Record<string, Row>>> {
  const rows = await engine.rows(raw(`select * from outcomes where account_id = 'a' order by as_of_day`));
  return Object.fromEntries(rows.map(row => [dateOfDay(row['as_of_day'] as number), row as Row]));
}

/** Table `outcome_episodes`. */
export const episodes = (engine: Engine) => engine.rows(raw('select * from outcome_episodes'));
