import { describe, expect, it } from 'vitest';
import { buildCatalogue } from '../../../src/features/index.js';
import { configOf, type Row, tableInfos } from '../world.js';
import { ago, measured, T } from './measured.js';

let serial = 0;
/** A paid term from `from` to `to` days before the date. */
const term = (product: string | null, from: number, to: number | null, rest: Row = {}): Row => {
  serial += 1;
  const term_end = to === null ? null : ago(to);
  return { subscription_id: `${serial}`, product, started_at: ago(from), term_end, mrr: 100, ...rest };
};

describe('repeat purchase', () => {
  const repeats = async (subscriptions: readonly Row[], omit: string[] = []) =>
    (await measured(['repeat_purchase'], { subscriptions }, { omit }))[0];

  it('counts renewals and returns of a product, not its first purchase (R77)', async () => {
    const renewed = [term('suite', 400, 300), term('suite', 300, 200), term('suite', 100, 10)];
    expect(await repeats(renewed.slice(0, 1))).toBe(0);
    expect(await repeats(renewed)).toBe(2);
    expect(await repeats([...renewed, term('insights', 150, null), term('insights', 0, null, { started_at: T })])).toBe(
      2
    );
  });

  it('does not count a change of a contract that still runs (R77)', async () => {
    const old = term('suite', 400, 35, { ended_at: ago(200) });
    const more = term('suite', 200, 35);
    expect(await repeats([old, more])).toBe(0);
    const left = term('suite', 400, 35, { ended_at: ago(250) });
    expect(await repeats([left, more])).toBe(1);
    expect(await repeats([term('suite', 400, null), more])).toBe(0);
  });

  it('takes terms without a product for one product, and two that begin together for one purchase (R77)', async () => {
    expect(await repeats([term(null, 400, 300), term(null, 300, 200), term(null, 300, 250)])).toBe(1);
    expect(await repeats([term('suite', 400, 300, { is_trial: true }), term('suite', 300, 200)])).toBe(0);
    expect(await repeats([])).toBe(0);
  });

  it('has no direction of its own, because that is set per segment, and is apart from the loyalty of R21 (R77)', () => {
    const { features } = buildCatalogue(configOf(), tableInfos(0));
    expect(features.find(({ name }) => name === 'repeat_purchase')).toMatchObject({ direction: 'none' });
    expect(features.map(({ name }) => name)).toContain('users_loyal_share_30d');
  });
});
