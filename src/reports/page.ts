import { canonicalJson } from '../artifacts/canonical.js';
import { type Block, type Phrase, type Section, say } from './document.js';
import { tidy } from './format.js';
import { type Html, html, phraseHtml, sectionHtml, trusted } from './html.js';
import { renderMarkdown } from './markdown.js';
import type { ReportModel } from './model.js';
import { type ReportPages, renderPng, renderSvg } from './render.js';
import { drivers } from './sections/drivers.js';
import { headline } from './sections/headline.js';
import { health } from './sections/health.js';
import { manual } from './sections/manual.js';
import { method } from './sections/method.js';
import { models } from './sections/models.js';
import { quality } from './sections/quality.js';
import { reliability } from './sections/reliability.js';
import { retention } from './sections/retention.js';
import { termEnds } from './sections/term-ends.js';
import { STYLE } from './style.js';

/** The parts of a report in reading order; the first is the first screen and is not listed in the contents. */
export function buildSections(report: ReportModel): readonly Section[] {
  return [headline, models, termEnds, drivers, reliability, manual, health, retention, quality, method].map(section =>
    section(report)
  );
}

/**
 * Renders a report: one self-contained HTML page (no script, no network), the same as Markdown, the model as canonical JSON, and
 * every picture as SVG and PNG. Pure but for loading the drawing libraries: same model, same bytes.
 */
export async function renderReport(report: ReportModel): Promise<ReportPages> {
  const sections = buildSections(report);
  const pictures = [];
  for (const { name, spec } of sections.flatMap(section => section.blocks.filter(isPicture))) {
    const svg = await renderSvg(spec);
    pictures.push({ name, svg, png: await renderPng(svg) });
  }
  const title = `${tidy(report.name, 80) || 'Workspace'}: how far to trust customer health`;
  const subtitle = subtitleOf(report);
  return {
    html: pageHtml({ title, subtitle, sections, pictures: new Map(pictures.map(({ name, svg }) => [name, svg])) }),
    markdown: renderMarkdown(title, subtitle, sections),
    json: canonicalJson(report),
    pictures
  };
}

function isPicture(block: Block): block is Extract<Block, { kind: 'picture' }> {
  return block.kind === 'picture';
}

function subtitleOf(report: ReportModel): Phrase {
  const date = report.asOf === '' ? 'Snapshots without a date' : `As of ${tidy(report.asOf, 12)}`;
  return say`${date} · amounts in ${tidy(report.currency, 3)} · run ${tidy(report.runId, 16)}`;
}

interface Page {
  readonly title: string;
  readonly subtitle: Phrase;
  readonly sections: readonly Section[];
  readonly pictures: ReadonlyMap<string, string>;
}

function pageHtml({ title, subtitle, sections, pictures }: Page): string {
  const [first, ...rest] = sections;
  const page: Html = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${trusted(STYLE)}</style>
</head>
<body>
<header>
<h1>${title}</h1>
<p class="subtitle">${phraseHtml(subtitle)}</p>
</header>
<main>
<section id="headline">
${first === undefined ? '' : sectionHtml(first, pictures)}</section>
<nav aria-label="Contents"><ol>${rest.map(section => html`<li><a href="#${section.id}">${section.title}</a></li>`)}</ol></nav>
${rest.map(section => html`<section id="${section.id}">\n<h2>${section.title}</h2>\n${sectionHtml(section, pictures)}</section>\n`)}</main>
<footer>Every number on this page is a rounded value of index.json beside it.</footer>
</body>
</html>
`;
  return page.html;
}
