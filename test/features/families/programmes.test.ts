import { describe, expect, it } from 'vitest';
import type { Row } from '../world.js';
import { ago, measured, T } from './measured.js';

describe('customer success programmes', () => {
  const names = ['programmes_joined_share', 'programmes_offered', 'programme_milestones'];
  const offer = (programme_id: string, rest: Row = {}): Row => ({ programme_id, offered_at: ago(100), ...rest });

  it('are joined / offered, with the milestones completed (R76)', async () => {
    const programmes = [
      offer('p', { joined_at: ago(90), milestones: 3, milestones_at: ago(10) }),
      offer('q', { joined_at: ago(80), milestones: 4, milestones_at: T }),
      offer('r', { joined_at: T }),
      offer('s')
    ];
    expect(await measured(names, { programmes })).toEqual([2 / 4, 4, 3]);
  });

  it('are undefined when none was offered, and without milestones when none was joined (R76)', async () => {
    expect(await measured(names, {})).toEqual([null, 0, null]);
    expect(await measured(names, { programmes: [offer('p')] })).toEqual([0, 1, null]);
    expect(await measured(names, { programmes: [offer('p', { joined_at: ago(5) })] })).toEqual([1, 1, 0]);
  });
});
