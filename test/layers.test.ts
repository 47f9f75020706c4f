import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = join(import.meta.dirname, '..', 'src');

/** Rooms of one line do not import each other; imports go to smaller numbers only. */
const LAYERS: readonly (readonly string[])[] = [
  ['errors.ts', 'types.ts'],
  ['math', 'sql'],
  ['config'],
  ['sources'],
  ['features', 'outcomes', 'simulate'],
  ['health', 'datasets'],
  ['models'],
  ['calibration', 'evaluation'],
  ['backtest'],
  ['comparison'],
  ['artifacts'],
  ['monitoring', 'reports'],
  ['notebook'],
  ['pipeline'],
  ['cli', 'index.ts']
];

const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  'pure-rand': ['math'],
  zod: ['config'],
  yaml: ['config'],
  '@duckdb/node-api': ['sources'],
  '@tensorflow/tfjs': ['models'],
  '@tensorflow/tfjs-backend-wasm': ['models'],
  'tfjs-node-native': ['models'],
  vega: ['reports'],
  // notebook: types of the specifications that show() takes
  'vega-lite': ['reports', 'notebook'],
  '@resvg/resvg-js': ['reports'],
  arquero: ['notebook'],
  'danfojs-node': ['notebook'],
  tslab: ['notebook'],
  commander: ['cli']
};

/** The edges that may touch the clock, files, environment, console, threads or randomness. */
const EDGES = [
  /^config\/load\.ts$/,
  /^sources\/duckdb\.ts$/,
  /^models\/backend\.ts$/,
  /^artifacts\/store\.ts$/,
  /^reports\/render\.ts$/,
  /^notebook\/run\.ts$/,
  /^pipeline\/effects\.ts$/,
  /^cli\//
];
const PURE_BUILTINS = ['node:crypto', 'node:path'];

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .map(path => path.replaceAll('\\', '/'))
  .filter(path => path.endsWith('.ts'));
const text = new Map(files.map(file => [file, readFileSync(join(SRC, file), 'utf8')]));

function specifiers(file: string): string[] {
  const source = text.get(file) as string;
  const found = [
    ...source.matchAll(/^(?:import|export)\b[^;]*?\bfrom '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm)
  ].map(match => (match[1] ?? match[2] ?? match[3]) as string);
  return [...new Set(found)];
}

function localImports(file: string): string[] {
  return specifiers(file)
    .filter(specifier => specifier.startsWith('.'))
    .map(specifier =>
      relative(SRC, normalize(join(SRC, dirname(file), specifier)))
        .replaceAll('\\', '/')
        .replace(/\.js$/, '.ts')
    );
}

function room(file: string): string {
  return file.split('/')[0] as string;
}

function level(file: string): number {
  return LAYERS.findIndex(rooms => rooms.includes(room(file)));
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

describe('the house', () => {
  it('has every file in a known room', () => {
    expect(files.filter(file => level(file) < 0)).toEqual([]);
    expect(files.length).toBeGreaterThan(50);
  });

  it('lets imports go down only, and never between peers', () => {
    const wrong = files.flatMap(file =>
      localImports(file)
        .filter(target => room(target) !== room(file) && level(target) >= level(file))
        .map(target => `${file} -> ${target}`)
    );
    expect(wrong).toEqual([]);
  });

  it('imports only files that exist', () => {
    expect(
      files.flatMap(file =>
        localImports(file)
          .filter(target => !text.has(target))
          .map(target => `${file} -> ${target}`)
      )
    ).toEqual([]);
  });

  it('has no cycle of modules', () => {
    const state = new Map<string, 'open' | 'done'>();
    const cycles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (state.get(file) === 'done') return;
      if (state.get(file) === 'open') {
        cycles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
        return;
      }
      state.set(file, 'open');
      for (const target of localImports(file)) if (text.has(target)) visit(target, [...path, file]);
      state.set(file, 'done');
    };
    for (const file of files) visit(file, []);
    expect(cycles).toEqual([]);
  });

  it('keeps packages in their rooms', () => {
    const builtin = (name: string) => name.startsWith('node:') || builtinModules.includes(name);
    const wrong = files.flatMap(file =>
      specifiers(file)
        .filter(specifier => !specifier.startsWith('.') && !builtin(specifier))
        .filter(specifier => !(PACKAGES[packageOf(specifier)] ?? []).includes(room(file)))
        .map(specifier => `${file}: ${specifier}`)
    );
    expect(wrong).toEqual([]);
  });

  it('touches the world only at the edges', () => {
    const wrong = files
      .filter(file => !EDGES.some(edge => edge.test(file)))
      .flatMap(file => {
        const code = (text.get(file) as string).replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
        const builtins = specifiers(file).filter(name => name.startsWith('node:') && !PURE_BUILTINS.includes(name));
        const effects =
          code.match(
            /\b(?:Math\.random|Date\.now|new Date\(\)|performance\.|process\.|console\.|setTimeout|fetch\()/g
          ) ?? [];
        return [...builtins, ...effects].map(what => `${file}: ${what}`);
      });
    expect(wrong).toEqual([]);
  });

  it('lets the artifact scorer reach nothing but itself', () => {
    const scorer = files.filter(file => file.startsWith('artifacts/scorer'));
    expect(scorer.length).toBeGreaterThan(0);
    const wrong = scorer.flatMap(file => {
      const source = text.get(file) as string;
      const runtime = [...source.matchAll(/^import (?!type)[^;]*from '([^']+)'/gm)].map(match => match[1] as string);
      return runtime.filter(name => !/^\.\/[\w-]+\.js$/.test(name)).map(name => `${file}: ${name}`);
    });
    expect(wrong).toEqual([]);
  });
});
