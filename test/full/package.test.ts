import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

const full = process.env['VITALS_FULL'] === '1';
if (!full)
  console.log('The packed package is not installed and tried here: it needs the registry (npm run test:full does it).');

describe.skipIf(!full)('the packed package in an empty project', () => {
  it('installs and runs init, check, run, score, verify and the library, without the optional peers', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/check-package.mjs'], { encoding: 'utf8' });
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
    const result = JSON.parse(stdout);
    expect(result.absent).toEqual(['danfojs-node', 'tslab']);
    expect(result.help).toBe('Usage: vitals [options] [command]');
    expect(result.init).toContain('vitals run --workspace shop');
    expect(result.run.artifacts).toEqual(['health']);
    expect(result.run.episodesNeeded).toBeGreaterThan(0);
    const notes = result.run.notes.filter((line: string) => line.startsWith('Notebooks were not executed'));
    expect(notes).toEqual([expect.stringContaining('npm install danfojs-node@1.2.0 tslab@1.0.22')]);
    expect(result.pictures).toBeGreaterThan(0);
    expect(result.danfo).toBe(
      'expected the package danfojs-node, which is not installed here: npm install danfojs-node@1.2.0'
    );
  }, 600_000);
});
