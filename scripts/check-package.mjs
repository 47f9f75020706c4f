// Packs the package, installs it into an empty project as anybody would, and uses it there: init, check, run, score,
// verify and the library. Prints one JSON object. Needs the registry; touches nothing outside a temporary directory.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Uses the library without its optional peers: fits a model, then asks for a data frame that needs an absent package. */
const LIBRARY = `
import { fitLogistic, toArquero, toDanfo } from 'account-vitals';
const X = Float64Array.from([0, 1, 2, 3, 4, 5, 6, 7]);
const fit = await fitLogistic({ X, y: Uint8Array.from([0, 0, 1, 0, 1, 0, 1, 1]), n: 8, p: 1, names: ['x'] });
if (fit.coefficients.length !== 2) throw new Error('expected two coefficients');
const columns = { n: 8, names: ['x'], numbers: { x: X }, texts: {} };
if ((await toArquero(columns)).numRows() !== 8) throw new Error('expected eight rows');
await toDanfo(columns).then(() => { throw new Error('expected danfojs-node to be absent'); }, error => console.log(error.message));
`;

const project = mkdtempSync(join(tmpdir(), 'vitals-package-'));
const result = {};
try {
  const tarball = pack();
  writeFileSync(join(project, 'package.json'), '{ "name": "consumer", "private": true }\n');
  need('npm install', call('npm', ['install', '--no-audit', '--no-fund', tarball]));
  result.absent = ['danfojs-node', 'tslab'].filter(name => !existsSync(join(project, 'node_modules', name)));
  const files = writeCompany();
  result.help = need('vitals --help', vitals('--help')).stdout.split('\n')[0];
  result.init = need('vitals init', vitals('init', 'shop', ...files)).stdout;
  need('vitals check', vitals('check', '--workspace', 'shop'));
  const run = need('vitals run', vitals('run', '--json', '--workspace', 'shop'));
  const { models, artifacts, reports, episodesNeeded, backend } = JSON.parse(run.stdout);
  result.run = {
    notes: run.stderr.trim().split('\n'),
    models: models.length,
    artifacts: Object.keys(artifacts),
    episodesNeeded,
    backend
  };
  result.pictures = readdirSync(reports.directory, { recursive: true }).filter(name => name.endsWith('.png')).length;
  result.scores = need('vitals score', vitals('score', '--json', '--workspace', 'shop')).stdout.length;
  need('vitals verify', vitals('verify', '--workspace', 'shop'));
  result.danfo = need('the library', call(process.execPath, ['--input-type=module', '-e', LIBRARY])).stdout.trim();
  console.log(JSON.stringify(result, null, 2));
} finally {
  rmSync(project, { recursive: true, force: true });
}

/** Packs the repository; the package's own `prepack` builds it first. Returns the path of the tarball. */
function pack() {
  const packed = need('npm pack', call('npm', ['pack', '--json', '--pack-destination', project], process.cwd()));
  const [{ filename, files, unpackedSize }] = JSON.parse(packed.stdout.slice(packed.stdout.indexOf('[')));
  const paths = files.map(file => file.path);
  for (const path of ['dist/index.js', 'dist/index.d.ts', 'dist/cli/main.js', 'README.md', 'LICENSE']) {
    if (!paths.includes(path)) throw new Error(`expected ${path} in the package, got ${paths.length} files without it`);
  }
  const strange = paths.filter(
    path => !/^(dist|assets)\/|^(package\.json|README\.md|CHANGELOG\.md|LICENSE)$/.test(path)
  );
  if (strange.length > 0) throw new Error(`expected only dist and documents in the package, got ${strange.join(', ')}`);
  result.packed = { files: paths.length, bytes: unpackedSize };
  return join(project, filename);
}

/** Three CSV files of 60 accounts over a year; returns their names. */
function writeCompany() {
  const day = n => new Date(Date.UTC(2024, 0, 1 + n)).toISOString().slice(0, 10);
  const accounts = ['customer_id,signup_date,industry'];
  const subscriptions = ['customer_id,plan,monthly_price,currency,start_date,cancelled_at'];
  const events = ['customer_id,timestamp,event_name'];
  for (let i = 0; i < 60; i++) {
    const end = i % 4 === 0 ? 90 + 4 * i : null;
    accounts.push(`C${i},${day(i)},${i % 2 ? 'retail' : 'health'}`);
    subscriptions.push(`C${i},${i % 3 ? 'basic' : 'pro'},${20 + i},EUR,${day(i)},${end === null ? '' : day(end)}`);
    for (let at = i; at < (end ?? 366); at += 3 + (i % 5)) events.push(`C${i},${day(at)}T08:00:00Z,login`);
  }
  const files = { 'accounts.csv': accounts, 'subscriptions.csv': subscriptions, 'events.csv': events };
  for (const [name, lines] of Object.entries(files)) writeFileSync(join(project, name), `${lines.join('\n')}\n`);
  return Object.keys(files);
}

function vitals(...args) {
  return call('npx', ['--no-install', 'vitals', ...args]);
}

/** Runs a program in the project, without what this process's own npm has put into the environment. */
function call(program, args, cwd = project) {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(npm_(?!config_(registry|cache|userconfig))|VITEST|NODE_ENV)/i.test(name)
    )
  );
  return spawnSync(program, args, { cwd, env, encoding: 'utf8', maxBuffer: 1 << 26 });
}

function need(what, ended) {
  if (ended.status === 0) return ended;
  throw new Error(
    `expected ${what} to end with 0, got ${ended.status ?? ended.signal ?? ended.error}:\n${ended.stdout}\n${ended.stderr}`
  );
}
