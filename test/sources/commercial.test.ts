import { describe, expect, it } from 'vitest';
import { ingestWorld, source, us } from './fixtures.js';

const INVOICES = ['invoice_id', 'account_id', 'issued_at', 'due_at', 'amount'];
const PAYMENTS = ['payment_id', 'account_id', 'occurred_at', 'kind', 'amount'];
const TERMS = ['subscription_id', 'account_id', 'started_at', 'term_end', 'ended_at', 'mrr'];

describe('money and contracts at ingest', () => {
  it('quarantines a negative amount of an invoice or a payment, and keeps zero (R35, R73)', async () => {
    const files = {
      'invoices.csv': [
        INVOICES.join(','),
        '1,A,2024-02-01,2024-02-15,10',
        '2,A,2024-02-01,2024-02-15,0',
        '3,A,2024-02-01,2024-02-15,-10'
      ],
      'payments.csv': [
        PAYMENTS.join(','),
        '1,A,2024-02-01,payment,10',
        '2,A,2024-02-01,card_declined,',
        '3,A,2024-02-01,payment,-0.01'
      ]
    };
    const sources = [source('invoices', INVOICES), source('payments', PAYMENTS)];
    await ingestWorld({ files, sources }, async ({ tables, read }) => {
      const reasons = [{ reason: 'amount: expected at least 0, got a smaller number', rows: 1 }];
      expect(tables.invoices?.reasons).toEqual(reasons);
      expect(tables.payments?.reasons).toEqual(reasons);
      expect((await read('invoices')).map(row => row['amount'])).toEqual([1000, 0]);
      expect((await read('payments')).map(row => row['amount'])).toEqual([1000, null]);
    });
  });

  it('keeps terms that overlap, empties an actual end before the start, refuses a contract end before it (R64)', async () => {
    const files = {
      'subscriptions.csv': [
        TERMS.join(','),
        '1,A,2024-01-01,2025-01-01,,10',
        '2,A,2024-03-01,2024-06-01,2024-05-01,5',
        '3,A,2024-03-01,2024-06-01,,5',
        '4,B,2024-03-01,2025-03-01,2024-02-01,5',
        '5,B,2024-03-01,2024-02-01,,5'
      ]
    };
    await ingestWorld({ files, sources: [source('subscriptions', TERMS)] }, async ({ tables, read }) => {
      const reason = 'term_end: expected an instant from started_at on, got an earlier one';
      expect(tables.subscriptions?.reasons).toEqual([{ reason, rows: 1 }]);
      const rows = await read('subscriptions order by subscription_id');
      expect(rows.map(row => [row['subscription_id'], row['started_at'], row['ended_at']])).toEqual([
        ['1', us('2024-01-01T00:00Z'), null],
        ['2', us('2024-03-01T00:00Z'), us('2024-05-01T00:00Z')],
        ['3', us('2024-03-01T00:00Z'), null],
        ['4', us('2024-03-01T00:00Z'), null]
      ]);
    });
  });
});
