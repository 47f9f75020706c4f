import type { BlockName, Target } from '../../types.js';
import { type Block, figure, type Phrase, paragraph, type Section, say, strong } from '../document.js';
import { count, tidy } from '../format.js';
import type { ReportModel } from '../model.js';
import { kindTitle, OUTCOMES } from '../words.js';

const BLOCKS: readonly { readonly name: BlockName; readonly use: string }[] = [
  { name: 'train', use: 'fits the models' },
  { name: 'validation', use: 'chooses between settings' },
  { name: 'calibration', use: 'maps scores to probabilities' },
  { name: 'test', use: 'judges, and nothing else' }
];

/** How the numbers came about: notes the reader must know, blocks, gates, provenance. */
export function method(report: ReportModel): Section {
  const targets = (['churn', 'upsell'] as const).filter(target => report.blocks[target] !== undefined);
  return {
    id: 'method',
    title: 'Method and provenance',
    blocks: [
      ...notes(report),
      ...(report.timeOrdered ? targets.map(target => blockTable(report, target)) : folds(report)),
      paragraph(
        say`A snapshot is one account at one date and holds only what was known before it. Positive rows are snapshots followed by the outcome within ${figure(report.horizonDays, count)} days; episodes are distinct outcomes, however many snapshots saw them coming.`,
        'note'
      ),
      ...calibrators(report),
      ...gates(report),
      provenance(report)
    ]
  };
}

function notes(report: ReportModel): Block[] {
  return report.notes.length === 0
    ? []
    : [{ kind: 'list', items: report.notes.map((note): Phrase => [tidy(note, 400)]) }];
}

function blockTable(report: ReportModel, target: Target): Block {
  const blocks = report.blocks[target];
  return {
    kind: 'table',
    caption: `${OUTCOMES[target].title}: each row has one use, in time order`,
    columns: [
      { title: 'Block' },
      { title: 'Use' },
      { title: 'From' },
      { title: 'To' },
      { title: 'Rows', numeric: true },
      { title: 'Accounts', numeric: true },
      { title: 'Positive rows', numeric: true },
      { title: 'Episodes', numeric: true }
    ],
    rows: BLOCKS.flatMap(({ name, use }) => {
      const block = blocks?.[name];
      if (block === undefined) return [];
      const numbers = [block.rows, block.accounts, block.positives, block.episodes].map(
        (value): Phrase => [figure(value, count)]
      );
      return [[[name], [use], [tidy(block.from, 12)], [tidy(block.to, 12)], ...numbers]];
    })
  };
}

function folds(report: ReportModel): Block[] {
  return [
    paragraph(
      say`Not time-ordered: ${figure(report.folds, count)} folds by account (parents whole). Each account was predicted by a model that had not seen it, and the predictions are judged together.`
    )
  ];
}

function calibrators(report: ReportModel): Block[] {
  const explained = report.models.filter(model => model.test !== null && model.calibratorReason !== '');
  if (explained.length === 0) return [];
  return [
    {
      kind: 'table',
      caption: 'How each score became a probability',
      columns: [{ title: 'Outcome' }, { title: 'Model' }, { title: 'Calibrator' }, { title: 'Why' }],
      rows: explained.map(model => [
        [OUTCOMES[model.target].title],
        [kindTitle(model.kind)],
        [tidy(model.calibrator.kind, 20)],
        [tidy(model.calibratorReason)]
      ])
    }
  ];
}

function gates(report: ReportModel): Block[] {
  if (report.gates.length === 0) return [];
  return [
    {
      kind: 'table',
      caption: 'Gates before anything is put in force',
      columns: [{ title: 'Gate' }, { title: 'Met' }, { title: 'Detail' }],
      rows: report.gates.map(gate => [
        [tidy(gate.name, 60)],
        gate.passed ? ['yes'] : [strong('no')],
        [tidy(gate.detail)]
      ])
    }
  ];
}

function provenance(report: ReportModel): Block {
  const rows: [string, Phrase][] = [
    ['Run', [tidy(report.runId, 80)]],
    ['Product', [tidy(report.product, 80)]],
    ['Data end', [report.dataEnd === '' ? 'not dated' : tidy(report.dataEnd, 12)]],
    ['Horizon', say`${figure(report.horizonDays, count)} days`],
    ['Seed', [figure(report.seed, count)]],
    ['Back end of the network', [tidy(report.backend, 80)]],
    ['Data hash', [tidy(report.dataHash, 80)]],
    ['Configuration hash', [tidy(report.configHash, 80)]]
  ];
  return {
    kind: 'table',
    caption: 'Provenance: the same inputs give the same report, byte for byte',
    columns: [{ title: 'What' }, { title: 'Value' }],
    rows: rows.map(([what, value]) => [[what], value])
  };
}
