import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SourceConfig } from '../../src/config/types.js';
import { DataError } from '../../src/errors.js';
import { resolveAsOf } from '../../src/sources/calendar.js';
import { checkQuality } from '../../src/sources/quality.js';
import { buildSpine } from '../../src/sources/spine.js';
import { ingestError, ingestWorld, source, us, type World } from './fixtures.js';

const RATES = ['currency', 'valid_from', 'rate'];
const TERMS = ['account_id', 'started_at', 'mrr', 'currency'];

/** Terms of A and B in several currencies, with exchange rates. */
function world(rates: readonly string[], terms: readonly string[], dated = false): World {
  const known: Partial<SourceConfig> = dated ? { knownAt: 'known' } : {};
  const header = (columns: readonly string[]) => [...columns, ...(dated ? ['known'] : [])].join(',');
  return {
    files: {
      'fx_rates.csv': [header(RATES), ...rates],
      'subscriptions.csv': [header(TERMS), ...terms]
    },
    sources: [
      source('fx_rates', RATES, { ...known, completeUntil: '2025-01-01' }),
      source('subscriptions', TERMS, { ...known, completeUntil: '2025-01-01' })
    ]
  };
}

/** Monthly amounts in cents, in the order of the file. */
const cents = (of: World) =>
  ingestWorld(of, async ({ read }) => (await read('subscriptions')).map(row => row['mrr'] as number));

const NO_RATE =
  'currency: expected a rate of it in fx_rates that was valid at the time of the record and known by then, got none';

describe('amounts in other currencies', () => {
  it('are converted at the rate of their own date, to the cent, halves up', async () => {
    const rates = ['EUR,2024-01-01,1.1', 'EUR,2024-03-01,1.25', 'JPY,2024-01-01,0.0075', 'EUR,2024-09-01,9'];
    const terms = [
      'A,2024-02-29,10.00,EUR',
      'A,2024-03-01,10.00,eur',
      'A,2024-03-02,0.02,EUR',
      'A,2024-03-02,0.06,EUR',
      'B,2024-01-01,10000,JPY',
      'B,2024-01-01,10.00,USD',
      'B,2024-01-02,10.00,'
    ];
    expect(await cents(world(rates, terms))).toEqual([
      1000 * 1.1,
      1000 * 1.25,
      Math.floor(2 * 1.25 + 0.5),
      Math.floor(6 * 1.25 + 0.5),
      10000 * 0.75,
      1000,
      1000
    ]);
  });

  it('make ARR in the reporting currency', async () => {
    const terms = ['A,2024-01-01,10.00,EUR', 'A,2024-02-01,5.00,USD'];
    await ingestWorld(world(['EUR,2024-01-01,1.1005'], terms), async ({ engine, tables, config, read }) => {
      const asOf = await resolveAsOf(engine, ['2024-03-01'], 'UTC');
      await buildSpine(engine, { asOf, config, tables });
      // 10.00 EUR are 11.005 USD: 11.01, half up.
      expect((await read('spine')).map(row => row['arr'])).toEqual([(12 * (1101 + 500)) / 100]);
    });
  });

  it('use the latest rate that the record could know (promise 30)', async () => {
    const rates = [
      'EUR,2024-01-01,1,2024-01-01',
      'EUR,2024-02-01,2,2024-02-10',
      'EUR,2024-03-01,3,2024-02-20',
      'EUR,2024-04-01,4,2024-12-01'
    ];
    const terms = [
      'A,2024-02-05,1.00,EUR,2024-02-09',
      'A,2024-02-05,1.00,EUR,2024-02-10',
      'A,2024-03-05,1.00,EUR,2024-02-15',
      'A,2024-03-05,1.00,EUR,2024-02-25',
      'A,2024-05-01,1.00,EUR,2024-05-01',
      'B,2024-05-01,1.00,EUR,2024-12-01'
    ];
    expect(await cents(world(rates, terms, true))).toEqual([100, 200, 200, 300, 300, 400]);
  });

  it('without a rate by then are quarantined with their reason; no amount needs none', async () => {
    const columns = ['invoice_id', 'account_id', 'issued_at', 'amount', 'currency'];
    const payments = ['payment_id', 'account_id', 'occurred_at', 'kind', 'amount', 'currency'];
    const files = {
      'fx_rates.csv': [RATES.join(','), 'EUR,2024-03-01,1.5'],
      'invoices.csv': [
        columns.join(','),
        'I1,A,2024-02-29,10,EUR',
        'I2,A,2024-03-01,10,EUR',
        'I3,A,2024-03-01,10,CHF',
        'I4,A,2024-02-01,,EUR',
        'I5,A,2024-02-01,0,CHF'
      ],
      'payments.csv': [payments.join(','), 'P1,A,2024-04-01,payment,0.01,EUR', 'P2,A,2024-04-01,payment,7,']
    };
    const sources = [source('fx_rates', RATES), source('invoices', columns), source('payments', payments)];
    await ingestWorld({ files, sources }, async ({ tables, read, engine, config }) => {
      expect(tables.invoices?.reasons).toEqual([{ reason: NO_RATE, rows: 2 }]);
      expect((await read('quarantine')).map(row => row['source_row'])).toEqual([1, 3]);
      expect((await read('invoices')).map(row => [row['invoice_id'], row['amount'], row['currency']])).toEqual([
        ['I2', 1500, 'EUR'],
        ['I4', null, 'EUR'],
        ['I5', 0, 'CHF']
      ]);
      expect((await read('payments')).map(row => row['amount'])).toEqual([2, 700]);
      expect(Object.keys(tables)).toEqual(['accounts', 'subscriptions', 'fx_rates', 'invoices', 'payments']);
      expect((await checkQuality(engine, config, tables)).map(f => `${f.table}: ${f.message}`)).toContain(
        'invoices: amounts in EUR are converted into USD at the latest rate that was valid at the time of their record and known by then: 1 cells'
      );
    });
  });

  it('convert amount and the mrr made of it, each rounded half up', async () => {
    const columns = ['account_id', 'started_at', 'amount', 'term_months', 'currency'];
    const files = {
      'fx_rates.csv': [RATES.join(','), 'EUR,2024-01-01,1.5'],
      'subscriptions.csv': [columns.join(','), 'A,2024-01-01,100.01,12,EUR']
    };
    const sources = [source('fx_rates', RATES), source('subscriptions', columns)];
    await ingestWorld({ files, sources }, async ({ read }) => {
      const [row] = await read('subscriptions');
      // 100.01 x 1.5 = 150.015; 100.01 / 12 = 8.334…: 8.33 EUR a month, x 1.5 = 12.495.
      expect([row?.['amount'], row?.['mrr']]).toEqual([15002, 1250]);
    });
  });

  it('are still refused without rates, and the error names the table', async () => {
    const { files = {}, sources = [] } = world([], ['A,2024-01-01,1,EUR', 'B,2024-01-01,1,USD']);
    const error = await ingestError({ files, sources: sources.filter(entry => entry.table !== 'fx_rates') });
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toContain('subscriptions EUR (1 rows), USD (1 rows); map sources.fx_rates');
  });
});

