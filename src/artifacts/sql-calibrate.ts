import { double, join, sql } from '../sql/sql.js';
import type { Calibrator, Sql } from '../types.js';
import { clampSql, type Stages } from './sql-stages.js';

const LOGIT_LIMIT = 700;

/** Adds the calibration of the raw log-odds `z` and gives the probability. */
export function calibrateSql(stages: Stages, calibrator: Calibrator, z: Sql): Sql {
  const raw = stages.column('raw', clip(z));
  stages.next();
  if (calibrator.kind === 'isotonic') return isotonicSql(calibrator, raw);
  const logit = stages.column('logit', logitSql(calibrator, raw));
  stages.next();
  return sql`${double(1)} / (${double(1)} + exp(-${logit}))`;
}

function clip(z: Sql): Sql {
  return clampSql(z, -LOGIT_LIMIT, LOGIT_LIMIT);
}

function logitSql(calibrator: Exclude<Calibrator, { kind: 'isotonic' }>, raw: Sql): Sql {
  switch (calibrator.kind) {
    case 'identity':
      return raw;
    case 'intercept':
      return clip(sql`${raw} + ${double(calibrator.intercept)}`);
    case 'platt':
      return clip(sql`${double(calibrator.slope)} * ${raw} + ${double(calibrator.intercept)}`);
    case 'beta': {
      const { a, b, c } = calibrator;
      const one = double(1);
      const tail = sql`ln(${one} + exp(-abs(${raw})))`;
      const lnP = sql`-(greatest(-${raw}, ${double(0)}) + ${tail})`;
      const lnQ = sql`(greatest(${raw}, ${double(0)}) + ${tail})`;
      return clip(sql`${double(a)} * ${lnP} + ${double(b)} * ${lnQ} + ${double(c)}`);
    }
  }
}

function isotonicSql(calibrator: Extract<Calibrator, { kind: 'isotonic' }>, raw: Sql): Sql {
  const cases = calibrator.z.slice(1).map((at, i) => {
    const probability = double(calibrator.probability[i + 1] as number);
    return sql`WHEN ${raw} >= ${double(at)} THEN ${probability}`;
  });
  const first = double(calibrator.probability[0] as number);
  if (cases.length === 0) return first;
  return sql`CASE ${join(cases.reverse(), ' ')} ELSE ${first} END`;
}
