import { createHash } from 'node:crypto';
import { sql } from '../sql/sql.js';
import type { Tables } from '../types.js';
import { CANONICAL } from './event-layout.js';
import { PARTIALS } from './partials.js';
import type { FeatureDef, PassInput } from './types.js';
import { columnOf, tableOf } from './types.js';

/** Raised when the meaning of the compiled SQL changes outside the parts that are hashed. */
const COMPILER = 2;

/**
 * SHA-256 over what the feature computes: its expression, aggregates, passes and intermediate tables compiled for it
 * alone, the contract columns it reads (type, decimals, column time), its least age, and the time zone of its days.
 * The same on every machine and for all data.
 */
export function definitionHash(feature: Omit<FeatureDef, 'definitionHash'>, tables: Tables, timezone: string): string {
  const input: PassInput = {
    tables,
    reads: new Set(feature.reads),
    aggregates: feature.aggregates,
    events: CANONICAL,
    timezone,
    day: us => sql`local_day(${us})`
  };
  const passes = [...new Map(feature.aggregates.map(a => [a.pass.name, a.pass] as const)).values()];
  const partials = new Set(passes.flatMap(pass => pass.partials));
  const definition = {
    compiler: COMPILER,
    name: feature.name,
    type: feature.type,
    minAgeDays: feature.minAgeDays,
    timezone,
    sql: feature.sql.text,
    aggregates: feature.aggregates.map(a => [a.pass.name, a.name, a.sql.text]),
    passes: passes.map(pass => [pass.name, pass.from(input).text]),
    partials: PARTIALS.filter(p => partials.has(p.name)).map(p => [p.name, p.build(input)?.text]),
    columns: feature.reads.map(read => {
      const column = tables[tableOf(read)]?.columns[columnOf(read)];
      return [read, column?.type, column?.decimals, column?.time];
    })
  };
  return createHash('sha256').update(JSON.stringify(definition)).digest('hex');
}
