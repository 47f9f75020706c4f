import { z } from 'zod';
import type { TableName } from '../types.js';
import { daysFrom1, text } from './fields.js';
import { pathText } from './issues.js';
import { didYouMean } from './suggest.js';
import type { AggregateKind, Config, CustomBase, CustomFeature } from './types.js';
import { TABLE_COLUMNS, TABLE_NAMES } from './vocabulary.js';
import { prefix, type YamlSource } from './yaml.js';

const KINDS = [
  'count',
  'sum',
  'distinct_users',
  'median',
  'last',
  'days_since',
  'share',
  'change',
  'slope'
] as const satisfies readonly AggregateKind[];

const sqlText = z.string().min(1).max(4000);

const feature = z.strictObject({
  about: text,
  unit: text.optional(),
  aggregate: z.enum(KINDS).optional(),
  table: z.enum(TABLE_NAMES as [TableName, ...TableName[]]).optional(),
  of: text.optional(),
  where: sqlText.optional(),
  window: daysFrom1.optional(),
  expression: sqlText.optional(),
  type: z.enum(['number', 'flag', 'category']).optional(),
  timing: z.enum(['leading', 'lagging']).default('lagging'),
  actionable: z.boolean().default(false),
  direction: z.enum(['higher_better', 'lower_better', 'target_band', 'none']).default('none'),
  minimum: z.number().optional(),
  step: z.number().positive().optional()
});

/** `features.custom`: declared features by name, each an aggregate over a table or an expression over other features. */
export const customFeatures = z.record(text, feature).default({});

type Spec = z.infer<typeof feature>;
type Fail = (path: readonly (string | number)[], message: string) => void;
type Key = keyof Spec;

const AGGREGATE_KEYS = ['aggregate', 'table', 'of', 'where', 'window'] as const;
const NAME = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;
const LONGEST_NAME = 60;

/** The rules that hold between the keys of a custom feature. */
export function checkCustom(all: Readonly<Record<string, Spec>>, fail: Fail): void {
  for (const [name, spec] of Object.entries(all)) {
    const path = ['features', 'custom', name];
    const wrong = (key: Key, message: string) => fail([...path, key], message);
    if (!NAME.test(name) || name.length > LONGEST_NAME) {
      fail(
        path,
        `expected a name such as big_exports_28d (a-z, digits, single _, at most ${LONGEST_NAME}), got ${name}`
      );
    }
    if (spec.expression !== undefined) checkExpression(spec, wrong);
    else if (spec.aggregate !== undefined) checkAggregate(spec, wrong);
    else fail(path, `expected aggregate (one of ${KINDS.join(', ')}) or expression, got neither`);
  }
}

type Wrong = (key: Key, message: string) => void;

function checkExpression(spec: Spec, wrong: Wrong): void {
  for (const key of AGGREGATE_KEYS) {
    if (spec[key] !== undefined) wrong(key, `expected no ${key} beside expression; remove one of them`);
  }
  if (spec.type !== 'category') return;
  for (const key of ['minimum', 'step'] as const) {
    if (spec[key] !== undefined) wrong(key, `expected no ${key} of a category; remove it`);
  }
  if (spec.direction !== 'none') wrong('direction', `expected none for a category, got ${spec.direction}`);
}

function checkAggregate(spec: Spec, wrong: Wrong): void {
  const { aggregate, table, window, where } = spec;
  if (spec.type !== undefined) wrong('type', 'expected no type beside aggregate: it is a number; remove it');
  if (table === undefined) wrong('table', 'is required beside aggregate: expected the table whose records it reads');
  else checkColumns(spec, table, wrong);
  if (aggregate === 'share' && where === undefined) {
    wrong('where', 'is required for share: expected the condition whose share of the records is meant');
  }
  if (window === undefined) wrong('window', 'is required beside aggregate: expected days from 1 to 3650');
  else if (aggregate === 'slope' && (window % 7 !== 0 || window < 14)) {
    wrong('window', `expected whole weeks, at least 14 days, for slope, got ${window}; write ${wholeWeeks(window)}`);
  }
}

function wholeWeeks(days: number): number {
  return Math.max(14, 7 * Math.round(days / 7));
}

const NEEDS_OF: readonly unknown[] = ['sum', 'median', 'last'];
const MAY_HAVE_OF: readonly unknown[] = [...NEEDS_OF, 'change', 'slope'];

function checkColumns({ aggregate, of }: Spec, table: TableName, wrong: Wrong): void {
  const columns = TABLE_COLUMNS[table];
  if (of === undefined) {
    if (NEEDS_OF.includes(aggregate))
      wrong('of', `is required for ${aggregate}: expected a measured column of ${table}`);
  } else if (!MAY_HAVE_OF.includes(aggregate)) {
    wrong('of', `expected no of for ${aggregate}: it reads no measure; remove it`);
  } else if (!columns.includes(of)) {
    wrong('of', `expected a column of ${table}, got ${of}; ${didYouMean(of, columns)}`);
  }
  if (aggregate === 'distinct_users' && !columns.includes('user_id')) {
    const having = TABLE_NAMES.filter(name => TABLE_COLUMNS[name].includes('user_id'));
    wrong('table', `expected a table with user_id for distinct_users (${having.join(', ')}), got ${table}`);
  }
}

/** Checked features in the words of the program, in the order of the file. */
export function resolveCustom(all: Readonly<Record<string, Spec>>): CustomFeature[] {
  return Object.entries(all).map(([name, spec]) => {
    const base: CustomBase = {
      name,
      about: spec.about,
      unit: spec.unit ?? null,
      timing: spec.timing,
      actionable: spec.actionable,
      direction: spec.direction,
      minimum: spec.minimum ?? null,
      step: spec.step ?? null
    };
    if (spec.expression !== undefined) {
      return { ...base, kind: 'expression', expression: spec.expression, type: spec.type ?? 'number' };
    }
    return {
      ...base,
      kind: 'aggregate',
      aggregate: spec.aggregate as AggregateKind,
      table: spec.table as TableName,
      of: spec.of ?? null,
      where: spec.where ?? null,
      window: spec.window as number
    };
  });
}

/** Where the custom features and their keys stand: `<name>` and `<name>.<key>` → `file:line:column: `. */
export function customPlaces(source: YamlSource, all: Readonly<Record<string, Spec>>): Record<string, string> {
  const places: Record<string, string> = Object.create(null);
  for (const [name, spec] of Object.entries(all)) {
    const path = ['features', 'custom', name];
    places[name] = prefix(source.file, source.keyPlace(path));
    for (const key of Object.keys(spec)) places[`${name}.${key}`] = prefix(source.file, source.place([...path, key]));
  }
  return places;
}

/** `vitals.yaml:12:14: features.custom.NAME.KEY: `, the beginning of a message about a key (null: the whole feature). */
export function customPlace(
  { customPlaces: places }: Pick<Config, 'customPlaces'>,
  name: string,
  key: string | null
): string {
  const path = ['features', 'custom', name, ...(key === null ? [] : [key])];
  const place = places[key === null ? name : `${name}.${key}`] ?? places[name] ?? '';
  return `${place}${pathText(path)}: `;
}
