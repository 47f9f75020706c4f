import { describe, expect, it } from 'vitest';
import { escapeMarkdown, renderModelCard } from '../../src/artifacts/model-card.js';
import { logisticArtifact, manualArtifact, numberInput } from './helpers.js';

describe('renderModelCard', () => {
  it('tells what, on what, how calibrated, which inputs, and how to use it', () => {
    const card = renderModelCard(logisticArtifact());
    expect(card).toContain('# churn-test');
    expect(card).toContain('within 90 days after the as-of date');
    expect(card).toContain('| training | 100 | 50 | 20 | 2024-01-01 to 2024-06-01 |');
    expect(card).toContain('Platt: 0.9 times the log-odds of the model plus -0.2.');
    expect(card).toContain('| silence | days since last two-way contact | days | at least 0 | yes |');
    expect(card).toContain('score.sql');
    expect(card).toContain('scorer.mjs');
    expect(card).toMatch(/\| artifact\.json \| [0-9a-f]{64} \|/);
  });

  it('lists factors and categories of a manual score', () => {
    const card = renderModelCard(manualArtifact());
    expect(card).toContain('| logins | usage | 50 % | no |');
    expect(card).toContain('Critical from 0 %, Fair from 50 %, Good from 75 %');
  });

  it('promise 56: text from data cannot leave its place', () => {
    const hostile = [
      '<img src=x onerror=alert(1)>',
      '[x](javascript:alert(1))',
      'a|b',
      '`code`',
      '# h\n\n<script>',
      '![i](http://x)',
      '\u202eabc',
      'www.example.com',
      '**b**',
      '&lt;'
    ];
    for (const text of hostile) {
      const artifact = { ...logisticArtifact(), name: text, inputs: [numberInput('x', { about: text, unit: text })] };
      const card = renderModelCard(artifact);
      expect(card).not.toMatch(/<(?:img|script)/);
      expect(card).not.toMatch(/(?<!\\)\]\(/);
      expect(card.split('\n').filter(line => line.startsWith('# '))).toHaveLength(1);
      expect(card).not.toContain('\u202e');
      const row = card.split('\n').find(line => line.startsWith('| x |')) as string;
      expect(row.match(/(?<!\\)\|/g)).toHaveLength(6);
    }
    expect(escapeMarkdown('a_b <c> & www.d.e 1.5')).toBe('a\\_b &lt;c&gt; &amp; www\\.d\\.e 1.5');
  });
});
