import { type Chosen, choose } from './trace-choose.js';
import { type Lab, type LabTable, measure, type Outcome, type Variant } from './trace-lab.js';

/** What the search found, tables in the order of the lab. */
export interface Search {
  /** How the records of each table enter each aggregate. */
  readonly found: readonly (readonly Chosen[])[];
  /** 0: the deciding and contributing records did · 1: also those that contribute when nothing else is there · 2: also those that are missed · 3: nothing less than all. */
  readonly level: 0 | 1 | 2 | 3;
  /** Records (trace_seen_row) that made the value, by table, ascending. */
  readonly rows: readonly (readonly number[])[];
  readonly first: Outcome['first'];
}

/** Groups per table. */
type Level = readonly (readonly number[])[];

/** Variants without a part of a table that one experiment may have. */
const MOST_LEFT_OUT = 400;

/** Looks for records that give the value and every aggregate without any other. */
export async function search(lab: Lab): Promise<Search> {
  const { outcome, found, alone } = await tryEach(lab);
  const whole: Whole = { lab, outcome };
  const wide = lab.read.map((_, t) => union([...(found[t] ?? []).map(one => one.contributing), alone[t] ?? []]));
  const levels = [await narrow(whole, found), wide];
  const level = (await firstEnough(whole, levels)) ?? 2;
  if (level < 2) return { found, level, rows: rowsAt(lab, levels[level]), first: outcome.first };
  const missed = await missedGroups(whole);
  const wider = lab.read.map((_, t) => union([wide[t] ?? [], missed[t] ?? []]));
  const enough = (await firstEnough(whole, [wider])) === 0;
  const everything = lab.read.map(everyGroup);
  return { found, level: enough ? 2 : 3, rows: rowsAt(lab, enough ? wider : everything), first: outcome.first };
}

/** The lab, and what it gave with every record. */
interface Whole {
  readonly lab: Lab;
  readonly outcome: Outcome;
}

/** Tries every group of every table: alone beside whole other tables and, where there are others, beside empty ones. */
async function tryEach(lab: Lab) {
  const variants: Variant[] = [{ kind: 'all' }, { kind: 'chosen', rows: new Map() }];
  const add = (kind: 'only' | 'alone', { table, groups }: LabTable) => {
    const from = variants.length;
    for (let group = 0; group < groups; group++) variants.push({ kind, table, group });
    return { from, to: variants.length };
  };
  const places = lab.read.map(entry => {
    const none = variants.push({ kind: 'none', table: entry.table }) - 1;
    return { none, only: add('only', entry) };
  });
  const alonePlaces = lab.read.length < 2 ? [] : lab.read.map(entry => add('alone', entry));
  const outcome = await measure(lab, variants);
  const found = places.map(({ none, only }) =>
    outcome.aggregates.map(values =>
      choose({ all: values[0] ?? null, none: values[none] ?? null, only: values.slice(only.from, only.to) })
    )
  );
  const alone = alonePlaces.map(({ from, to }) =>
    Array.from({ length: to - from }, (_, group) => group).filter(group =>
      outcome.aggregates.some(values => values[from + group] !== values[1])
    )
  );
  return { outcome, found, alone };
}

/** Contributing groups; of an extreme only those that hold it, where they alone give it. */
async function narrow({ lab, outcome }: Whole, found: Search['found']): Promise<Level> {
  const asked = found.flatMap((chosen, t) =>
    chosen.flatMap((one, a) =>
      one.how === 'decides' && one.deciding.length < one.contributing.length ? [{ t, a, one }] : []
    )
  );
  const tried = asked.map(({ t, one }): Variant => {
    const groups = lab.read.map((entry, i) => (i === t ? one.deciding : everyGroup(entry)));
    return { kind: 'chosen', rows: chosenRows(lab, groups) };
  });
  const given = tried.length === 0 ? null : await measure(lab, tried);
  const enough = new Set(
    asked.flatMap(({ t, a }, i) => (given?.aggregates[a]?.[i] === outcome.aggregates[a]?.[0] ? [`${t} ${a}`] : []))
  );
  return found.map((chosen, t) =>
    union(chosen.map((one, a) => (enough.has(`${t} ${a}`) ? one.deciding : one.contributing)))
  );
}

/** Place of the first level whose records give the same without any other. */
async function firstEnough({ lab, outcome }: Whole, levels: readonly Level[]): Promise<0 | 1 | null> {
  const given = await measure(
    lab,
    levels.map((level): Variant => ({ kind: 'chosen', rows: chosenRows(lab, level) }))
  );
  const place = levels.findIndex((_, i) => same(given, i, outcome));
  return place === 0 || place === 1 ? place : null;
}

function same(given: Outcome, i: number, whole: Outcome): boolean {
  return (
    given.values[i] === whole.values[0] && given.aggregates.every((list, a) => list[i] === whole.aggregates[a]?.[0])
  );
}

/** Groups whose absence changes an aggregate; of many, in runs of neighbours. */
async function missedGroups({ lab, outcome }: Whole): Promise<Level> {
  const missed: number[][] = [];
  for (const { table, groups } of lab.read) {
    const joined = Math.max(1, Math.ceil(groups / MOST_LEFT_OUT));
    const runs = Array.from({ length: Math.ceil(groups / joined) }, (_, run) => run);
    const variants = runs.map((group): Variant => ({ kind: 'without', table, group }));
    const given = runs.length === 0 ? null : await measure(lab, variants, { joined });
    const changed = runs.filter(run => given !== null && !same(given, run, outcome));
    missed.push(changed.flatMap(run => span(run * joined, Math.min(groups, (run + 1) * joined))));
  }
  return missed;
}

function chosenRows(lab: Lab, level: Level): ReadonlyMap<LabTable['table'], readonly number[]> {
  const rows = rowsAt(lab, level);
  return new Map(lab.read.map(({ table }, t) => [table, rows[t] ?? []] as const));
}

function rowsAt({ read }: Lab, level: Level = []): number[][] {
  return read.map(({ rows, width }, t) =>
    (level[t] ?? []).flatMap(group => span(group * width, Math.min(rows, (group + 1) * width)))
  );
}

function everyGroup({ groups }: LabTable): number[] {
  return span(0, groups);
}

function span(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

function union(lists: readonly (readonly number[])[]): number[] {
  return [...new Set(lists.flat())].sort((a, b) => a - b);
}
