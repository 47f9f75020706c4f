import type { Sql } from '../types.js';
import { type Admitted, made, oneKind, requireKind, type Scope, type SqlKind } from './admit-types.js';
import type { ExpressionFunction } from './allowed.js';
import { join, raw, sql } from './sql.js';
import type { Tree } from './tree.js';

interface Call {
  /** How users write it, for messages. */
  readonly shown: string;
  /** Kind of every argument; null = all of one kind. */
  readonly takes: SqlKind | null;
  /** null = the kind of the arguments. */
  readonly gives: SqlKind | null;
  readonly least: number;
  readonly most: number;
  readonly render: (args: readonly Sql[]) => Sql;
}

type Numeric = Pick<Call, 'least' | 'most' | 'render'>;

function numeric(shown: string, { least, most, render }: Numeric): Call {
  return { shown, takes: 'number', gives: 'number', least, most, render };
}

function plain(name: string): Numeric {
  return { least: 1, most: 1, render: args => sql`${raw(name)}(${join(args)})` };
}

function binary(symbol: string): Numeric {
  return { least: 2, most: 2, render: ([a, b]) => sql`(${a as Sql} ${raw(symbol)} ${b as Sql})` };
}

/** An operator with one or two arguments: a sign, or a sum or difference. */
function signed(symbol: string): Numeric {
  const two = binary(symbol).render;
  return { least: 1, most: 2, render: args => (args.length === 2 ? two(args) : sql`(${raw(symbol)} ${join(args)})`) };
}

/** A division of doubles; NULL when the divisor is 0. */
function dividing(symbol: string): Numeric {
  const render = ([a, b]: readonly Sql[]) => {
    const divisor = sql`case when ${b as Sql} = 0 then null else ${b as Sql} end`;
    return sql`(${a as Sql} ${raw(symbol)} ${divisor})`;
  };
  return { least: 2, most: 2, render };
}

/** To whole numbers, or to as many decimals as the second argument says; half away from zero. */
function rounding(): Numeric {
  return {
    least: 1,
    most: 2,
    render: ([a, places]) =>
      places === undefined ? sql`round(${a as Sql})` : sql`round(${a as Sql}, try_cast(${places} as integer))`
  };
}

function textual(shown: string, gives: SqlKind, { least, most, render }: Numeric): Call {
  return { shown, takes: 'text', gives, least, most, render };
}

const MANY = 1000;

/** How each allowed function and operator is rendered, by the name that the parser gives it. */
const RENDERED: Readonly<Record<ExpressionFunction, Call>> = {
  '+': numeric('+', signed('+')),
  '-': numeric('-', signed('-')),
  '*': numeric('*', binary('*')),
  '/': numeric('/', dividing('/')),
  '%': numeric('%', dividing('%')),
  abs: numeric('abs', plain('abs')),
  floor: numeric('floor', plain('floor')),
  ceil: numeric('ceil', plain('ceil')),
  ceiling: numeric('ceiling', plain('ceil')),
  round: numeric('round', rounding()),
  least: numeric('least', { ...plain('least'), most: MANY }),
  greatest: numeric('greatest', { ...plain('greatest'), most: MANY }),
  lower: textual('lower', 'text', plain('lower')),
  upper: textual('upper', 'text', plain('upper')),
  length: textual('length', 'number', {
    ...plain('length'),
    render: args => sql`cast(length(${join(args)}) as double)`
  }),
  '~~': textual('like', 'boolean', binary('like')),
  '!~~': textual('not like', 'boolean', binary('not like')),
  '~~*': textual('ilike', 'boolean', binary('ilike')),
  '!~~*': textual('not ilike', 'boolean', binary('not ilike')),
  nullif: {
    shown: 'nullif',
    takes: null,
    gives: null,
    least: 2,
    most: 2,
    render: ([a, b]) => sql`(case when ${a as Sql} = ${b as Sql} then null else ${a as Sql} end)`
  }
};

const CALLS: ReadonlyMap<string, Call> = new Map(Object.entries(RENDERED));

/** A call of an allowed function with admitted arguments. @throws what `scope.fail` makes for any other call */
export function callOf(node: Tree, parts: readonly Admitted[], scope: Scope): Admitted {
  const name = String(node['function_name']).toLowerCase();
  const call = CALLS.get(name);
  if (call === undefined || node['schema'] !== '' || node['catalog'] !== '') throw forbidden(name, scope);
  requirePlain(node, call, scope);
  const { takes, gives, least, most, shown } = call;
  if (parts.length < least || parts.length > most) {
    const wanted = least === most ? String(least) : `${least} to ${most}`;
    throw scope.fail(`expected ${wanted} argument${wanted === '1' ? '' : 's'} of ${shown}, got ${parts.length}`);
  }
  const kind = oneKind(parts, shown, scope);
  if (takes !== null) requireKind(takes, parts, { what: shown, scope });
  return made(gives ?? kind, call.render(parts.map(part => part.sql)), parts);
}

function forbidden(name: string, scope: Scope): Error {
  const names = [...new Set([...CALLS.values()].map(call => call.shown))];
  return scope.fail(`expected one of the allowed functions (${[...names, 'coalesce'].join(', ')}), got ${name}`);
}

/** No filter, order, distinct or the like, which only aggregates take. */
function requirePlain(node: Tree, { shown }: Call, scope: Scope): void {
  const { filter, distinct, order_bys: order, export_state: state } = node;
  const ordered = ((order as Tree | null)?.['orders'] as readonly unknown[] | undefined)?.length ?? 0;
  if (filter === null && distinct === false && state === false && ordered === 0) return;
  throw scope.fail(`expected plain arguments of ${shown}, got a clause of aggregates`);
}
