import type { TopLevelSpec } from 'vega-lite';
import type { Evaluation } from '../../types.js';
import { decimals, estimate } from '../format.js';
import { calibrationVerdict } from '../words.js';
import { COLORS, CONFIG, heading, linearChannel, type Panel, SCHEMA, shareFormat } from './theme.js';

export interface NamedEvaluation {
  readonly name: string;
  readonly evaluation: Evaluation;
}

const SIDE = 260;
const PER_ROW = 3;

/**
 * Reliability diagram: predicted against observed share per bin of equal mass, with the interval of the observed share and the
 * diagonal of perfect calibration. One panel per model on the same axes (percent); a point's area is the rows in its bin.
 * Takes one evaluation, or several with names; `about` starts the title, for example `Upsell`.
 */
export function reliability(input: Evaluation | readonly NamedEvaluation[], about = ''): TopLevelSpec {
  const panels = 'reliability' in input ? [{ name: '', evaluation: input }] : input;
  const axes = { top: upperEnd(panels), most: mostRows(panels) };
  return {
    $schema: SCHEMA,
    config: CONFIG,
    title: heading(
      `${about === '' ? '' : `${about}: `}${finding(panels[0])}`,
      'Each point is a bin of equal mass, with the 95% interval of what happened; on the dashed line, predictions come true.'
    ),
    columns: PER_ROW,
    spacing: 28,
    concat: panels.map(panel => ({
      ...(panels.length > 1 ? { title: panelTitle(panel) } : {}),
      ...panelSpec(panel, axes)
    }))
  };
}

function finding(first: NamedEvaluation | undefined): string {
  if (first === undefined) return 'No model was evaluated on held-out data';
  const { name, evaluation } = first;
  const subject = name === '' ? 'The model' : name;
  const verdict = calibrationVerdict(evaluation);
  if (verdict === 'unknown') return `${subject}: calibration could not be measured`;
  return `${subject} is ${verdict}: slope ${estimate(evaluation.calibrationSlope, evaluation.calibrationSlopeInterval, decimals(2))}`;
}

function upperEnd(panels: readonly NamedEvaluation[]): number {
  const ends = panels.flatMap(({ evaluation }) =>
    evaluation.reliability.flatMap(bin => [bin.predicted, bin.observed, bin.interval[1]])
  );
  return Math.min(1, Math.max(0.01, ...ends.filter(Number.isFinite)) * 1.04);
}

/** Rows of the fullest bin of all panels: they share one scale of point sizes. */
function mostRows(panels: readonly NamedEvaluation[]): number {
  return Math.max(1, ...panels.flatMap(({ evaluation }) => evaluation.reliability.map(bin => bin.n)));
}

function panelTitle({ name, evaluation }: NamedEvaluation) {
  const slope = `slope ${estimate(evaluation.calibrationSlope, evaluation.calibrationSlopeInterval, decimals(2))}`;
  return { ...heading(name, slope), fontSize: 13, offset: 8 };
}

function panelSpec({ evaluation }: NamedEvaluation, { top, most }: { top: number; most: number }): Panel {
  const x = { ...linearChannel('predicted', [0, top], shareFormat(top)), field: 'predicted' };
  const y = linearChannel('happened', [0, top], shareFormat(top));
  return {
    width: SIDE,
    height: SIDE,
    data: {
      values: evaluation.reliability.map(bin => ({
        predicted: bin.predicted,
        observed: bin.observed,
        lo: bin.interval[0],
        hi: bin.interval[1],
        rows: bin.n
      }))
    },
    layer: [
      {
        data: {
          values: [
            { predicted: 0, observed: 0 },
            { predicted: top, observed: top }
          ]
        },
        mark: { type: 'line', color: COLORS.quiet, strokeDash: [4, 4], strokeWidth: 1 },
        encoding: { x, y: { ...y, field: 'observed' } }
      },
      {
        mark: { type: 'rule', color: COLORS.blue, strokeWidth: 1.5, opacity: 0.55 },
        encoding: { x, y: { ...y, field: 'lo' }, y2: { field: 'hi' } }
      },
      {
        mark: { type: 'point', filled: true, color: COLORS.blue, opacity: 1 },
        encoding: {
          x,
          y: { ...y, field: 'observed' },
          size: { field: 'rows', type: 'quantitative', legend: null, scale: { domain: [0, most], range: [0, 70] } }
        }
      }
    ]
  };
}
