import { type Block, figure, type Phrase, paragraph, type Section, say, strong } from '../document.js';
import { count, tidy } from '../format.js';
import type { QualityReport, ReportModel } from '../model.js';

/** What came in, what was used and what was not, with reasons; until when each table is complete; features that were skipped. */
export function quality(report: ReportModel): Section {
  const q = report.quality;
  return {
    id: 'quality',
    title: 'Data quality',
    blocks: [
      paragraph(
        say`From these rows ${figure(q.snapshots, count)} snapshots were built (one per account and date) with ${figure(q.features, count)} features. Every row that came in is used, quarantined with a reason, or dropped; none is lost.`
      ),
      rows(q),
      ...reasons(q),
      ...watermarks(q),
      ...skipped(q)
    ]
  };
}

function rows(q: QualityReport): Block {
  const number = (title: string) => ({ title, numeric: true });
  return {
    kind: 'table',
    caption: 'Rows by table',
    columns: [{ title: 'Table' }, number('In'), number('Used'), number('Quarantined'), number('Dropped')],
    rows: Object.entries(q.rows).map(([table, counts]) => [
      [tidy(table, 60)],
      ...[counts.in, counts.used, counts.quarantined, counts.dropped].map((value): Phrase => [figure(value, count)])
    ])
  };
}

function reasons(q: QualityReport): Block[] {
  if (q.reasons.length === 0) return [paragraph(say`No row was refused.`)];
  return [
    {
      kind: 'table',
      caption: 'Why rows were not used',
      columns: [{ title: 'Table' }, { title: 'Reason' }, { title: 'Rows', numeric: true }],
      rows: q.reasons.map(reason => [[tidy(reason.table, 60)], [tidy(reason.reason)], [figure(reason.rows, count)]])
    }
  ];
}

function watermarks(q: QualityReport): Block[] {
  if (q.watermarks.length === 0) return [];
  return [
    {
      kind: 'table',
      caption: 'Until when each table is complete; a window that reaches past it is unknown, never zero',
      columns: [{ title: 'Table' }, { title: 'Complete until' }, { title: 'How known' }],
      rows: q.watermarks.map(mark => [
        [tidy(mark.table, 60)],
        [tidy(mark.until, 40)],
        [mark.assumed ? 'assumed' : 'declared']
      ])
    }
  ];
}

function skipped(q: QualityReport): Block[] {
  if (q.skippedFeatures.length === 0) return [];
  const items = q.skippedFeatures.map(
    (feature): Phrase => say`${strong(tidy(feature.name, 80))}: ${tidy(feature.reason)}`
  );
  return [
    { kind: 'heading', text: 'Features that were skipped' },
    { kind: 'list', items }
  ];
}
