import type { ExplainedTable, Explanation } from '../pipeline/explain.js';
import type { ShownRecord } from '../pipeline/explain-cells.js';
import { renderTable } from './table.js';

/** Records of one kind that the screen shows. */
const SHOWN = 20;

const MARKS: readonly (readonly [ShownRecord['mark'], string])[] = [
  ['made', 'made the value'],
  ['outside', 'read, but outside'],
  ['later', 'not known yet']
];

const RULES: Readonly<Record<Explanation['rule'], string>> = {
  count: 'Each record that made the value counts one.',
  sum: 'Each record that made the value adds its part.',
  parts: 'Several counts or sums make the value; the records of each are marked, a denominator’s too.',
  extreme: 'The records that hold what is looked for are marked, such as the last one or the largest.',
  together:
    'The records give the value only together (distinct values, an order, gaps, a middle one), so their number is not the value.',
  all: 'Nothing less than every record that could be read gives the value, so all of them are marked.',
  none: 'No record counts.',
  spine: 'No table is read: the value follows from since when the account pays, and what.'
};

/** The value with its definition, then the records of each table by what they had to do with it. */
export function renderExplanation(told: Explanation): string {
  const parts = [head(told), standing(told), RULES[told.rule], ...told.tables.map(tableText), references(told)];
  return parts.filter(part => part !== '').join('\n\n');
}

function head({ feature, account, asOf, value, stateName, why }: Explanation): string {
  const shown = value === null ? 'no value' : `${value} ${feature.type === 'category' ? '' : feature.unit}`.trim();
  const window = feature.windowDays === 0 ? 'no window' : `window ${feature.windowDays} days`;
  const traits = [
    `family ${feature.family}`,
    feature.timing,
    feature.actionable ? 'actionable' : 'not actionable',
    feature.direction.replaceAll('_', ' '),
    window,
    `measured from an age of ${feature.minAgeDays} days on`
  ];
  return [
    `${feature.name} of ${account} at ${asOf}: ${shown} (${stateName}${why === null ? '' : `: ${why}`})`,
    feature.about,
    traits.join(', '),
    ...(feature.reads.length === 0 ? [] : [`reads ${feature.reads.join(', ')}`])
  ].join('\n');
}

function standing({ atRisk, lastAtRisk, asOf, startedAt, tenureDays, arr }: Explanation): string {
  const since = `counted from ${startedAt}, ${tenureDays} days old, ARR ${arr}`;
  if (atRisk) return `At risk at the date: ${since}.`;
  const last = lastAtRisk === null ? 'nor ever before' : `last on ${lastAtRisk}`;
  return `Not at risk at ${asOf} (${last}): no snapshot has it, and it is explained all the same; ${since}.`;
}

function tableText({ table, counts, completeUntil, grouped, records }: ExplainedTable): string {
  const said = MARKS.map(([mark, name]) => `${counts[mark]} ${name}`).join(', ');
  const together = grouped === 1 ? '' : ` Records were tried in groups of ${grouped}; a mark holds for its group.`;
  const lists = MARKS.flatMap(([mark, name]) => {
    const some = records.filter(record => record.mark === mark);
    return some.length === 0 ? [] : [listText(name, some)];
  });
  return [`${table}: ${said}; complete until ${completeUntil}.${together}`, ...lists].join('\n\n');
}

function listText(name: string, records: readonly ShownRecord[]): string {
  const read = [...new Set(records.flatMap(record => Object.keys(record.cells)))];
  const columns = read.filter(column => records.some(({ cells, happened }) => cells[column] !== happened));
  const late = records.some(({ happened, knownAt }) => knownAt !== happened);
  const hides = records.some(record => record.hidden.length > 0);
  const rows = records
    .slice(0, SHOWN)
    .map(({ cells, happened, knownAt, hidden }) => [
      happened ?? '',
      ...columns.map(column => (cells[column] === null ? '' : String(cells[column]))),
      ...(late ? [knownAt === happened ? '' : (knownAt ?? 'never')] : []),
      ...(hides ? [hidden.map(({ column, until }) => `${column} until ${until}`).join(', ')] : [])
    ]);
  const header = ['happened', ...columns, ...(late ? ['known only at'] : []), ...(hides ? ['hidden'] : [])];
  const more = records.length > SHOWN ? `, the first ${SHOWN} of ${records.length} (--json has all)` : '';
  return `  ${name}${more}\n${renderTable(header, rows, { align: 'left' }).replaceAll(/^/gm, '  ')}`;
}

function references({ references: tables }: Explanation): string {
  return tables.map(({ table, records }) => `${table}: ${records} records, the same for every account.`).join('\n');
}
