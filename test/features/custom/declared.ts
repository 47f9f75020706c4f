import { parseConfig } from '../../../src/config/parse.js';
import type { Config } from '../../../src/config/types.js';
import { admitCustom, buildCatalogue, buildSnapshots, type Catalogue } from '../../../src/features/index.js';
import { raw } from '../../../src/sql/sql.js';
import type { Engine, Tables } from '../../../src/types.js';
import { configOf, loadSpine, loadWorld, type Overrides, type SpineRow, type World } from '../world.js';

const HEAD = `name: test
data_end: 2024-12-31
currency: EUR
sources: { accounts: { files: a.csv, columns: { account_id: id } } }
features:
  custom:
`;

/** The configuration of the feature tests with custom features, written as in `vitals.yaml` from `custom:` on. */
export function declaring(yaml: string, overrides: Overrides = {}): Config {
  const indented = yaml
    .trim()
    .split('\n')
    .map(line => `    ${line}`)
    .join('\n');
  const parsed = parseConfig(`${HEAD}${indented}\n`, { file: 'vitals.yaml', workspace: '/w' });
  const base = configOf({ ...overrides, features: { ...overrides.features, custom: parsed.features.custom } });
  return { ...base, customPlaces: parsed.customPlaces };
}

/** The catalogue of a configuration whose tables are loaded. */
export async function catalogueOf(engine: Engine, config: Config, tables: Tables): Promise<Catalogue> {
  return buildCatalogue(config, tables, await admitCustom(engine, config, tables));
}

export interface Measuring {
  readonly config: Config;
  readonly tables: Tables;
  readonly world: World;
  readonly spine: readonly SpineRow[];
}

/** The snapshots of a world with the custom features alone. */
export async function measure(engine: Engine, { config, tables, world, spine }: Measuring) {
  await loadWorld(engine, world);
  await loadSpine(engine, spine);
  const { features } = await catalogueOf(engine, config, tables);
  const custom = features.filter(feature => feature.family === 'custom');
  await buildSnapshots(engine, { config, tables, features: custom });
  return engine.rows(raw('select * from snapshots'));
}
