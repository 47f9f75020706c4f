import { describe, expect, it } from 'vitest';
import { CHANGING_COLUMNS, TABLE_COLUMNS, TABLE_NAMES } from '../../src/config/vocabulary.js';
import { CONTRACTS, contractColumn, REQUIRED_TABLES } from '../../src/sources/contracts.js';

describe('the contract', () => {
  it('has the tables and columns of the configuration, in its order', () => {
    expect(Object.keys(CONTRACTS)).toEqual(TABLE_NAMES);
    for (const table of TABLE_NAMES) {
      expect(CONTRACTS[table].name).toBe(table);
      expect(CONTRACTS[table].columns.map(column => column.name)).toEqual(TABLE_COLUMNS[table]);
    }
  });

  it('calls the same columns changing as the configuration', () => {
    for (const table of TABLE_NAMES) {
      const changing = CONTRACTS[table].columns.filter(column => column.time === 'changing').map(column => column.name);
      expect(changing).toEqual(CHANGING_COLUMNS[table] ?? []);
    }
  });

  it('names only columns of its own in keys, event times, spans and column times', () => {
    for (const { name, key, eventTime, spans, columns } of Object.values(CONTRACTS)) {
      const dated = columns.flatMap(column => (typeof column.time === 'object' ? [column.time.at] : []));
      const named = [
        ...key,
        ...(eventTime === null ? [] : [eventTime]),
        ...spans.flatMap(s => [s.start, s.end]),
        ...dated
      ];
      for (const column of named) expect(() => contractColumn(name, column)).not.toThrow();
      for (const column of dated) expect(contractColumn(name, column).type).toBe('instant');
    }
  });

  it('requires accounts and subscriptions only', () => {
    expect(REQUIRED_TABLES).toEqual(['accounts', 'subscriptions']);
  });

  it('refuses a column it does not have', () => {
    expect(() => contractColumn('plans', 'price')).toThrow('expected a column of plans, got price');
  });
});
