import { formatOf } from './check.js';
import type { EventsProposal, Proposal, SnapshotsProposal, TableProposal } from './init-types.js';

/** Commented text of `vitals.yaml` for a proposal. Every name is quoted where YAML needs it; defaults stay unsaid. */
export function renderConfigYaml(proposal: Proposal): string {
  const head = [
    '# Configuration of this workspace, as proposed from its files. Read it, correct it, then run: vitals check',
    ...proposal.notes.map(note => `# - ${comment(note)}`),
    '',
    `name: ${scalar(proposal.name)}`
  ];
  const body = proposal.shape === 'events' ? eventsLines(proposal) : snapshotsLines(proposal);
  return `${[...head, ...body].join('\n')}\n`;
}

function eventsLines(proposal: EventsProposal): string[] {
  const currencyNote = proposal.currencyFound ? '' : '   # assumed; confirm';
  return [
    'shape: events',
    '# Records known at or after the start of this day are set aside. Confirm it.',
    `data_end: ${proposal.dataEnd}`,
    `currency: ${proposal.currency}${currencyNote}`,
    '',
    'calendar:',
    '  timezone: UTC   # the zone whose midnights are the as-of dates',
    '  every: month',
    '',
    'sources:',
    ...proposal.tables.flatMap(table => tableLines(table, proposal.dataEnd)),
    '',
    'outcomes:',
    '  churn:',
    '    lead_days: 0      # days after the as-of date that nobody could act on',
    '    horizon_days: 90',
    '    grace_days: 0     # days in which a failed payment may still be cured',
    ...featureLines(proposal.eventTypes),
    '',
    'health:',
    '  profile: default   # models/manual/default.yaml'
  ];
}

/** Tables in which months without a new record are no sign that the feed stopped. */
const SLOW: ReadonlySet<string> = new Set(['accounts', 'subscriptions']);

function tableLines(table: TableProposal, dataEnd: string): string[] {
  return [
    `  ${table.table}:`,
    `    files: ${list(table.files)}`,
    ...formatLines(table.files[0] as string, '    '),
    ...(SLOW.has(table.table)
      ? [`    complete_until: ${dataEnd}   # every record up to this day is in the files; confirm`]
      : []),
    '    # timezone: UTC   # zone of times that are written without one',
    ...(table.changing.length === 0
      ? []
      : [
          `    # ${table.changing.join(', ')} may have changed since their record. The value of today is used for every past date,`,
          '    # and every report says so. Remove a column, or this line, when that is wrong.',
          '    assume_fixed: true'
        ]),
    '    columns:',
    ...Object.entries(table.columns).map(([name, from]) => `      ${name}: ${scalar(from)}`),
    ...unmappedLines(table.unmapped, '    ')
  ];
}

function featureLines(types: readonly string[]): string[] {
  if (types.length === 0) return [];
  return [
    '',
    'features:',
    '  # Event types that get features of their own.',
    `  event_types: ${list(types)}`,
    '  # Those of them in which customers find the value of the product.',
    '  core_events: []'
  ];
}

function snapshotsLines(proposal: SnapshotsProposal): string[] {
  const dated = proposal.asOf === null ? [] : [`data_end: ${proposal.dataEnd}`];
  return [
    'shape: snapshots',
    ...dated,
    '',
    'snapshots:',
    `  files: ${scalar(proposal.file)}`,
    ...formatLines(proposal.file, '  '),
    `  account: ${scalar(proposal.account)}`,
    ...(proposal.asOf === null ? [] : [`  as_of: ${scalar(proposal.asOf)}`]),
    '  outcome:',
    `    column: ${scalar(proposal.outcome.column)}`,
    `    positive: ${scalar(proposal.outcome.positive)}`,
    '  horizon_days: 90   # days that the outcome looks ahead; confirm',
    ...(proposal.value === null
      ? ['  # value: a column with ARR, when there is one']
      : [`  value: ${scalar(proposal.value)}`]),
    '  features:',
    ...proposal.features.map(name => `    ${scalar(name)}: true`),
    ...unmappedLines(proposal.unmapped, '  ')
  ];
}

/** The format, where the extension does not say it. */
function formatLines(path: string, indent: string): string[] {
  return formatOf(path) === null ? [`${indent}format: csv`] : [];
}

function unmappedLines(names: readonly string[], indent: string): string[] {
  return names.length === 0 ? [] : [`${indent}# not used: ${comment(names.join(', '))}`];
}

function list(values: readonly string[]): string {
  return `[${values.map(scalar).join(', ')}]`;
}

/** A text as one YAML scalar on one line, valid in block and flow style; quoted unless it is plainly a word or a path. */
function scalar(text: string): string {
  const plain = /^[A-Za-z_][A-Za-z0-9_./ -]*$/.test(text) && !text.endsWith(' ') && !/^(true|false|null)$/i.test(text);
  return plain ? text : JSON.stringify(text);
}

/** A text that cannot leave its comment line. */
function comment(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
}
