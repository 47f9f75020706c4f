import { didYouMean } from '../config/suggest.js';
import type { Config } from '../config/types.js';
import { ConfigError } from '../errors.js';
import { dayExpression } from '../sources/calendar.js';
import type { FeatureInfo, TableName, Tables } from '../types.js';
import { type CustomTrees, customSpecs } from './custom/index.js';
import { campaigns } from './families/campaigns.js';
import { contacts } from './families/contacts.js';
import { billing } from './families/invoices.js';
import { loading } from './families/page-loads.js';
import { paying } from './families/payments.js';
import { profile } from './families/profile.js';
import { programmes } from './families/programmes.js';
import { repeatPurchase } from './families/repeat-purchase.js';
import { reviews } from './families/reviews.js';
import { sentiments } from './families/sentiments.js';
import { sessions } from './families/sessions.js';
import { subscription } from './families/subscription.js';
import { feedback } from './families/surveys.js';
import { tags } from './families/tags.js';
import { tenure } from './families/tenure.js';
import { support } from './families/tickets.js';
import { relationship } from './families/touchpoints.js';
import { trainings } from './families/trainings.js';
import { usage } from './families/usage.js';
import { users } from './families/users.js';
import { definitionHash } from './hash.js';
import { slugOf, TAGS } from './slugs.js';
import type { Aggregate, Family, FamilyInput, FeatureDef, FeatureSpec } from './types.js';
import { columnOf, tableOf } from './types.js';

const FAMILIES: readonly Family[] = [
  usage,
  sessions,
  loading,
  users,
  subscription,
  support,
  billing,
  paying,
  feedback,
  relationship,
  contacts,
  trainings,
  campaigns,
  tags,
  sentiments,
  reviews,
  programmes,
  repeatPurchase,
  tenure,
  profile
];

export interface SkippedFeature {
  readonly name: string;
  readonly reason: string;
}

export interface Catalogue {
  readonly features: readonly FeatureDef[];
  /** Features of the catalogue that this workspace cannot have, with what is missing. */
  readonly skipped: readonly SkippedFeature[];
  /** Every feature that may be named, also those that this workspace cannot have (without a definition hash). */
  readonly all: readonly FeatureInfo[];
}

/**
 * Every feature that the configuration and the mapped columns allow, in catalogue order. Rows are never looked at, so
 * the same workspace has the same features at every date.
 * @param trees what `admitCustom` gave; needed when the configuration declares features of its own
 * @throws ConfigError when `features.exclude` names an unknown feature, two event types give one feature name, or a
 * feature of `features.custom` is not allowed
 */
export function buildCatalogue(config: Config, tables: Tables, trees: CustomTrees = new Map()): Catalogue {
  const input = familyInput(config, tables);
  const builtIn = FAMILIES.flatMap(family => family(input));
  checkNames(builtIn);
  const specs = [...builtIn, ...customSpecs({ config, tables, trees, builtIn })];
  const excluded = excludedNames(config, specs);
  const features: FeatureDef[] = [];
  const skipped: SkippedFeature[] = [];
  for (const spec of specs.filter(s => !excluded.has(s.name))) {
    const reason = missing(spec, tables);
    if (reason === null) features.push(compileSpec(spec, config, tables));
    else skipped.push({ name: spec.name, reason });
  }
  const known = new Map(featureInfos(features).map(info => [info.name, info]));
  return { features, skipped, all: specs.map(spec => known.get(spec.name) ?? absentInfo(spec)) };
}

function absentInfo(spec: FeatureSpec): FeatureInfo {
  const { define: _d, reads, windowDays: _w, minAgeDays: _m, unavailable: _u, type = 'number', ...info } = spec;
  return { ...info, type, requires: requiredTables(reads), definitionHash: '' };
}

/** The part of each feature that artifacts and reports carry. */
export function featureInfos(features: readonly FeatureDef[]): FeatureInfo[] {
  return features.map(({ reads: _r, windowDays: _w, minAgeDays: _m, aggregates: _a, sql: _s, ...info }) => info);
}

function familyInput({ features, calendar }: Config, tables: Tables): FamilyInput {
  const column = (read: string) => tables[tableOf(read)]?.columns[columnOf(read)];
  return {
    windows: [...new Set(features.windows)],
    eventTypes: features.eventTypes.map(type => ({ type, slug: slugOf(type) })),
    coreEvents: features.coreEvents,
    badRating: features.badRating,
    loginEvents: features.loginEvents,
    keyEvents: features.keyEvents.map(type => ({ type, slug: slugOf(type) })),
    loyaltyDays: features.loyaltyDays,
    retention: features.retention,
    npsMin: features.npsMin,
    csatSatisfied: features.csatSatisfied,
    tags: features.tags.map(tag => ({ tag, slug: slugOf(tag, TAGS) })),
    sentimentDays: features.sentimentDays,
    newContactDays: features.newContactDays,
    has: read => column(read) !== undefined,
    decimals: read => column(read)?.decimals ?? 0,
    day: us => dayExpression(us, calendar.timezone)
  };
}

function checkNames(specs: readonly FeatureSpec[]): void {
  const seen = new Map<string, FeatureSpec>();
  for (const spec of specs) {
    const other = seen.get(spec.name);
    if (other !== undefined) {
      throw new ConfigError(
        `expected feature names to be distinct, got ${spec.name} twice ("${other.about}" and "${spec.about}"); ` +
          'rename an event type or a tag with `values:` in the mapping of event_type or tag'
      );
    }
    seen.set(spec.name, spec);
  }
}

function excludedNames({ features }: Config, specs: readonly FeatureSpec[]): ReadonlySet<string> {
  const names = specs.map(spec => spec.name);
  for (const name of features.exclude) {
    if (names.includes(name)) continue;
    throw new ConfigError(`expected names of features in features.exclude, got ${name}; ${didYouMean(name, names)}`);
  }
  return new Set(features.exclude);
}

function missing(spec: FeatureSpec, tables: Tables): string | null {
  if (spec.unavailable !== undefined) return spec.unavailable;
  const absent = requiredTables(spec.reads).filter(table => tables[table] === undefined);
  if (absent.length > 0) return `no source for ${absent.join(', ')}`;
  const columns = spec.reads.filter(read => tables[tableOf(read)]?.columns[columnOf(read)] === undefined);
  return columns.length > 0 ? `${columns.join(', ')} not mapped` : null;
}

function requiredTables(reads: readonly string[]): TableName[] {
  return [...new Set(reads.map(tableOf))];
}

function compileSpec(spec: FeatureSpec, config: Config, tables: Tables): FeatureDef {
  const { define, type = 'number', windowDays = 0, minAgeDays = windowDays, unavailable: _, ...info } = spec;
  const aggregates = new Map<string, Aggregate>();
  const sql = define(aggregate => {
    aggregates.set(`${aggregate.pass.name}.${aggregate.name}`, aggregate);
    return { text: `"${aggregate.pass.name}"."${aggregate.name}"` };
  });
  const def = {
    ...info,
    type,
    windowDays,
    minAgeDays,
    requires: requiredTables(spec.reads),
    aggregates: [...aggregates.values()],
    sql
  };
  return { ...def, definitionHash: definitionHash(def, tables, config.calendar.timezone) };
}
