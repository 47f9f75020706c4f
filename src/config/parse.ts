import { checkConfig } from './check.js';
import { customPlaces } from './custom.js';
import { hashOf } from './hash.js';
import { parseWith } from './issues.js';
import { resolveConfig } from './resolve.js';
import { configShape } from './schema.js';
import type { Config } from './types.js';
import { parseYaml } from './yaml.js';

const configSchema = configShape.superRefine(checkConfig);

/**
 * Parses the text of `vitals.yaml` (docs of the keys: its JSON Schema). Unknown keys are errors and nothing is coerced.
 * @param file name for messages
 * @param workspace absolute directory; never part of the hash
 * @throws ConfigError with file, line, column, key path, what was expected and what came
 */
export function parseConfig(text: string, { file, workspace }: { file: string; workspace: string }): Config {
  const source = parseYaml(text, file);
  const spec = parseWith(configSchema, source);
  const config = resolveConfig(spec, workspace);
  return { ...config, customPlaces: customPlaces(source, spec.features.custom), hash: configHash(config) };
}

/** The order of ready features is the order of model columns, so it is hashed too; paths count as they are written. */
function configHash({ workspace: _, ...rest }: Omit<Config, 'hash' | 'customPlaces'>): string {
  return hashOf({ ...rest, featureOrder: Object.keys(rest.snapshots?.features ?? {}) });
}
