import { describe, expect, it } from 'vitest';
import { figure, paragraph, say, strong } from '../../src/reports/document.js';
import { decimals } from '../../src/reports/format.js';
import { escapeMarkdown, renderMarkdown } from '../../src/reports/markdown.js';

describe('Markdown', () => {
  it('shows texts from data literally; promise 56', () => {
    expect(escapeMarkdown('<img onerror=x> a|b *c* [d](e) `f` $g$ & # ~')).toBe(
      '&lt;img onerror=x&gt; a\\|b \\*c\\* \\[d\\](e) \\`f\\` \\$g\\$ &amp; \\# \\~'
    );
    expect(escapeMarkdown('&lt;b')).toBe('&amp;lt;b');
    expect(escapeMarkdown('see https://example.org and www.example.org')).toBe(
      'see https\\://example.org and www\\.example.org'
    );
  });

  it('writes headings, notices, lists, tables and pictures', () => {
    const text = renderMarkdown('T', say`sub`, [
      { id: 'a', title: 'first', blocks: [{ kind: 'notice', tone: 'warning', parts: say`${strong('mind')} this` }] },
      {
        id: 'b',
        title: 'second',
        blocks: [
          { kind: 'list', items: [['- one'], ['1. two']] },
          {
            kind: 'table',
            caption: 'c',
            columns: [{ title: 'x' }, { title: 'y', numeric: true }],
            rows: [[['a|b'], [figure(0.126, decimals(2))]]],
            strong: 0
          },
          { kind: 'picture', name: 'pic', alt: 'alt', spec: { mark: 'point' } as never },
          paragraph(say`0.5 stays, 1) too`)
        ]
      }
    ]);
    expect(text.split('\n')).toEqual([
      '# T',
      '',
      'sub',
      '',
      '> **mind** this',
      '',
      '## second',
      '',
      '- \\- one',
      '- 1\\. two',
      '',
      '*c*',
      '',
      '| x | y |',
      '| --- | ---: |',
      '| **a\\|b** | **0.13** |',
      '',
      '![alt](pictures/pic.svg)',
      '',
      '0.5 stays, 1) too',
      ''
    ]);
  });
});
