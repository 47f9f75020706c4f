import { describe, expect, it } from 'vitest';
import { parseYaml } from '../../src/config/yaml.js';
import { ConfigError } from '../../src/errors.js';

const parse = (text: string) => parseYaml(text, 'f.yaml');

describe('parseYaml', () => {
  it('leaves dates and yes/no as texts', () => {
    expect(parse('a: 2025-01-02\nb: yes\nc: true\nd: 0x10\n').value).toEqual({
      a: '2025-01-02',
      b: 'yes',
      c: true,
      d: 16
    });
  });

  it('knows where values and keys stand, through lists and aliases', () => {
    const source = parse('base: &b\n  x: 1\nuse: *b\nlist:\n  - p: 2\n');
    expect(source.place(['base', 'x'])).toEqual({ line: 2, column: 6 });
    expect(source.keyPlace(['base', 'x'])).toEqual({ line: 2, column: 3 });
    expect(source.place(['use', 'x'])).toEqual({ line: 2, column: 6 });
    expect(source.place(['list', 0, 'p'])).toEqual({ line: 5, column: 8 });
    expect(source.place(['list', 0, 'absent', 'deeper'])).toEqual({ line: 5, column: 5 });
    expect(source.place([])).toEqual({ line: 1, column: 1 });
  });

  it.each([
    ['duplicate key', 'a: 1\nb: 2\na: 3\n', 'f.yaml:3:1: expected every key once, got a again'],
    ['prototype key', 'a:\n  __proto__: { x: 1 }\n', 'f.yaml:2:3: __proto__ cannot be a key'],
    ['syntax error', 'a: [1, 2\n', 'f.yaml:'],
    ['unknown tag', 'a: !!js/function x\n', 'f.yaml:1:4: expected YAML'],
    ['two documents', 'a: 1\n---\nb: 2\n', 'f.yaml:'],
    ['too long', `a: ${'x'.repeat(1_000_001)}`, 'expected at most 1000000 characters'],
    ['nesting of brackets', '['.repeat(20_000), 'at most 40 levels'],
    ['nesting of dashes', '- '.repeat(20_000), 'at most 40 levels'],
    ['nesting of keys', '? '.repeat(20_000), 'at most 40 levels']
  ])('refuses a %s', (_, text, message) => {
    expect(() => parse(text)).toThrow(ConfigError);
    expect(() => parse(text)).toThrow(message);
  });

  it('refuses aliases that multiply, before they take memory', () => {
    const rows = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 9; i++)
      rows.push(
        `a${i}: &a${i} [${Array(9)
          .fill(`*a${i - 1}`)
          .join(', ')}]`
      );
    expect(() => parse(rows.join('\n'))).toThrow('repeated by aliases');
  });
});
