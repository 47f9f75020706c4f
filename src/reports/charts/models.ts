import type { TopLevelSpec } from 'vega-lite';
import type { ModelResult, Target } from '../../types.js';
import { decimals, estimate } from '../format.js';
import { type Evaluated, evaluated, kindTitle, OUTCOMES } from '../words.js';
import { COLORS, CONFIG, heading, linearChannel, rowChannel, SCHEMA } from './theme.js';

const WIDTH = 420;
const ROW = 34;

/**
 * AUC with its 95 % interval for every evaluated model of one target, with the line of a coin toss at 0.5. Targets never share a
 * chart: `target` picks one (default: that of the first model).
 */
export function models(results: readonly ModelResult[], target: Target = results[0]?.target ?? 'churn'): TopLevelSpec {
  const shown = evaluated(results, target).filter(model => model.test.auc !== null);
  const values = shown.map(model => ({
    row: kindTitle(model.kind),
    auc: model.test.auc,
    lo: model.test.aucInterval?.[0] ?? model.test.auc,
    hi: model.test.aucInterval?.[1] ?? model.test.auc,
    text: estimate(model.test.auc, model.test.aucInterval, decimals(2))
  }));
  const low = Math.max(0, Math.min(0.45, ...values.map(value => (value.lo ?? 0.5) - 0.02)));
  const x = linearChannel('AUC: chance that an account with the outcome is ranked above one without', [low, 1], '.1f');
  const y = rowChannel();
  return {
    $schema: SCHEMA,
    config: CONFIG,
    title: heading(finding(shown, target), 'AUC on held-out data with 95% interval; the dashed line is a coin toss.'),
    width: WIDTH,
    height: Math.max(1, values.length) * ROW,
    data: { values },
    layer: [
      {
        data: { values: [{ toss: 0.5 }] },
        mark: { type: 'rule', color: COLORS.quiet, strokeDash: [4, 4] },
        encoding: { x: { ...x, field: 'toss' } }
      },
      {
        mark: { type: 'rule', color: COLORS.blue, strokeWidth: 2 },
        encoding: { y, x: { ...x, field: 'lo' }, x2: { field: 'hi' } }
      },
      {
        mark: { type: 'point', filled: true, color: COLORS.blue, size: 80, opacity: 1 },
        encoding: { y, x: { ...x, field: 'auc' } }
      },
      {
        mark: { type: 'text', align: 'left', dx: 12 },
        encoding: { y, x: { value: WIDTH }, text: { field: 'text', type: 'nominal' } }
      }
    ]
  };
}

function finding(shown: readonly Evaluated[], target: Target): string {
  const { title } = OUTCOMES[target];
  const [best] = shown.toSorted((a, b) => (b.test.auc ?? 0) - (a.test.auc ?? 0));
  if (best === undefined) return `${title}: no model could be ranked on held-out data`;
  return `${title}: ${kindTitle(best.kind)} has the highest AUC, ${estimate(best.test.auc, best.test.aucInterval, decimals(2))}`;
}
