import type { TopLevelSpec } from 'vega-lite';
import { estimate, percent, tidy } from '../format.js';
import type { HealthReport } from '../model.js';
import { COLORS, CONFIG, distinctLabels, heading, linearChannel, rowChannel, SCHEMA, shareFormat } from './theme.js';

type Outcomes = HealthReport['outcomes'];

const WIDTH = 420;
const ROW = 40;

/**
 * Observed churn of each health category with its 95 % interval, beside what the calibrated manual score had said: a filled circle
 * and an open diamond, told apart by shape as well as colour.
 */
export function categoryOutcome(outcomes: Outcomes): TopLevelSpec {
  const labels = distinctLabels(
    outcomes.map(outcome => outcome.label),
    32
  );
  const values = outcomes.map((outcome, row) => ({
    row: labels[row],
    observed: outcome.observed,
    lo: outcome.interval[0],
    hi: outcome.interval[1],
    predicted: outcome.predicted,
    text: `${estimate(outcome.observed, outcome.interval, percent)}, said ${percent(outcome.predicted)}`
  }));
  const top = Math.min(
    1,
    Math.max(0.01, ...outcomes.flatMap(outcome => [outcome.interval[1], outcome.predicted])) * 1.04
  );
  const x = linearChannel('churned', [0, top], shareFormat(top));
  const y = rowChannel();
  return {
    $schema: SCHEMA,
    config: CONFIG,
    title: heading(
      finding(outcomes),
      'Filled circle: share that churned on held-out data, with its 95% interval. Open diamond: what the score had said.'
    ),
    width: WIDTH,
    height: Math.max(1, outcomes.length) * ROW,
    data: { values },
    layer: [
      {
        mark: { type: 'rule', color: COLORS.blue, strokeWidth: 2 },
        encoding: { y, x: { ...x, field: 'lo' }, x2: { field: 'hi' } }
      },
      {
        mark: { type: 'point', filled: true, size: 80, opacity: 1, color: COLORS.blue },
        encoding: { y, x: { ...x, field: 'observed' } }
      },
      {
        mark: {
          type: 'point',
          shape: 'diamond',
          filled: false,
          size: 120,
          strokeWidth: 2,
          opacity: 1,
          color: COLORS.vermillion
        },
        encoding: { y, x: { ...x, field: 'predicted' } }
      },
      {
        mark: { type: 'text', align: 'left', dx: 12 },
        encoding: { y, x: { value: WIDTH }, text: { field: 'text', type: 'nominal' } }
      }
    ]
  };
}

function finding(outcomes: Outcomes): string {
  const [worst] = outcomes.filter(outcome => outcome.n > 0).toSorted((a, b) => b.observed - a.observed);
  if (worst === undefined) return 'No category was seen in the held-out data';
  return `Churn was highest in ${tidy(worst.label, 32)}: ${estimate(worst.observed, worst.interval, percent)}`;
}
