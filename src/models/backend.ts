import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import type * as Tfjs from '@tensorflow/tfjs';
import { ModelError } from '../errors.js';

export type BackendName = 'tensorflow' | 'wasm' | 'cpu';

export interface Backend {
  readonly tf: typeof Tfjs;
  readonly name: BackendName;
  /** Name and version, as the manifest records it. */
  readonly description: string;
}

const BACKENDS: readonly string[] = ['auto', 'tensorflow', 'wasm', 'cpu'];

let opened: Promise<Backend> | null = null;
let openedFor: string | null = null;

/**
 * Loads the tensor engine once per process: the native addon when it is installed, else WASM, else plain JavaScript.
 * @throws ModelError when a back end is named and is not there, or another one is already in use.
 */
export function openBackend(wanted: 'auto' | BackendName): Promise<Backend> {
  if (!BACKENDS.includes(wanted)) {
    return Promise.reject(
      new ModelError(`expected one of ${BACKENDS.join(', ')} as the tensor back end, got ${wanted}`)
    );
  }
  if (opened !== null && openedFor !== wanted) {
    return Promise.reject(
      new ModelError(`expected one tensor back end per process, got ${wanted} after ${openedFor}; start a new process`)
    );
  }
  openedFor = wanted;
  opened ??= load(wanted).catch(error => {
    opened = null;
    throw error;
  });
  return opened;
}

async function load(wanted: 'auto' | BackendName): Promise<Backend> {
  if (wanted === 'auto' || wanted === 'tensorflow') {
    const native = await loadNative();
    if (native !== null) return native;
    if (wanted === 'tensorflow') {
      throw new ModelError(
        "expected the native TensorFlow addon, got none: build it with scripts/build-native-tfjs.sh, or set models.backend to 'auto'"
      );
    }
  }
  const tf = await import('@tensorflow/tfjs');
  tf.enableProdMode();
  if (wanted !== 'cpu' && (await startWasm(tf))) return backend(tf, 'wasm');
  if (wanted === 'wasm')
    throw new ModelError("expected the WASM back end to start, it did not; set models.backend to 'cpu'");
  await tf.setBackend('cpu');
  return backend(tf, 'cpu');
}

/** The addon corrupts the heap under frequent signals unless its custom kernel is off; one thread keeps the bits. */
async function loadNative(): Promise<Backend | null> {
  process.env['TENSORFLOW_USE_CUSTOM_CONTRACTION_KERNEL'] = '0';
  process.env['TF_CPP_MIN_LOG_LEVEL'] = '2';
  process.env['TF_NUM_INTRAOP_THREADS'] = '1';
  process.env['TF_NUM_INTEROP_THREADS'] = '1';
  const name = 'tfjs-node-native';
  const loaded = await import(name).then(
    module => (module.default ?? module) as typeof Tfjs,
    () => null
  );
  if (loaded === null) return null;
  await loaded.ready();
  return loaded.getBackend() === 'tensorflow' ? backend(loaded, 'tensorflow') : null;
}

async function startWasm(tf: typeof Tfjs): Promise<boolean> {
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  const directory = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));
  wasm.setWasmPaths(join(directory, sep));
  wasm.setThreadsCount(1);
  return tf.setBackend('wasm');
}

function backend(tf: typeof Tfjs, name: BackendName): Backend {
  return { tf, name, description: `tfjs ${tf.version_core} ${name}` };
}
