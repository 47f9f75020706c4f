import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { ConfigError } from '../errors.js';
import {
  type CommonOptions,
  command,
  nonNegative,
  openEffects,
  pipelineOptions,
  positiveInteger,
  print,
  refusals,
  requireDirectory,
  wholeNumber
} from './options.js';

/** The command line: one definition gives parsing, types and help; the work is loaded when a command runs. */
export function buildProgram(): Command {
  const program = new Command('vitals')
    .description(
      'Customer health that is checked: features over time, churn and upsell models, and the manual score beside them.'
    )
    .version(version(), '--version', 'version of the product')
    .configureOutput(refusals('vitals'))
    .exitOverride();
  for (const add of [init, simulate, check, features, explain, run, score, verify, notebooks, runs])
    program.addCommand(add());
  return program;
}

function version(): string {
  return (createRequire(import.meta.url)('../../package.json') as { version: string }).version;
}

function init(): Command {
  return command('init', 'propose a workspace for your files; never overwrites')
    .argument('[dir]', 'directory of the new workspace', '.')
    .argument('[files...]', 'CSV or Parquet files')
    .action(async (directory: string, files: string[], options: CommonOptions) => {
      const { initWorkspace } = await import('../pipeline/init.js');
      const result = await initWorkspace({ directory, files }, await openEffects(options));
      print(options, { json: result, text: result.lines.join('\n') });
    });
}

function simulate(): Command {
  return command('simulate', 'write a world with known truth into data/')
    .option('--seed <n>', 'seed of the world', wholeNumber, 20260101)
    .option('--accounts <n>', 'accounts', positiveInteger, 2000)
    .option('--months <n>', 'months of history', positiveInteger, 24)
    .option('--effects <x>', 'strength of everything that drives outcomes, 0 to 1', nonNegative, 1)
    .option('--first-account <n>', 'index of the first account: further accounts of the same world', wholeNumber, 0)
    .action(
      async (
        options: CommonOptions & {
          seed: number;
          accounts: number;
          months: number;
          effects: number;
          firstAccount: number;
        }
      ) => {
        const { simulateInto } = await import('../pipeline/simulate.js');
        const { seed, accounts, months, effects, firstAccount } = options;
        const world = { seed, accounts, months, effects, firstAccount };
        const summary = await simulateInto({ ...pipelineOptions(options), world }, await openEffects(options));
        const rows = Object.entries(summary.rows).map(([name, n]) => `${name} ${n}`);
        print(options, {
          json: summary,
          text: `Simulated ${summary.accounts} accounts until ${summary.dataEnd} (seed ${summary.seed}): ${rows.join(', ')}.`
        });
      }
    );
}

function check(): Command {
  return command('check', 'contracts and quality of the data, without fitting anything').action(
    async (options: CommonOptions) => {
      const { check: work } = await import('../pipeline/check.js');
      const { renderCheck } = await import('./screens.js');
      const result = await work(pipelineOptions(options), await openEffects(options));
      print(options, { json: result, text: renderCheck(result) });
    }
  );
}

function features(): Command {
  return command('features', 'the catalogue of features of this workspace, or the plan that computes them')
    .option('--family <name>', 'one family only')
    .option('--plan', 'the steps that compute the features of this workspace, or all of one family', false)
    .option('--sql', 'with --plan: the statements', false)
    .action(async (options: CommonOptions & { family?: string; plan: boolean; sql: boolean }) => {
      const { listFeatures, planFeatures } = await import('../pipeline/features.js');
      const { renderFeatures, renderPlan } = await import('./features-screen.js');
      const wanted = { ...pipelineOptions(options), family: options.family ?? null };
      const effects = await openEffects(options);
      if (options.plan || options.sql) {
        const steps = await planFeatures(wanted, effects);
        print(options, { json: steps, text: renderPlan(steps, options) });
        return;
      }
      const list = await listFeatures(wanted, effects);
      print(options, { json: list, text: renderFeatures(list) });
    });
}

function explain(): Command {
  return command('explain', 'the records behind one value of one account')
    .requiredOption('--account <id>', 'account id')
    .requiredOption('--feature <name>', 'feature (vitals features lists them)')
    .option('--asof <date>', 'as-of date (default: data end)')
    .action(async (options: CommonOptions & { account: string; feature: string; asof?: string }) => {
      const { explain: work } = await import('../pipeline/explain.js');
      const { renderExplanation } = await import('./explain-screen.js');
      const { account, feature, asof } = options;
      const told = await work(
        { ...pipelineOptions(options), account, feature, asOf: asof ?? null },
        await openEffects(options)
      );
      print(options, { json: told, text: renderExplanation(told) });
    });
}

function run(): Command {
  return command('run', 'everything: tables, features, models, artifacts, report, notebooks').action(
    async (options: CommonOptions) => {
      const { run: work } = await import('../pipeline/run.js');
      const { renderClosing } = await import('./screens.js');
      const result = await work(pipelineOptions(options), await openEffects(options));
      print(options, { json: result, text: renderClosing(result) });
      if (result.gates.some(gate => !gate.passed)) process.exitCode = 4;
    }
  );
}

function score(): Command {
  return command('score', 'score every paying account with the artifacts in force; trains nothing')
    .option('--asof <date>', 'as-of date (default: data end)')
    .action(async (options: CommonOptions & { asof?: string }) => {
      const { score: work } = await import('../pipeline/score.js');
      const { scoresCsv } = await import('../pipeline/scores.js');
      const rows = await work({ ...pipelineOptions(options), asOf: options.asof ?? null }, await openEffects(options));
      print(options, { json: rows, text: scoresCsv(rows) });
    });
}

function verify(): Command {
  return command('verify', 'prove that every form of every artifact reproduces its golden rows')
    .argument('[dir]', 'directory of a run (default: models/latest of the workspace)')
    .action(async (directory: string | undefined, options: CommonOptions) => {
      const { verify: work } = await import('../pipeline/verify.js');
      const { renderVerify } = await import('./screens.js');
      const { workspace } = pipelineOptions(options);
      const place = directory === undefined ? join(workspace, 'models', 'latest') : resolve(directory);
      requireDirectory(place, {
        what: 'a run',
        help: directory === undefined ? 'run vitals run first' : 'name the directory of a run'
      });
      const report = await work({ workspace, directory: place });
      if (report.artifacts.length === 0) {
        throw new ConfigError(`expected a run or an artifact in ${place}, found none; name one, such as models/latest`);
      }
      print(options, { json: report, text: renderVerify(report) });
      if (!report.ok) process.exitCode = 1;
    });
}

function notebooks(): Command {
  return command('notebooks', 'execute copies of the notebooks into reports/notebooks')
    .option('--write', 'update the notebooks themselves', false)
    .action(async (options: CommonOptions & { write: boolean }) => {
      const { runNotebooks } = await import('../pipeline/notebooks.js');
      const written = await runNotebooks(
        { ...pipelineOptions(options), write: options.write },
        await openEffects(options)
      );
      print(options, { json: written, text: written.join('\n') });
    });
}

function runs(): Command {
  return command('runs', 'the runs of this workspace; * marks the one in force').action(
    async (options: CommonOptions) => {
      const { listRuns } = await import('../pipeline/runs.js');
      const list = await listRuns(pipelineOptions(options), await openEffects(options));
      print(options, {
        json: list,
        text: list.map(({ runId, inForce }) => `${inForce ? '*' : ' '} ${runId}`).join('\n')
      });
    }
  );
}
