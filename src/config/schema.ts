import { z } from 'zod';
import type { TableName } from '../types.js';
import { customFeatures } from './custom.js';
import {
  currency,
  date,
  daysFrom0,
  daysFrom1,
  delimiter,
  fileName,
  files,
  format,
  instant,
  names,
  text,
  timezone
} from './fields.js';
import { TABLE_COLUMNS, TABLE_NAMES } from './vocabulary.js';

/** A table of changes of one column. */
const history = z.strictObject({
  files,
  format,
  delimiter: delimiter.optional(),
  null_values: z.array(z.string()).default([]),
  timezone: timezone.optional(),
  key: text,
  at: text,
  value: text,
  known_at: text.optional(),
  complete_until: instant.optional(),
  origin: text.optional()
});

export type HistorySpec = z.infer<typeof history>;

/** Tables that may be put together from several sources. */
const SEVERAL: readonly TableName[] = ['events', 'notices'];

/** One source of a table, or where the table allows it a list of named ones. */
function sourcesSchema(table: TableName): z.ZodType<SourceSpec | SourceSpec[]> {
  const one = sourceSchema(table);
  return SEVERAL.includes(table) ? z.union([one, z.array(one).min(1)]) : one;
}

function sourceSchema(table: TableName) {
  const column = z.enum(TABLE_COLUMNS[table] as [string, ...string[]]);
  const mapping = z.union([
    text,
    z.strictObject({
      from: text,
      values: z.record(z.string(), text).optional(),
      time: z.union([z.literal('fixed'), z.strictObject({ at: column }), z.strictObject({ history })]).optional(),
      decimals: z.int().min(0).max(9).optional()
    })
  ]);
  const columns = Object.fromEntries(TABLE_COLUMNS[table].map(name => [name, mapping.optional()]));
  const keys = {
    name: text.optional(),
    files,
    format,
    delimiter: delimiter.optional(),
    null_values: z.array(z.string()).default([]),
    timezone: timezone.optional(),
    known_at: text.optional(),
    complete_until: instant.optional(),
    assume_fixed: z.boolean().default(false),
    select: text.optional(),
    in_place: z.union([z.boolean(), z.literal('unique_key')]).default(false),
    origin: text.optional(),
    columns: z.strictObject(columns)
  };
  return z.strictObject(keys, {
    error: issue =>
      Array.isArray(issue.input)
        ? `expected one source, got a list; only ${SEVERAL.join(' and ')} may have several: give all files of one kind under files`
        : undefined
  });
}

export type SourceSpec = z.infer<ReturnType<typeof sourceSchema>>;

const sources = z.strictObject(
  Object.fromEntries(TABLE_NAMES.map(table => [table, sourcesSchema(table).optional()])) as {
    [table in TableName]: z.ZodOptional<z.ZodType<SourceSpec | SourceSpec[]>>;
  }
);

const snapshotFeature = z.union([
  z.literal(true),
  z.strictObject({
    type: z.enum(['number', 'category', 'auto']).default('auto'),
    unit: z.string().default(''),
    about: z.string().default(''),
    step: z.number().positive().optional(),
    direction: z.enum(['higher_better', 'lower_better', 'target_band', 'none']).default('none'),
    actionable: z.boolean().default(false)
  })
]);

const snapshots = z.strictObject({
  files,
  format,
  delimiter: delimiter.optional(),
  null_values: z.array(z.string()).default([]),
  account: text,
  parent: text.optional(),
  as_of: text.optional(),
  outcome: z.strictObject({ column: text, positive: text }),
  horizon_days: daysFrom1.default(90),
  value: text.optional(),
  features: z
    .record(text, snapshotFeature)
    .refine(all => Object.keys(all).length > 0, { error: 'expected at least one feature column, got none' }),
  folds: z.int().min(2).max(20).default(5),
  origin: text.optional()
});

const calendar = z.strictObject({
  timezone: timezone.default('UTC'),
  every: z.enum(['month', 'week', 'renewal']).optional(),
  days_before: z.array(daysFrom1).min(1).optional(),
  dates: z.array(date).min(1).optional(),
  first: date.optional(),
  last: date.optional()
});

const outcome = z.strictObject({
  lead_days: daysFrom0.optional(),
  horizon_days: daysFrom1.optional(),
  grace_days: daysFrom0.optional()
});

const churn = outcome.extend({ silence_days: z.int().min(7).max(3650).optional() });

/** An interval of return after the first activity: from the start of `week` (7 x week days after it), `days` long. */
const retentionWeek = z.union([
  z.int().min(1).max(520),
  z.strictObject({
    week: z.int().min(1).max(520),
    days: z.int().min(7).max(3650).default(7),
    weight: z.int().min(1).max(1000).default(1)
  })
]);

const features = z.strictObject({
  event_types: names.default([]),
  core_events: names.default([]),
  login_events: names.optional(),
  key_events: names.optional(),
  loyalty_days: z.int().min(28).max(3650).default(30),
  retention_weeks: z.array(retentionWeek).min(1).max(20).default([1, 2, 4, 8, 12]),
  windows: z.array(daysFrom1).min(1).default([7, 28, 84]),
  use: names.min(1).default(['core']),
  exclude: names.default([]),
  custom: customFeatures,
  bad_rating: z.number().min(0).max(1_000).default(2),
  nps_min: z.int().min(1).max(1000).default(5),
  csat_satisfied: z.number().default(4),
  tags: names.default([]),
  sentiment_days: daysFrom1.default(90),
  new_contact_days: daysFrom1.default(90)
});

const neural = z.strictObject({
  hidden: z.array(z.int().min(1).max(1024)).min(1).max(4).default([32, 16]),
  learning_rate: z.number().positive().max(1).default(0.003),
  weight_decay: z.number().min(0).max(1).default(0.003),
  max_epochs: z.int().min(1).max(10_000).default(60),
  patience: z.int().min(1).max(10_000).default(8),
  batch: z.int().min(1).max(1_000_000).default(512)
});

const models = z.strictObject({
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .default(1),
  neural: z.union([z.literal(false), neural]).prefault({}),
  drivers: names.optional(),
  backend: z.enum(['auto', 'cpu', 'wasm', 'tensorflow']).default('auto')
});

const range = z.strictObject({ from: date, to: date });

const blocks = z.strictObject({ train: range, validation: range.optional(), calibration: range, test: range });

/** `vitals.yaml` without the rules that hold between keys; the JSON Schema for editors comes from here. */
export const configShape = z.strictObject({
  name: text,
  shape: z.enum(['events', 'snapshots']).default('events'),
  data_end: date.optional(),
  currency: currency.optional(),
  calendar: calendar.prefault({}),
  sources: sources.optional(),
  snapshots: snapshots.optional(),
  outcomes: z
    .strictObject({ churn: churn.prefault({}), upsell: z.union([z.literal(false), outcome]).optional() })
    .optional(),
  features: features.prefault({}),
  models: models.prefault({}),
  health: z.union([z.literal(false), z.strictObject({ profile: fileName.default('default') })]).optional(),
  blocks: blocks.optional(),
  gates: z.strictObject({ skill: z.boolean().default(true) }).prefault({})
});

/** A checked document: still in the words of the file, with defaults filled in. */
export type ConfigSpec = z.infer<typeof configShape>;
