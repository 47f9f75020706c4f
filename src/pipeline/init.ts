import { basename, join, relative, resolve } from 'node:path';
import { starterProfile } from '../config/init-profile.js';
import { parseConfig } from '../config/parse.js';
import { proposeConfig, type SniffedFile } from '../config/propose.js';
import type { Config } from '../config/types.js';
import { ConfigError, DataError } from '../errors.js';
import { openDuckDB } from '../sources/duckdb.js';
import { sniffFile } from '../sources/sniff.js';
import type { TableName } from '../types.js';
import type { Effects } from './effects.js';

export interface InitResult {
  readonly workspace: string;
  readonly written: readonly string[];
  readonly unmapped: readonly { readonly file: string; readonly column: string }[];
  /** The same for people, line by line. */
  readonly lines: readonly string[];
}

const GITIGNORE = `data/
reports/
models/*
!models/manual/
`;

/**
 * Proposes a workspace for files: `vitals.yaml`, a starter manual profile and `.gitignore`. Files stay where they are.
 * @throws ConfigError when `vitals.yaml` is there already; DataError when a file is absent or no table
 */
export async function initWorkspace(
  { directory, files }: { directory: string; files: readonly string[] },
  effects: Effects
): Promise<InitResult> {
  const workspace = resolve(directory);
  if (effects.files.exists(join(workspace, 'vitals.yaml'))) {
    throw new ConfigError(
      `expected no vitals.yaml in ${workspace}, found one; init never overwrites: edit it, or name another directory`
    );
  }
  if (files.length === 0)
    throw new ConfigError(
      'expected CSV or Parquet files to look at, got none: vitals init DIR accounts.csv subscriptions.csv …'
    );
  const sniffed = await sniffAll(workspace, files, effects);
  const proposal = proposeConfig(sniffed, basename(workspace));
  const texts: Record<string, string> = { 'vitals.yaml': proposal.yaml, '.gitignore': GITIGNORE };
  const config = parseConfig(proposal.yaml, { file: 'vitals.yaml', workspace });
  if (config.health !== null) texts[`models/manual/${config.health.profile}.yaml`] = starterFor(config);
  const written: string[] = [];
  for (const [name, text] of Object.entries(texts)) {
    if (effects.files.exists(join(workspace, name))) continue;
    await effects.files.writeText(join(workspace, name), text);
    written.push(name);
  }
  return { workspace, written, unmapped: proposal.unmapped, lines: linesOf(directory, written, proposal) };
}

/** The starter profile over the sources that are there. */
function starterFor({ sources, dataEnd }: Config): string {
  const has = (table: TableName) => sources.some(source => source.table === table);
  return starterProfile({
    date: dataEnd as string,
    tenureDays: 'tenure_days',
    activeDays28: has('events') ? 'active_days_28d' : null,
    overdueInvoices: has('invoices') ? 'invoices_overdue' : null
  });
}

async function sniffAll(workspace: string, files: readonly string[], effects: Effects): Promise<SniffedFile[]> {
  const engine = await openDuckDB({ path: ':memory:' });
  try {
    const sniffed: SniffedFile[] = [];
    for (const file of files) {
      const path = resolve(file);
      if (!effects.files.exists(path)) throw new DataError(`expected a file at ${file}, found none`);
      sniffed.push(await sniffFile(engine, { path, shown: relative(workspace, path) }));
    }
    return sniffed;
  } finally {
    engine.close();
  }
}

function linesOf(directory: string, written: readonly string[], proposal: ReturnType<typeof proposeConfig>): string[] {
  return [
    `Proposed a workspace in ${directory}: ${written.join(', ')}.`,
    ...proposal.notes.map(note => `  - ${note}`),
    ...(proposal.unmapped.length === 0 ? [] : ['Columns that nothing is mapped to:']),
    ...proposal.unmapped.map(({ file, column }) => `  ${file}: ${column}`),
    'Read vitals.yaml and correct it, then:',
    `  vitals check --workspace ${directory}`,
    `  vitals run --workspace ${directory}`
  ];
}
