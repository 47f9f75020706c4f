import type { Target } from '../../types.js';
import { charts } from '../charts/index.js';
import {
  type Block,
  estimated,
  figure,
  interval,
  type Phrase,
  paragraph,
  quiet,
  type Section,
  say,
  strong
} from '../document.js';
import { count, decimals, expected, tidy } from '../format.js';
import type { ReportModel } from '../model.js';
import { calibrationVerdict, type Evaluated, evaluated, kindTitle, OUTCOMES, VERDICT_WORDS } from '../words.js';
import { isInForce } from './models.js';

const two = decimals(2);
const three = decimals(3);
const DRAWN = new Set(['logistic', 'neural', 'manual']);

/** Whether probabilities come true: what the strongest evidence says, the reliability diagrams, and a table of the evidence. */
export function reliability(report: ReportModel): Section {
  const blocks = (['churn', 'upsell'] as const).flatMap(target => targetBlocks(report, target));
  const nothing = paragraph(
    say`No model has held-out outcomes in this run, so its probabilities cannot be checked against what happened.`
  );
  return {
    id: 'reliability',
    title: 'Do the probabilities come true?',
    blocks: blocks.length > 0 ? blocks : [nothing]
  };
}

function targetBlocks(report: ReportModel, target: Target): Block[] {
  const shown = evaluated(report.models, target).filter(model => DRAWN.has(model.kind));
  const ordered = [
    ...shown.filter(model => isInForce(report, model)),
    ...shown.filter(model => !isInForce(report, model))
  ];
  const [first] = ordered;
  if (first === undefined) return [];
  const named = ordered.map(model => ({ name: kindTitle(model.kind), evaluation: model.test }));
  const { title, noun } = OUTCOMES[target];
  return [
    { kind: 'heading', text: title },
    paragraph(inWords(first, noun)),
    {
      kind: 'picture',
      name: `reliability-${target}`,
      alt: `${title}: predicted against observed share, per model`,
      spec: charts.reliability(named, title)
    },
    {
      kind: 'table',
      caption: `${title}: promised and happened on held-out rows`,
      columns: [
        { title: 'Model' },
        { title: 'Verdict' },
        { title: 'Slope', numeric: true },
        { title: 'Expected', numeric: true },
        { title: 'Happened', numeric: true },
        { title: 'ECE (null band)', numeric: true },
        { title: 'Calibrator' }
      ],
      rows: ordered.map(row)
    }
  ];
}

function inWords({ kind, test }: Evaluated, noun: string): Phrase {
  const happened = say`it expected ${figure(test.expected, expected)} ${noun} rows (${interval(test.expectedInterval, expected)}), and ${figure(test.observed, count)} happened`;
  const ece =
    test.ece <= test.eceNullBand[1]
      ? 'cannot be told from that of a perfectly calibrated model'
      : 'is larger than chance gives a perfectly calibrated model';
  return say`${strong(kindTitle(kind))}: ${VERDICT_WORDS[calibrationVerdict(test)]}. On held-out rows ${happened}; its mean gap between promised and happened (ECE ${figure(test.ece, three)}) ${ece}.`;
}

function row(model: Evaluated): Phrase[] {
  const { test } = model;
  const verdict = calibrationVerdict(test);
  return [
    [kindTitle(model.kind)],
    [verdict === 'unknown' ? 'not measurable' : verdict],
    estimated(test.calibrationSlope, test.calibrationSlopeInterval, two),
    estimated(test.expected, test.expectedInterval, expected),
    [figure(test.observed, count)],
    say`${figure(test.ece, three)} ${quiet(say`(${interval(test.eceNullBand, three)})`)}`,
    [tidy(model.calibrator.kind, 20)]
  ];
}
