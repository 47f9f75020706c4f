import type { ColumnTable } from 'arquero';
import type * as Danfo from 'danfojs-node';
import { VitalsError } from '../errors.js';
import type { Columns } from '../types.js';

/** Query columns as an arquero table; numbers stay the same typed arrays, NaN = missing. */
export async function toArquero(columns: Columns): Promise<ColumnTable> {
  const arquero = await import('arquero');
  return arquero.table(named(columns), [...columns.names]);
}

/**
 * Query columns as a danfojs data frame (copies). Missing values are null.
 * @throws VitalsError with the install line when danfojs-node is not installed.
 */
export async function toDanfo(columns: Columns): Promise<InstanceType<typeof Danfo.DataFrame>> {
  const danfo = await import('danfojs-node').catch(cause => {
    throw new VitalsError(
      'expected the package danfojs-node, which is not installed here: npm install danfojs-node@1.2.0',
      { cause }
    );
  });
  const data = Object.fromEntries(
    Object.entries(named(columns)).map(([name, column]) => [
      name,
      Array.from<number | string | null, number | string | null>(column, value =>
        typeof value === 'number' && Number.isNaN(value) ? null : value
      )
    ])
  );
  return new danfo.DataFrame(data);
}

function named(columns: Columns): Record<string, Float64Array | readonly (string | null)[]> {
  return Object.fromEntries(columns.names.map(name => [name, columns.numbers[name] ?? columns.texts[name] ?? []]));
}
