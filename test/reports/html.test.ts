import { describe, expect, it } from 'vitest';
import { estimated, figure, interval, say, strong } from '../../src/reports/document.js';
import { count, decimals } from '../../src/reports/format.js';
import { html, phraseHtml, sectionHtml, trusted } from '../../src/reports/html.js';

describe('html', () => {
  it('escapes every value for text and attributes; promise 56', () => {
    expect(html`<b title="${`a"b'c\`<`}">${'<img src=x onerror=alert(1)> & co'}</b>`.html).toBe(
      '<b title="a&quot;b&#39;c&#96;&lt;">&lt;img src=x onerror=alert(1)&gt; &amp; co</b>'
    );
  });

  it('keeps nested markup and joins lists', () => {
    expect(html`<ul>${['<', 'b'].map(text => html`<li>${text}</li>`)}</ul>`.html).toBe(
      '<ul><li>&lt;</li><li>b</li></ul>'
    );
    expect(html`${trusted('<svg></svg>')}${3}`.html).toBe('<svg></svg>3');
  });

  it('carries the exact value of every printed number; promise 60', () => {
    expect(phraseHtml(estimated(0.78914, [0.74381, 0.82977], decimals(2))).html).toBe(
      '<data value="0.78914">0.79</data> <span class="quiet">(<data value="0.74381">0.74</data> to <data value="0.82977">0.83</data>)</span>'
    );
    expect(phraseHtml([figure(null, count)]).html).toBe('n/a');
    expect(phraseHtml(estimated(null, [0, 1], count)).html).toBe('n/a');
  });

  it('joins phrases in reading order', () => {
    const phrase = say`${strong('a', figure(1, count))} of ${interval([2, 3], count)}.`;
    expect(phraseHtml(phrase).html).toBe(
      '<strong>a<data value="1">1</data></strong> of <data value="2">2</data> to <data value="3">3</data>.'
    );
  });

  it('draws a swatch only in a plain colour', () => {
    expect(phraseHtml([{ kind: 'swatch', color: 'red;background:url(//x)' }]).html).toContain(
      'style="background:#8a949e"'
    );
    expect(phraseHtml([{ kind: 'swatch', color: '#C0392B' }]).html).toContain('style="background:#C0392B"');
  });

  it('gives the ids of each picture a name of their own and labels it', () => {
    const spec = { mark: 'point' } as never;
    const section = { id: 'x', title: 'x', blocks: [{ kind: 'picture', name: 'pic', alt: 'a "b"', spec }] } as const;
    const svg = '<svg class="marks"><clipPath id="clip1"></clipPath><g clip-path="url(#clip1)"></g></svg>';
    expect(sectionHtml(section, new Map([['pic', svg]])).html).toContain(
      '<svg role="img" aria-label="a &quot;b&quot;" class="marks"><clipPath id="pic-clip1"></clipPath><g clip-path="url(#pic-clip1)">'
    );
    expect(() => sectionHtml(section, new Map())).toThrow('no picture was drawn for pic');
  });
});
