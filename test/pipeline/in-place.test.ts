import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { computeSnapshots, ingest } from '../../src/pipeline/prepare-data.js';
import { resolveAsOf } from '../../src/sources/calendar.js';
import {
  changeConfiguration,
  copyConfiguration,
  copyWorkspace,
  fillWorld,
  hashRows,
  newDirectory,
  quietEffects,
  removeDirectories,
  withDatabase
} from './workspaces.js';

afterAll(removeDirectories);

/** Hash of the snapshots of a few dates, as one command builds them, and how many event rows the database holds. */
async function snapshots(workspace: string) {
  const config = await loadConfig(workspace);
  return withDatabase(workspace, async engine => {
    const context = { config, engine, effects: await quietEffects() };
    const { tables } = await ingest(context);
    const dates = await resolveAsOf(engine, ['2025-05-01', '2025-09-01', '2026-01-01'], config.calendar.timezone);
    await computeSnapshots(context, tables, dates, names => new Set(names));
    return {
      inPlace: tables.events?.inPlace,
      rows: tables.events?.rows,
      hash: await hashRows(engine, 'select * from snapshots order by as_of_day, account_id')
    };
  });
}

describe('events that are read in place', () => {
  it('give the same snapshots as events that are copied, also in a later command and another directory', async () => {
    const workspace = copyConfiguration([]);
    await fillWorld(workspace, { seed: 5, accounts: 60 });
    const copied = await snapshots(workspace);
    expect(copied.inPlace).toBe(false);
    changeConfiguration(workspace, [[['sources', 'events', 'in_place'], true]]);
    const first = await snapshots(workspace);
    expect(first).toEqual({ ...copied, inPlace: true });
    expect(await snapshots(workspace)).toEqual(first);
    expect(await snapshots(copyWorkspace(workspace))).toEqual(first);
    const moved = join(newDirectory(), 'moved with its database');
    renameSync(workspace, moved);
    expect(await snapshots(moved)).toEqual(first);
  }, 120_000);
});
