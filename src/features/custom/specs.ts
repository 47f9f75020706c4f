import { customPlace } from '../../config/custom.js';
import type { Config, CustomAggregate, CustomExpression, CustomFeature } from '../../config/types.js';
import { ConfigError } from '../../errors.js';
import type { Tree } from '../../sql/tree.js';
import type { Tables } from '../../types.js';
import { BASE_COLUMNS } from '../compile.js';
import type { FeatureSpec } from '../types.js';
import type { CustomTrees } from './admit.js';
import { AGGREGATES } from './aggregate.js';
import { tableUse } from './columns.js';
import { admitNamed, keptValue, type Named } from './expression.js';

export interface CustomInput {
  readonly config: Config;
  readonly tables: Tables;
  /** What `admitCustom` gave. */
  readonly trees: CustomTrees;
  /** The features of the catalogue, which expressions may name. */
  readonly builtIn: readonly FeatureSpec[];
}

/** A feature with the way in which expressions see it. */
interface Entry extends Named {
  readonly spec: FeatureSpec;
}

/** Names that a snapshot has beside its features. */
const RESERVED: readonly string[] = [
  ...BASE_COLUMNS,
  ...['churn', 'upsell'].flatMap(target => ['', '_status', '_kind', '_us'].map(suffix => target + suffix))
];
/** Levels that the definition of a built-in feature or declared aggregate may have, and then some. */
const PLAIN_DEPTH = 10;
const LONGEST_CHAIN = 50;

/**
 * The declared features of `features.custom`, in the order of the file.
 * @throws ConfigError with file, line and key for a name that is taken, a table or column that does not exist, kinds that
 * do not fit, functions and constructs that are not allowed, and expressions that name each other in a circle
 */
export function customSpecs(input: CustomInput): FeatureSpec[] {
  const { config, builtIn } = input;
  const taken = new Set([...builtIn.map(spec => spec.name), ...RESERVED]);
  for (const { name } of config.features.custom) {
    if (!taken.has(name)) continue;
    throw new ConfigError(
      `${customPlace(config, name, null)}expected a new name, got that of a built-in feature or column`
    );
  }
  const find = finder(input);
  return config.features.custom.map(feature => (find(feature.name, []) as Entry).spec);
}

type Find = (name: string, trail: readonly string[]) => Entry | undefined;

/** Makes every declared feature once, the ones that it names first. `trail`: the features that are being made. */
function finder(input: CustomInput): Find {
  const declared = new Map(input.config.features.custom.map(feature => [feature.name, feature] as const));
  const entries = new Map(input.builtIn.map(spec => [spec.name, entryOf(spec)] as const));
  const names = [...entries.keys(), ...declared.keys()];
  const find: Find = (name, trail) => {
    const found = entries.get(name);
    const feature = declared.get(name);
    if (found !== undefined || feature === undefined) return found;
    const entry =
      feature.kind === 'aggregate'
        ? entryOf(aggregateSpec(feature, input))
        : expressionEntry(feature, { input, names, find: inner => find(inner, extended(trail, name, input.config)) });
    entries.set(name, entry);
    return entry;
  };
  return find;
}

function extended(trail: readonly string[], name: string, config: Config): string[] {
  const at = trail.indexOf(name);
  const place = customPlace(config, name, 'expression');
  if (at >= 0) {
    throw new ConfigError(`${place}expected no circle of expressions, got ${[...trail.slice(at), name].join(' -> ')}`);
  }
  if (trail.length < LONGEST_CHAIN) return [...trail, name];
  throw new ConfigError(`${place}expected at most ${LONGEST_CHAIN} expressions that build on each other, got more`);
}

function entryOf(spec: FeatureSpec): Entry {
  return { spec, type: spec.type ?? 'number', value: use => ({ sql: spec.define(use), depth: PLAIN_DEPTH }) };
}

/** What a declared feature says of itself, with the defaults of its kind. */
function described(feature: CustomFeature, defaults: { unit: string; minimum?: number | undefined }) {
  const minimum = feature.minimum ?? defaults.minimum;
  return {
    name: feature.name,
    about: feature.about,
    unit: feature.unit ?? defaults.unit,
    family: 'custom',
    timing: feature.timing,
    actionable: feature.actionable,
    direction: feature.direction,
    ...(minimum === undefined ? {} : { minimum }),
    ...(feature.step === null ? {} : { step: feature.step })
  };
}

const MINIMUM: Readonly<Partial<Record<CustomAggregate['aggregate'], number>>> = {
  count: 0,
  distinct_users: 0,
  share: 0,
  days_since: 1
};

function aggregateSpec(feature: CustomAggregate, { config, tables, trees }: CustomInput): FeatureSpec {
  const { aggregate, table, of, window } = feature;
  const rule = AGGREGATES[aggregate];
  const { reads, ...measured } = tableUse(feature, {
    config,
    tables,
    tree: feature.where === null ? null : treeOf(feature, trees)
  });
  const reach = rule.windows * window;
  return {
    ...described(feature, { unit: rule.unit(table, of), minimum: MINIMUM[aggregate] }),
    reads,
    windowDays: reach,
    minAgeDays: rule.needsAge ? reach : 0,
    define: use => rule.define(measured, made => use({ ...made, reach }))
  };
}

/** A condition that is left out would change the meaning without a word, so it is a bug of the caller. */
function treeOf({ name }: CustomFeature, trees: CustomTrees): Tree {
  const tree = trees.get(name);
  if (tree === undefined) throw new Error(`expected the parsed SQL of ${name}, got none; call admitCustom first`);
  return tree;
}

interface Context {
  readonly input: CustomInput;
  readonly names: readonly string[];
  readonly find: (name: string) => Entry | undefined;
}

/** Reads what its inputs read, and is measured where all of them are. */
function expressionEntry(feature: CustomExpression, { input, names, find }: Context): Entry {
  const tree = treeOf(feature, input.trees);
  const { used, render } = admitNamed(feature, { config: input.config, tree, find, names });
  const specs = used.flatMap(name => find(name)?.spec ?? []);
  const type = feature.type === 'category' ? 'category' : 'number';
  const unavailable = specs.find(spec => spec.unavailable !== undefined)?.unavailable;
  const spec: FeatureSpec = {
    ...described(feature, { unit: feature.type }),
    type,
    reads: [...new Set(specs.flatMap(one => one.reads))],
    windowDays: Math.max(...specs.map(one => one.windowDays ?? 0)),
    minAgeDays: Math.max(...specs.map(one => one.minAgeDays ?? one.windowDays ?? 0)),
    ...(unavailable === undefined ? {} : { unavailable }),
    define: use => keptValue(feature, render(use))
  };
  return { spec, type, value: render };
}
