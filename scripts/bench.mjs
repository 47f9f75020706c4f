// npm run bench: times the demo world, the example socialnet7 beside a pipeline in Python, scoring and fits; judges
// weekly refits on socialnet7 beside scikit-learn's logistic.
// Prints one JSON document; everything is built in a temporary directory. `--only demo,socialnet7,kernels,weekly` runs some parts.
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchDemo } from '../bench/demo.mjs';
import { benchFeatures, benchLarge } from '../bench/features.mjs';
import { benchKernels } from '../bench/kernels.mjs';
import { benchPeer } from '../bench/peer.mjs';
import { benchWeekly } from '../bench/weekly.mjs';
import { node } from './lib.mjs';

const PARTS = {
  demo: benchDemo,
  socialnet7: benchPeer,
  features: benchFeatures,
  kernels: benchKernels,
  weekly: benchWeekly
};
/** Parts that take so long that they run only when they are named. */
const LONG = { large: benchLarge };

const chosen = process.argv.includes('--only') ? (process.argv.at(-1) ?? '').split(',') : Object.keys(PARTS);
const every = { ...PARTS, ...LONG };
const unknown = chosen.filter(name => !(name in every));
if (unknown.length > 0) {
  console.error(`expected parts among ${Object.keys(every).join(', ')}, got ${unknown.join(', ')}`);
  process.exit(2);
}
node('scripts/build.mjs');
const directory = mkdtempSync(join(tmpdir(), 'vitals-bench-'));
try {
  const loadBefore = loadavg();
  const results = {};
  for (const name of chosen) {
    console.error(`bench: ${name}`);
    results[name] = await every[name](directory);
  }
  const machine = {
    node: process.version,
    cores: cpus().length,
    cpu: cpus()[0]?.model,
    loadBefore,
    loadAfter: loadavg()
  };
  console.log(JSON.stringify({ machine, ...results }, null, 2));
} finally {
  rmSync(directory, { recursive: true, force: true });
}
