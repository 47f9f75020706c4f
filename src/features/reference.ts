import { parseConfig } from '../config/parse.js';
import { CONTRACTS } from '../sources/contracts.js';
import type { IngestedColumn, TableInfo, TableName, Tables } from '../types.js';
import { buildCatalogue } from './catalogue.js';
import { coreNames } from './selection.js';
import type { FeatureDef } from './types.js';

/** The configuration of the page: every table and column mapped, three event types, the default windows. */
const CONFIG = `name: reference
shape: events
data_end: 2026-01-01
currency: EUR
sources:
  accounts:
    files: accounts.csv
    assume_fixed: true
    columns: { account_id: account_id }
  subscriptions:
    files: subscriptions.csv
    columns: { account_id: account_id, started_at: started_at, mrr: mrr, currency: currency }
outcomes:
  churn: {}
features:
  event_types: [login, report, share]
  core_events: [report]
  tags: [champion_left]
  use: [all]
`;

/** Every table of the contracts with every column. */
function everyTable(): Tables {
  return Object.fromEntries((Object.keys(CONTRACTS) as TableName[]).map(name => [name, tableOf(name)]));
}

function tableOf(name: TableName): TableInfo {
  const columns = CONTRACTS[name].columns.map(({ name: column, type, decimals, time }): [string, IngestedColumn] => [
    column,
    { type, decimals, time: time === 'changing' ? 'fixed' : time }
  ]);
  return {
    name,
    columns: Object.fromEntries(columns),
    watermarkUs: 0,
    watermarkAssumed: false,
    knownAtAssumed: false,
    inPlace: false,
    rows: { in: 0, used: 0, quarantined: 0, dropped: 0 },
    reasons: []
  };
}

/** Markdown of docs/features.md: every feature of the catalogue, by family; variants by window or event type in one line. */
export function referencePage(): string {
  const config = parseConfig(CONFIG, { file: 'vitals.yaml', workspace: '/' });
  const { features } = buildCatalogue(config, everyTable());
  const core = new Set(coreNames(config));
  const { eventTypes, windows } = config.features;
  const entries = collapse(features, core, { types: eventTypes, windows: windows.map(String) });
  const families = [...new Set(features.map(({ family }) => family))];
  const sections = families.map(family => {
    const own = entries.filter(({ feature }) => feature.family === family);
    const count = features.filter(feature => feature.family === family).length;
    return `## ${family} (${count})\n\n${markdownTable(own)}`;
  });
  return `${intro(features.length, families.length, windows)}\n\n${sections.join('\n\n')}\n`;
}

function intro(features: number, families: number, windows: readonly number[]): string {
  return `# Features

<!-- Written by \`node scripts/reference.mjs\` from the catalogue; do not edit. -->

What a workspace can measure of an account at an as-of date: ${features} features in ${families} families when every table and
column of the contracts is mapped, the event types are \`login\`, \`report\` (of core value) and \`share\`, the tag is
\`champion_left\`, and the windows are ${windows.join(', ')} days. \`vitals features\` lists those of a workspace with what is left
out and why, \`vitals features --plan\` how they are computed, \`vitals explain\` the records behind one value.

\`{type}\` stands for each event type of \`features.event_types\`, \`{days}\` for each of \`features.windows\`. Window: days
before the date that the value looks back, - when none. Age: days of tenure from which on an account is measured; below
it the value is "too young". Core: what a workspace computes unless \`features.use\` says otherwise.`;
}

interface Entry {
  readonly name: string;
  readonly about: string;
  readonly window: string;
  readonly age: string;
  readonly core: boolean;
  readonly feature: FeatureDef;
}

interface Tokens {
  readonly types: readonly string[];
  readonly windows: readonly string[];
}

/** Features in order; those that differ only in event type, window or both as one entry, at the place of the first. */
function collapse(features: readonly FeatureDef[], core: ReadonlySet<string>, { types, windows }: Tokens): Entry[] {
  const kinds: readonly Tokens[] = [
    { types, windows },
    { types, windows: [] },
    { types: [], windows }
  ];
  const patterns = kinds.map(tokens => {
    const list = features.map(feature => patternOf(feature, core, tokens));
    return list.map(p => (p.size > 1 && list.filter(({ key }) => key === p.key).length === p.size ? p : undefined));
  });
  const seen = new Set<string>();
  return features.flatMap((feature, i) => {
    const whole = patterns.map(list => list[i]).find(pattern => pattern !== undefined);
    if (whole === undefined) return [patternOf(feature, core, { types: [], windows: [] }).entry];
    if (seen.has(whole.key)) return [];
    seen.add(whole.key);
    return [whole.entry];
  });
}

/** A feature with placeholders for the tokens in its name, and how many features have that pattern when it is one. */
function patternOf(feature: FeatureDef, core: ReadonlySet<string>, { types, windows }: Tokens) {
  const words = feature.name.split('_');
  const type = types.find(candidate => words.includes(candidate));
  const days = windows.find(candidate => words.includes(`${candidate}d`));
  const fill = (text: string) => {
    const typed = type === undefined ? text : text.replace(new RegExp(`\\b${type}\\b`), '{type}');
    return days === undefined ? typed : typed.replace(new RegExp(`\\b${days}(?=d?\\b)`), '{days}');
  };
  const number = (n: number) => (String(n) === days ? '{days}' : String(n));
  const entry: Entry = {
    name: fill(feature.name.replaceAll('_', ' ')).replaceAll(' ', '_'),
    about: fill(feature.about),
    window: feature.windowDays === 0 ? '-' : number(feature.windowDays),
    age: number(feature.minAgeDays),
    core: core.has(feature.name),
    feature
  };
  const { feature: _, ...told } = entry;
  const size = (type === undefined ? 1 : types.length) * (days === undefined ? 1 : windows.length);
  return { entry, size, key: JSON.stringify([told, feature.unit, feature.family]) };
}

const HEADER = [
  'feature',
  'unit',
  'what it is',
  'timing',
  'actionable',
  'direction',
  'tables',
  'window',
  'age',
  'core'
];

function markdownTable(entries: readonly Entry[]): string {
  const rows = entries.map(({ name, about, feature, window, age, core }) => [
    `\`${name}\``,
    feature.unit,
    about,
    feature.timing,
    feature.actionable ? 'yes' : 'no',
    feature.direction.replaceAll('_', ' '),
    feature.requires.join(', ') || 'snapshot',
    window,
    age,
    core ? 'yes' : 'no'
  ]);
  const line = (cells: readonly string[]) => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(HEADER), line(HEADER.map(() => '---')), ...rows.map(line)].join('\n');
}
