import { describe, expect, it } from 'vitest';
import { choose } from '../../src/features/trace-choose.js';

describe('choose', () => {
  it('sees a count: every record adds 1, one outside adds nothing', () => {
    expect(choose({ all: '2', none: '0', only: ['1', '0', '1'] })).toEqual({
      how: 'adds',
      contributing: [0, 2],
      deciding: [],
      ones: true
    });
  });

  it('sees a sum of parts, also of negative ones, and one that is NULL over nothing', () => {
    expect(choose({ all: '300', none: '0', only: ['500', '-200', '0'] })).toMatchObject({
      how: 'adds',
      contributing: [0, 1],
      ones: false
    });
    expect(choose({ all: '7', none: null, only: ['3', null, '4'] })).toMatchObject({
      how: 'adds',
      contributing: [0, 2],
      ones: false
    });
  });

  it('sees an extreme and who holds it, ties included, also when it is 0', () => {
    expect(choose({ all: '9', none: null, only: ['9', '4', '9', null] })).toMatchObject({
      how: 'decides',
      contributing: [0, 1, 2],
      deciding: [0, 2]
    });
    expect(choose({ all: '0', none: null, only: ['0', '0'] })).toMatchObject({ how: 'decides', deciding: [0, 1] });
    expect(choose({ all: '5', none: null, only: ['5', '0'] })).toMatchObject({ how: 'decides', deciding: [0] });
  });

  it('sees what counts only together, texts, and what no record enters', () => {
    expect(choose({ all: '2', none: '0', only: ['1', '1', '1'] })).toMatchObject({
      how: 'together',
      contributing: [0, 1, 2]
    });
    expect(choose({ all: 'pro', none: null, only: ['pro', 'basic'] })).toMatchObject({ how: 'decides', deciding: [0] });
    expect(choose({ all: '3', none: '3', only: ['3'] })).toMatchObject({ how: 'none', contributing: [] });
    expect(choose({ all: '1', none: null, only: [null, null] })).toMatchObject({ how: 'together', contributing: [] });
  });

  it('keeps whole numbers apart that no double tells apart', () => {
    expect(choose({ all: '9007199254740993', none: '0', only: ['9007199254740992', '1'] }).how).toBe('adds');
    expect(choose({ all: '9007199254740992', none: '0', only: ['9007199254740992', '1'] }).how).toBe('decides');
  });
});
