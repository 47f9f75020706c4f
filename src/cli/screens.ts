import type { VerifyReport } from '../artifacts/verify.js';
import type { CheckResult } from '../pipeline/check.js';
import type { RunResult } from '../pipeline/run.js';
import type { Evaluation, ModelResult } from '../types.js';
import { renderTable } from './table.js';

/** The closing screen of a run: models, strongest drivers, what is missing, and where everything lies. */
export function renderClosing(result: RunResult): string {
  const parts = [
    renderModels(result.models),
    needed(result),
    failedGates(result),
    result.drivers.length === 0
      ? ''
      : `Strongest drivers (association, not cause):\n${result.drivers.map(text => `  - ${text}`).join('\n')}`,
    places(result)
  ];
  return parts.filter(part => part !== '').join('\n\n');
}

/** Models in a table: churn first, then upsell; never on one scale. */
export function renderModels(models: readonly ModelResult[]): string {
  const header = ['model', 'AUC', 'interval', 'log loss', 'Brier', 'slope', 'lift at 10 %', 'test rows', 'episodes'];
  const rows = models.map(model => [
    model.name,
    ...measures(model),
    String(model.rows.test),
    String(model.episodes.test)
  ]);
  return renderTable(header, rows);
}

function measures({ test, status }: ModelResult): string[] {
  if (test === null) return [status.replaceAll('_', ' '), '', '', '', '', ''];
  const { auc, aucInterval, logLoss, brier, calibrationSlope, liftAt10 }: Evaluation = test;
  const interval = aucInterval === null ? '' : aucInterval.map(x => x.toFixed(3)).join(' to ');
  return [fixed(auc, 3), interval, fixed(logLoss, 4), fixed(brier, 4), fixed(calibrationSlope, 2), fixed(liftAt10, 1)];
}

function fixed(value: number | null, digits: number): string {
  return value === null ? 'n/a' : value.toFixed(digits);
}

function needed({ episodesNeeded, models }: RunResult): string {
  if (episodesNeeded === 0) return '';
  const said = `Too little has happened to learn from: ${episodesNeeded} more churn episodes needed. The manual score stays in force.`;
  const rows = models.flatMap(model => Object.values(model.rows)).reduce((sum, n) => sum + n, 0);
  return rows > 0
    ? said
    : `${said}\nNo outcome window has ended yet: vitals check says up to which day each table is complete.`;
}

function failedGates({ gates }: RunResult): string {
  const failed = gates.filter(gate => !gate.passed);
  if (failed.length === 0) return '';
  return `Not put in force (models/latest stays):\n${failed.map(gate => `  - ${gate.name}: ${gate.detail}`).join('\n')}`;
}

function places({ reports, artifacts, seconds, runId }: RunResult): string {
  const lines = [
    ['report', reports['html'] ?? ''],
    ['scores', reports['scores'] ?? ''],
    ...(reports['notebooks'] === undefined ? [] : [['notebooks', reports['notebooks']]]),
    ...Object.entries(artifacts).map(([name, path]) => [`artifact ${name}`, path])
  ];
  const width = Math.max(...lines.map(([label]) => (label as string).length));
  const listed = lines.map(([label, path]) => `  ${(label as string).padEnd(width)}  ${path}`);
  return [`Run ${runId}, ${(seconds['total'] ?? 0).toFixed(1)} s`, ...listed].join('\n');
}

/** Largest differences of every artifact's golden rows, form by form. */
export function renderVerify(report: VerifyReport): string {
  const rows = report.artifacts.map(({ path, kind, rows: n, maxDifference: d, problems }) => [
    path,
    kind,
    String(n),
    ...[d.json, d.module, d.sql].map(value => (value === null ? '-' : value.toExponential(1))),
    problems.length === 0 ? 'ok' : problems.join('; ')
  ]);
  return renderTable(['artifact', 'kind', 'rows', 'JSON', 'module', 'SQL', 'verdict'], rows);
}

/** Rows per table, quarantine reasons, and findings. */
export function renderCheck({ rows, reasons, findings }: CheckResult): string {
  const table = renderTable(
    ['table', 'in', 'used', 'quarantined', 'dropped'],
    Object.entries(rows).map(([name, counts]) => [
      name,
      ...[counts.in, counts.used, counts.quarantined, counts.dropped].map(String)
    ])
  );
  const why = reasons.map(
    ({ table: name, reason, rows: n, firstRows }) => `  ${name}: ${reason} (${n}; ${firstPlaces(n, firstRows)})`
  );
  const said = findings.map(({ severity, table: name, message }) => `  ${severity}  ${name}: ${message}`);
  return [
    table,
    why.length === 0 ? '' : `Quarantined:\n${why.join('\n')}`,
    said.length === 0 ? '' : `Findings:\n${said.join('\n')}`
  ]
    .filter(part => part !== '')
    .join('\n\n');
}

function firstPlaces(n: number, rows: readonly number[]): string {
  return `${n > rows.length ? 'first in row' : 'row'} ${rows.join(', ')}`;
}
