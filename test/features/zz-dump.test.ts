import { writeFileSync } from 'node:fs';
import { it } from 'vitest';
import { buildCatalogue, planSnapshots } from '../../src/features/index.js';
import { configOf, tableInfos } from './world.js';
it('dump', () => {
  for (const tz of ['UTC', 'Europe/Berlin']) {
    const config = configOf({ timezone: tz });
    const tables = tableInfos(25_000 * 86_400_000_000, ['users', 'subscriptions', 'tickets', 'invoices', 'surveys', 'touchpoints', 'accounts', 'plans']);
    writeFileSync(`/tmp/fxbench/${tz === 'UTC' ? 'utc' : 'berlin'}.sql`, planSnapshots({ config, tables, features: buildCatalogue(config, tables).features }).statements.slice(0, -1).map(s => s.text).join(';\n'));
  }
});
