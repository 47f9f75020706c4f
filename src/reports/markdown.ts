import type { Block, Part, Phrase, Section } from './document.js';
import { tidy } from './format.js';

/** Characters that start markup in Markdown or HTML. */
const SPECIAL = /[\\`*_{}[\]<>|#~!$&]/g;

/** Text from data as Markdown that shows it literally, on one line. */
export function escapeMarkdown(text: string): string {
  return text
    .replaceAll(SPECIAL, '\\$&')
    .replaceAll('\\<', '&lt;')
    .replaceAll('\\>', '&gt;')
    .replaceAll('\\&', '&amp;')
    .replaceAll(/\b(https?|ftp|www)(:|\.)/gi, '$1\\$2');
}

/** The report as Markdown: the same blocks as the page, pictures by relative path. */
export function renderMarkdown(title: string, subtitle: Phrase, sections: readonly Section[]): string {
  const [first, ...rest] = sections;
  const parts = [
    `# ${escapeMarkdown(tidy(title))}`,
    phraseMarkdown(subtitle),
    ...(first?.blocks ?? []).map(blockMarkdown)
  ];
  for (const section of rest) parts.push(`## ${escapeMarkdown(section.title)}`, ...section.blocks.map(blockMarkdown));
  return `${parts.join('\n\n')}\n`;
}

function blockMarkdown(block: Block): string {
  switch (block.kind) {
    case 'paragraph':
      return lineMarkdown(block.parts);
    case 'notice':
      return `> ${lineMarkdown(block.parts)}`;
    case 'heading':
      return `### ${escapeMarkdown(tidy(block.text))}`;
    case 'list':
      return block.items.map(item => `- ${lineMarkdown(item)}`).join('\n');
    case 'tiles':
      return block.items
        .map(
          item => `- ${escapeMarkdown(item.label)}: **${phraseMarkdown(item.value)}** (${phraseMarkdown(item.note)})`
        )
        .join('\n');
    case 'table':
      return tableMarkdown(block);
    case 'picture':
      return `![${escapeMarkdown(tidy(block.alt))}](pictures/${block.name}.svg)`;
  }
}

function tableMarkdown({ caption, columns, rows, strong }: Extract<Block, { kind: 'table' }>): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const bold = (text: string) => (text.trim() === '' ? text : `**${text}**`);
  return [
    `*${escapeMarkdown(caption)}*`,
    '',
    line(columns.map(column => escapeMarkdown(column.title))),
    line(columns.map(column => (column.numeric === true ? '---:' : '---'))),
    ...rows.map((row, i) => line(row.map(cell => (i === strong ? bold(phraseMarkdown(cell)) : phraseMarkdown(cell)))))
  ].join('\n');
}

function phraseMarkdown(phrase: Phrase): string {
  return phrase.map(partMarkdown).join('');
}

/** A phrase that begins a line: a first character that would open a list, a rule or a heading line is escaped. */
function lineMarkdown(phrase: Phrase): string {
  return phraseMarkdown(phrase)
    .replace(/^([-+=])/, '\\$1')
    .replace(/^(\d+)([.)]\s)/, '$1\\$2');
}

function partMarkdown(part: Part): string {
  if (typeof part === 'string') return escapeMarkdown(part);
  switch (part.kind) {
    case 'figure':
      return escapeMarkdown(part.text);
    case 'strong':
      return `**${phraseMarkdown(part.parts)}**`;
    case 'quiet':
      return phraseMarkdown(part.parts);
    case 'swatch':
      return '';
  }
}
