import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DataError } from '../../src/errors.js';
import { check } from '../../src/pipeline/check.js';
import { type RunResult, run } from '../../src/pipeline/run.js';
import { score } from '../../src/pipeline/score.js';
import { raw } from '../../src/sql/sql.js';
import {
  type Change,
  changeConfiguration,
  copyConfiguration,
  fillWorld,
  quietEffects,
  removeDirectories,
  SMALL_RUN,
  textLines,
  vitals,
  withDatabase
} from './workspaces.js';

const WHERE = "event_type = 'export' and user_id is not null";

/** One of every shape: an aggregate with a condition, one over a measure, and a number, a flag and a category of them. */
const CUSTOM = {
  exports_56d: {
    about: 'Exports of known users.',
    unit: 'exports',
    aggregate: 'count',
    table: 'events',
    where: WHERE,
    window: 56
  },
  invoice_median: { about: 'Middle invoice.', aggregate: 'median', table: 'invoices', of: 'amount', window: 180 },
  export_intensity: {
    about: 'Exports per active user.',
    unit: 'exports per user',
    expression: 'exports_56d / nullif(active_users_84d, 0)'
  },
  exporter: { about: 'Whether the account exports at all.', expression: 'exports_56d > 0', type: 'flag' },
  exporter_kind: {
    about: 'How much.',
    expression: "case when exports_56d > 10 then 'heavy' else 'light' end",
    type: 'category'
  }
};

/** A manual score of one parameter of one's own that has all the weight. */
const PROFILE = `name: default
purpose: predictor
owner: success
approver: lead
date: 2025-01-01
min_coverage: 0.5
factors:
  - { name: Exports, feature: export_intensity, dimension: Own, weight: 100, timing: leading, actionable: true, transform: { kind: linear, from: 0, to: 3 }, about: Exports per user., evidence: a guess }
categories:
  - { label: Weak, color: "#c62828", meaning: Act now, from: 0 }
  - { label: Strong, color: "#2e7d32", meaning: Healthy, from: 0.5 }
`;

let workspace: string;
let result: RunResult;

beforeAll(async () => {
  workspace = copyConfiguration([...SMALL_RUN, [['models', 'neural'], false], [['features', 'custom'], CUSTOM]]);
  writeFileSync(join(workspace, 'models', 'manual', 'default.yaml'), PROFILE);
  await fillWorld(workspace, { seed: 6 });
  result = await run({ workspace }, await quietEffects());
}, 120_000);

afterAll(removeDirectories);

async function scoredWith(where: string) {
  const key: Change[0] = ['features', 'custom', 'exports_56d', 'where'];
  changeConfiguration(workspace, [[key, where]]);
  try {
    return await score({ workspace, asOf: '2025-09-01' }, await quietEffects()).catch((error: unknown) => error);
  } finally {
    changeConfiguration(workspace, [[key, WHERE]]);
  }
}

describe('a workspace with custom features', () => {
  it('lists them, with what they are (R25)', async () => {
    const { code, stdout, stderr } = await vitals([
      'features',
      '--workspace',
      workspace,
      '--family',
      'custom',
      '--json'
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { features } = JSON.parse(stdout) as { features: { name: string; type: string; unit: string }[] };
    expect(features.map(({ name, type, unit }) => [name, type, unit])).toEqual([
      ['exports_56d', 'number', 'exports'],
      ['invoice_median', 'number', 'amount'],
      ['export_intensity', 'number', 'exports per user'],
      ['exporter', 'number', 'flag'],
      ['exporter_kind', 'category', 'category']
    ]);
    const { skippedFeatures } = await check({ workspace }, await quietEffects());
    expect(skippedFeatures.filter(({ name }) => name in CUSTOM)).toEqual([]);
  });

  it('has them in its snapshots', async () => {
    const [row] = await withDatabase(workspace, engine =>
      engine.rows(
        raw(`select count(*) as n, count(*) filter (where exports_56d > 0) as some,
        count(*) filter (where exports_56d__state = 0 and exporter <> (exports_56d > 0)::int) as wrong,
        count(distinct exporter_kind) as kinds, count(invoice_median) as invoiced from snapshots`)
      )
    );
    expect(row?.['n']).toBeGreaterThan(1000);
    expect(row?.['some']).toBeGreaterThan(100);
    expect(row?.['invoiced']).toBeGreaterThan(100);
    expect(row).toMatchObject({ wrong: 0, kinds: 2 });
  });

  it('scores with them, learned and manual, one of them with all the weight (R25)', async () => {
    const { code, stdout, stderr } = await vitals(['score', '--workspace', workspace, '--asof', '2025-09-01']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const ofDate = (lines: readonly string[]) => lines.filter(line => line.includes(',2025-09-01,'));
    const printed = ofDate(stdout.trimEnd().split('\n'));
    expect(printed.filter(line => line.includes(',health,')).length).toBeGreaterThan(100);
    expect(printed.filter(line => line.includes(',churn,')).length).toBeGreaterThan(100);
    expect([...printed].sort()).toEqual(ofDate(textLines(result.reports['scores'] as string)).sort());
  });

  it('scores whatever the formatting, and refuses another condition or order of conditions', async () => {
    const turned = await scoredWith("user_id is not null and event_type = 'export'");
    expect(turned).toBeInstanceOf(DataError);
    const same = await scoredWith("(EVENT_TYPE='export')\n  AND ( user_id IS NOT NULL )");
    expect(same).toHaveLength((await score({ workspace, asOf: '2025-09-01' }, await quietEffects())).length);
    const other = await scoredWith("event_type = 'export'");
    expect(other).toBeInstanceOf(DataError);
    expect((other as DataError).message).toMatch(
      /^expected the definition of export\w+ that trained .* train again with vitals run$/
    );
  });

  it('fails with file, line and key when one is wrong (exit 2)', async () => {
    const key: Change[0] = ['features', 'custom', 'exporter', 'expression'];
    changeConfiguration(workspace, [[key, 'exports_56d > now()']]);
    try {
      const { code, stderr } = await vitals(['features', '--workspace', workspace]);
      expect(code).toBe(2);
      expect(stderr).toMatch(
        /vitals\.yaml:\d+:\d+: features\.custom\.exporter\.expression: expected one of the allowed functions .* got now/
      );
    } finally {
      changeConfiguration(workspace, [[key, CUSTOM.exporter.expression]]);
    }
  });
});