describe('bad rates', () => {
  it('of 0, below 0, or of the reporting currency itself other than 1 are quarantined', async () => {
    const rates = [
      'EUR,2024-01-01,0',
      'EUR,2024-01-02,-1',
      'USD,2024-01-01,1.1',
      'USD,2024-01-02,1',
      'GBP,2024-01-01,1.2',
      'EUR,2024-02-01,2',
      'CHF,2024-02-01,1'
    ];
    await ingestWorld(world(rates, ['A,2024-03-01,1,EUR', 'B,2024-03-01,1,USD']), async ({ tables, read }) => {
      expect(tables.fx_rates?.rows).toMatchObject({ in: 7, used: 4, quarantined: 3 });
      expect((await read('subscriptions')).map(row => row['mrr'])).toEqual([200, 100]);
    });
  });

  it('that make an amount too large quarantine its row', async () => {
    const terms = ['A,2024-03-01,90000000000000,EUR', 'B,2024-03-01,1,EUR'];
    await ingestWorld(world(['EUR,2024-01-01,10'], terms), async ({ tables }) => {
      expect(tables.subscriptions?.reasons.map(entry => entry.reason)).toEqual([
        'currency: expected an amount below 2^53 after conversion, got a larger one; declare fewer decimals'
      ]);
    });
  });
});

const START = us('2024-01-01');
const DAY = 86_400_000_000;
const on = (day: number) => new Date((START + day * DAY) / 1000).toISOString();
const rate = fc.record({
  from: fc.integer({ min: 0, max: 60 }),
  late: fc.integer({ min: -5, max: 40 }),
  millionths: fc.integer({ min: 1, max: 3_000_000 })
});
const term = fc.record({
  start: fc.integer({ min: 5, max: 60 }),
  late: fc.integer({ min: -5, max: 40 }),
  cents: fc.integer({ min: 1, max: 1_000_000 })
});
type Rate = typeof rate extends fc.Arbitrary<infer T> ? T : never;
type Term = typeof term extends fc.Arbitrary<infer T> ? T : never;
const known = (day: number, late: number) => Math.max(0, day + late);
const money = (value: number, decimals: number) => (value / 10 ** decimals).toFixed(decimals);
const rateLine = (x: Rate) => `EUR,${on(x.from)},${money(x.millionths, 6)},${on(known(x.from, x.late))}`;
const termLine = (x: Term) => `A,${on(x.start)},${money(x.cents, 2)},EUR,${on(known(x.start, x.late))}`;
const FIRST: Rate = { from: 0, late: 0, millionths: 1_000_000 };

function naive(x: Term, rates: readonly Rate[]): number {
  const seen = rates.filter(r => r.from <= x.start && known(r.from, r.late) <= known(x.start, x.late));
  const best = seen.reduce((a, b) => (b.from > a.from ? b : a));
  return Number((2n * BigInt(x.cents) * BigInt(best.millionths) + 1_000_000n) / 2_000_000n);
}

describe('conversions at random', () => {
  it('agree with a naive reading in exact integers, whatever rates the future brings (promises 28, 29)', async () => {
    const drawn = fc.tuple(
      fc.uniqueArray(rate, { selector: x => x.from, maxLength: 8 }),
      fc.array(term, { minLength: 1, maxLength: 8 })
    );
    await fc.assert(
      fc.asyncProperty(drawn, async ([some, terms]) => {
        const rates = [FIRST, ...some.filter(x => x.from > 0)];
        const lines = terms.map((x, i) => `${termLine({ ...x, start: x.start + i / 10 })}`);
        const expected = terms.map((x, i) => naive({ ...x, start: x.start + i / 10 }, rates));
        expect(await cents(world(rates.map(rateLine), lines, true))).toEqual(expected);
        const future = Array.from({ length: 20 }, (_, i) => `EUR,${on(i * 7 + 0.5)},${i + 5},${on(200 + i)}`);
        expect(await cents(world([...future, ...rates.map(rateLine)], lines, true))).toEqual(expected);
      }),
      { numRuns: 20, seed: 9 }
    );
  });
});
