import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { breakCopies, directory, edited, expectRefusal, run, SENTENCE } from './broken.js';
import { CONFIG, fingerprint, makeDirectory, vitals, writeFiles } from './workspace.js';

breakCopies();

describe('configuration that cannot be used', () => {
  const refused = async (config: string, ...said: readonly (string | RegExp)[]) => {
    writeFiles(directory, { 'vitals.yaml': config });
    expectRefusal(await run(), 2, ...said);
  };

  it('a misspelled key: its line and the right one', async () => {
    const line = CONFIG.slice(0, CONFIG.indexOf('data_end')).split('\n').length;
    await refused(edited('data_end: 2025', 'data_ned: 2025'), `vitals.yaml:${line}`, 'data_ned', 'data_end');
  });

  it('a misspelled key deep inside', async () => {
    const line = CONFIG.slice(0, CONFIG.indexOf('horizon_days')).split('\n').length;
    await refused(edited('horizon_days', 'horizont_days'), `vitals.yaml:${line}`, 'did you mean horizon_days?');
  });

  it('a required mapping that is missing', async () => {
    await refused(
      edited('      occurred_at: occurred_at\n', ''),
      ...SENTENCE,
      'sources.events.columns',
      'add occurred_at'
    );
  });

  it('a horizon longer than the data', async () => {
    await refused(edited('horizon_days: 30', 'horizon_days: 400'), ...SENTENCE, '400', /horizon/);
  });

  it('a changing column that is not declared: names the ways out', async () => {
    const config = edited('    assume_fixed: true\n', '');
    await refused(
      config,
      /expected a time/,
      'sources.accounts.columns.industry',
      'time: fixed',
      'time: {at:',
      'assume_fixed: true'
    );
  });

  it('an empty file', async () => {
    await refused('', 'vitals.yaml', ...SENTENCE);
  });

  it('an empty workspace', async () => {
    const empty = makeDirectory();
    for (const command of ['run', 'check', 'features', 'score', 'notebooks', 'runs', 'verify']) {
      const ended = await vitals(command, '--workspace', empty);
      expect.soft([command, ended.code, ended.stdout]).toEqual([command, 2, '']);
      expect.soft(ended.stderr).toMatch(/^vitals: expected [^\n]+; [^\n]+\n$/);
    }
    expect(fingerprint(empty, ['.'])).toEqual({});
    rmSync(empty, { recursive: true });
  });

  it('a directory that is not there', async () => {
    const ended = await vitals('run', '--workspace', join(directory, 'nowhere'));
    expectRefusal(ended, 2, ...SENTENCE, 'nowhere');
  });
});

describe('a command line that cannot be used', () => {
  it('an unknown option', async () => expectRefusal(await run('--jsn'), 2, '--jsn', '--json'));
  it('an unknown command', async () => expectRefusal(await vitals('rnu'), 2, 'rnu', 'run'));
  it('no threads', async () => expectRefusal(await run('--threads', '0'), 2, '--threads', /at least 1, got 0/));
  it('threads that are no number', async () => expectRefusal(await run('--threads', 'two'), 2, /got two/));
  it('a family that does not exist', async () => {
    const ended = await vitals('features', '--family', 'usge', '--workspace', directory);
    expectRefusal(ended, 2, ...SENTENCE, 'usge', 'did you mean usage?');
  });
  it('a date that is none', async () => {
    const ended = await vitals('score', '--asof', 'yesterday', '--workspace', directory);
    expectRefusal(ended, 2, /YYYY-MM-DD/, 'yesterday');
  });
  it('a date after the data end', async () => {
    const ended = await vitals('score', '--asof', '2025-01-02', '--workspace', directory);
    expectRefusal(ended, 2, ...SENTENCE, '2025-01-02', '2025-01-01');
  });
  it('a directory without artifacts', async () => {
    const ended = await vitals('verify', join(directory, 'models', 'manual'), '--workspace', directory);
    expectRefusal(ended, 2, ...SENTENCE, 'manual');
  });
  it('a stack comes only with --debug', async () => {
    rmSync(join(directory, 'accounts.csv'));
    const ended = await run('--debug');
    expect(ended.code).toBe(3);
    expect(ended.stderr).toMatch(/DataError: accounts: [^\n]+\n\s+at /);
  });
});
