import { safeColor } from './charts/theme.js';
import type { Block, Column, Part, Phrase, Section } from './document.js';
import { tidy } from './format.js';

/** Markup that is already safe. Built only by the `html` tag and, for pictures, by `trusted`. */
export interface Html {
  readonly html: string;
}

type Slot = string | number | Html | readonly Html[];

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;'
};

/** Joins literal markup with values; every value that is not `Html` is escaped for text and for quoted attributes. */
export function html(strings: TemplateStringsArray, ...slots: readonly Slot[]): Html {
  return { html: strings.map((text, i) => text + (i < slots.length ? markup(slots[i] as Slot) : '')).join('') };
}

function markup(slot: Slot): string {
  if (typeof slot === 'string') return escapeHtml(slot);
  if (typeof slot === 'number') return String(slot);
  return 'html' in slot ? slot.html : slot.map(part => part.html).join('');
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"'`]/g, character => ESCAPES[character] ?? '');
}

/** Marks markup of our own renderer as safe. Never call it with text from data. */
export function trusted(markupText: string): Html {
  return { html: markupText };
}

/** The inner markup of one section. `pictures` holds the SVG of each picture by name. */
export function sectionHtml(section: Section, pictures: ReadonlyMap<string, string>): Html {
  return html`${section.blocks.map(block => blockHtml(block, pictures))}`;
}

function blockHtml(block: Block, pictures: ReadonlyMap<string, string>): Html {
  switch (block.kind) {
    case 'paragraph':
      return html`<p class="${block.tone ?? 'text'}">${phraseHtml(block.parts)}</p>\n`;
    case 'notice':
      return html`<p class="notice ${block.tone}" role="note">${phraseHtml(block.parts)}</p>\n`;
    case 'heading':
      return html`<h3>${tidy(block.text)}</h3>\n`;
    case 'list':
      return html`<ul>${block.items.map(item => html`<li>${phraseHtml(item)}</li>`)}</ul>\n`;
    case 'tiles':
      return html`<dl class="tiles">${block.items.map(item => html`<div><dt>${item.label}</dt><dd>${phraseHtml(item.value)}<small>${phraseHtml(item.note)}</small></dd></div>`)}</dl>\n`;
    case 'table':
      return tableHtml(block);
    case 'picture':
      return html`<figure>${inlineSvg(block.name, block.alt, pictures)}</figure>\n`;
  }
}

function tableHtml({ caption, columns, rows, strong }: Extract<Block, { kind: 'table' }>): Html {
  const head = columns.map(column => html`<th scope="col"${numeric(column)}>${column.title}</th>`);
  const body = rows.map(
    (row, i) =>
      html`<tr${i === strong ? html` class="strong"` : ''}>${row.map((cell, j) => html`<td${numeric(columns[j])}>${phraseHtml(cell)}</td>`)}</tr>\n`
  );
  return html`<div class="table"><table><caption>${caption}</caption><thead><tr>${head}</tr></thead>\n<tbody>${body}</tbody></table></div>\n`;
}

function numeric(column: Column | undefined): Html {
  return column?.numeric === true ? html` class="number"` : html``;
}

/** A phrase as inline markup; a figure carries its exact value for machines. */
export function phraseHtml(phrase: Phrase): Html {
  return html`${phrase.map(partHtml)}`;
}

function partHtml(part: Part): Html {
  if (typeof part === 'string') return html`${part}`;
  switch (part.kind) {
    case 'figure':
      return html`<data value="${part.value}">${part.text}</data>`;
    case 'strong':
      return html`<strong>${phraseHtml(part.parts)}</strong>`;
    case 'quiet':
      return html`<span class="quiet">${phraseHtml(part.parts)}</span>`;
    case 'swatch':
      return html`<span class="swatch" style="background:${safeColor(part.color)}"></span>`;
  }
}

/** The SVG inside the page: named for readers who do not see it, its ids made the page's own. */
function inlineSvg(name: string, alt: string, pictures: ReadonlyMap<string, string>): Html {
  const svg = pictures.get(name);
  if (svg === undefined) throw new Error(`no picture was drawn for ${name}`);
  const own = svg.replaceAll(/ id="([\w-]+)"/g, ` id="${name}-$1"`).replaceAll(/url\(#([\w-]+)\)/g, `url(#${name}-$1)`);
  return trusted(own.replace('<svg ', html`<svg role="img" aria-label="${tidy(alt)}" `.html));
}
