import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPython, ROOT, timed } from './lib.mjs';

const SCRIPT = join(ROOT, 'bench', 'weekly_peer.py');

/** A Python with what the peer imports, or why there is none. */
export function findPeer() {
  return findPython(['numpy', 'sklearn']);
}

/**
 * scikit-learn's ridge logistic on the matrices of every fit: its strength chosen in five folds by account, and again
 * in five plain folds. `strength` is 1 / C, on columns scaled to deviation 1.
 */
export function fitPeers(python, { directory, fits, seed }) {
  const folder = join(directory, 'weekly-peer');
  mkdirSync(folder);
  const tasks = Object.entries(fits).flatMap(([set, origins], s) =>
    origins.map((fit, k) => {
      const stem = join(folder, `${s}-${k}`);
      writeMatrices(stem, fit);
      return { set, stem, folds: ['accounts', 'plain'] };
    })
  );
  const file = join(folder, 'tasks.json');
  writeFileSync(file, JSON.stringify({ seed, tasks }));
  const { stdout, seconds } = timed(python, [SCRIPT, file]);
  const { versions, results } = JSON.parse(stdout);
  return { versions, seconds, fits: bySet(results) };
}

function bySet(results) {
  const sets = {};
  for (const { set, folds, strength, probability } of results) {
    sets[set] ??= {};
    sets[set][folds] ??= [];
    sets[set][folds].push({ strength, probability: Float64Array.from(probability) });
  }
  return sets;
}

function writeMatrices(stem, { design, tested }) {
  writeNpy(`${stem}-train.npy`, design.X, [design.n, design.q]);
  writeNpy(`${stem}-test.npy`, tested.X, [tested.n, tested.q]);
  writeNpy(`${stem}-y.npy`, Float64Array.from(design.y), [design.n]);
  writeNpy(`${stem}-groups.npy`, Float64Array.from(design.clusters), [design.n]);
}

/** NumPy's format 1.0: magic, version, length of the header, header padded to 64 bytes, little-endian doubles. */
function writeNpy(path, values, shape) {
  const about = `{'descr': '<f8', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`;
  const length = Math.ceil((10 + about.length + 1) / 64) * 64 - 10;
  const head = Buffer.alloc(10);
  head.write('\x93NUMPY\x01\x00', 'latin1');
  head.writeUInt16LE(length, 8);
  const text = Buffer.from(`${about.padEnd(length - 1)}\n`, 'latin1');
  writeFileSync(path, Buffer.concat([head, text, Buffer.from(values.buffer, values.byteOffset, values.byteLength)]));
}
