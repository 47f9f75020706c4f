import { describe, expect, it } from 'vitest';
import { guessDelimiter, showDelimiter, splitHeader } from '../../src/sources/header.js';

describe('header lines', () => {
  it('splits cells, quoted ones too', () => {
    expect(splitHeader('a,"b ""c"", d",e', ',')).toEqual(['a', 'b "c", d', 'e']);
    expect(splitHeader('\uFEFFa; b ;c\r', ';')).toEqual(['a', 'b', 'c']);
    expect(splitHeader('', ',')).toEqual(['']);
  });

  it('takes the delimiter that gives most cells, a comma when none does', () => {
    expect(guessDelimiter('a;b;c,d')).toBe(';');
    expect(guessDelimiter('a\tb')).toBe('\t');
    expect(guessDelimiter('a|b|c')).toBe('|');
    expect(guessDelimiter('"a;b;c",d')).toBe(',');
    expect(guessDelimiter('alone')).toBe(',');
  });

  it('shows a tab as people write it', () => {
    expect(showDelimiter('\t')).toBe('"\\t"');
  });
});
