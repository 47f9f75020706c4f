import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Document, isMap, isScalar, parseDocument } from 'yaml';
import { newDirectory, ROOT } from '../pipeline/workspaces.js';

/** Where the public data of the examples lie, when they lie beside this checkout. */
export const DATA = resolve(ROOT, '..', 'shared', 'datasets');

/** Whether the data of an example are here. */
export function hasData(folder: string): boolean {
  return existsSync(join(DATA, folder));
}

/** An example's configuration in a workspace of its own, its files named by absolute paths. */
export function copyExample(name: string, neural: unknown): string {
  const example = join(ROOT, 'examples', name);
  const workspace = newDirectory();
  const document = parseDocument(readFileSync(join(example, 'vitals.yaml'), 'utf8'));
  for (const path of fileKeys(document)) document.setIn(path, resolve(example, document.getIn(path) as string));
  if (neural !== undefined) document.setIn(['models', 'neural'], document.createNode(neural));
  writeFileSync(join(workspace, 'vitals.yaml'), document.toString());
  const profiles = join(example, 'models', 'manual');
  mkdirSync(join(workspace, 'models'));
  if (existsSync(profiles)) cpSync(profiles, join(workspace, 'models', 'manual'), { recursive: true });
  return workspace;
}

/** Paths of the keys `files` of every source, or of the ready table. */
function fileKeys(document: Document): string[][] {
  const sources = document.get('sources');
  if (!isMap(sources)) return [['snapshots', 'files']];
  const names = sources.items.map(({ key }) => (isScalar(key) ? String(key.value) : String(key)));
  return names.map(table => ['sources', table, 'files']);
}
