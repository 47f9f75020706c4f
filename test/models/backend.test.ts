import { createRequire } from 'node:module';
import { describe, expect, it, vi } from 'vitest';

/** The module anew, as in a process of its own. */
async function freshModule(): Promise<typeof import('../../src/models/backend.js')> {
  vi.resetModules();
  return import('../../src/models/backend.js');
}

function isNativeInstalled(): boolean {
  try {
    createRequire(import.meta.url).resolve('tfjs-node-native');
    return true;
  } catch {
    return false;
  }
}

const native = isNativeInstalled();

describe('openBackend', () => {
  it.each(['wasm', 'cpu'] as const)('opens %s and says its name and version', async name => {
    const { openBackend } = await freshModule();
    const backend = await openBackend(name);
    expect(backend.name).toBe(name);
    expect(backend.tf.getBackend()).toBe(name);
    expect(backend.description).toBe(`tfjs ${backend.tf.version_core} ${name}`);
    expect([...backend.tf.matMul([[1, 2]], [[3], [4]]).dataSync()]).toEqual([1 * 3 + 2 * 4]);
  });

  it('opens once: whoever asks again gets the same', async () => {
    const { openBackend } = await freshModule();
    expect(await openBackend('cpu')).toBe(await openBackend('cpu'));
  });

  it('refuses another back end in the same process', async () => {
    const { openBackend } = await freshModule();
    await openBackend('cpu');
    await expect(openBackend('wasm')).rejects.toThrow(
      'expected one tensor back end per process, got wasm after cpu; start a new process'
    );
  });

  it.skipIf(native)('auto takes WASM without the native addon', async () => {
    const { openBackend } = await freshModule();
    expect((await openBackend('auto')).name).toBe('wasm');
  });

  it.skipIf(native)('tensorflow without its addon is refused with the way to get it', async () => {
    const { openBackend } = await freshModule();
    await expect(openBackend('tensorflow')).rejects.toMatchObject({
      name: 'ModelError',
      message: expect.stringMatching(/expected the native TensorFlow addon, got none: .*models\.backend to 'auto'/)
    });
  });

  it.skipIf(native)('what could not be opened does not stand in the way of another', async () => {
    const { openBackend } = await freshModule();
    await expect(openBackend('tensorflow')).rejects.toThrow();
    expect((await openBackend('cpu')).name).toBe('cpu');
  });
});
