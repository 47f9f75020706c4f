import { admitCustom, buildCatalogue } from '../features/index.js';
import type { QualityReport } from '../reports/model.js';
import { checkQuality, type Finding } from '../sources/quality.js';
import { sql } from '../sql/sql.js';
import type { Engine } from '../types.js';
import type { Effects } from './effects.js';
import { ingest } from './prepare-data.js';
import { qualityOf } from './report-model.js';
import { type SessionOptions, withEngine } from './session.js';
import { collectSnapshots } from './snapshots-shape.js';
import { Stopwatch } from './stopwatch.js';

export interface CheckResult extends Pick<QualityReport, 'rows' | 'watermarks' | 'skippedFeatures'> {
  /** Why rows were quarantined, and the first rows of their files (counted from 1) with that reason. */
  readonly reasons: readonly QuarantineReason[];
  readonly findings: readonly Finding[];
}

export type QuarantineReason = QualityReport['reasons'][number] & { readonly firstRows: readonly number[] };

/** Ingests (or finds what was ingested) and says what was used, quarantined and dropped, and what looks wrong. */
export async function check(options: SessionOptions, effects: Effects): Promise<CheckResult> {
  return withEngine(options, effects, async (config, engine) => {
    const context = { config, engine, effects };
    if (config.shape === 'snapshots') {
      const { quality } = await collectSnapshots(context, new Stopwatch(effects));
      return checked(engine, quality, []);
    }
    const { tables } = await ingest(context);
    const { skipped } = buildCatalogue(config, tables, await admitCustom(engine, config, tables));
    const quality = qualityOf(tables, { skippedFeatures: skipped, snapshots: 0, features: 0 });
    return checked(engine, quality, await checkQuality(engine, config, tables));
  });
}

async function checked(engine: Engine, quality: QualityReport, findings: readonly Finding[]): Promise<CheckResult> {
  const { rows, reasons, watermarks, skippedFeatures } = quality;
  return { rows, reasons: await locateReasons(engine, reasons), watermarks, skippedFeatures, findings };
}

const SHOWN_ROWS = 3;

/** Adds to every reason the first rows that were quarantined for it. */
async function locateReasons(engine: Engine, reasons: QualityReport['reasons']): Promise<QuarantineReason[]> {
  const located: QuarantineReason[] = [];
  for (const entry of reasons) {
    const rows = await engine.rows(sql`select source_row from quarantine
      where table_name = ${entry.table} and reason = ${entry.reason} order by source_row limit ${SHOWN_ROWS}`);
    located.push({ ...entry, firstRows: rows.map(row => row['source_row'] as number) });
  }
  return located;
}
