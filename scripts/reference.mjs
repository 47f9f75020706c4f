// Writes docs/features.md, the reference of all features, from the catalogue. A test fails while the page is stale.
import { writeFileSync } from 'node:fs';
import { node } from './lib.mjs';

node('scripts/build.mjs');
const { referencePage } = await import('../dist/features/reference.js');
writeFileSync(new URL('../docs/features.md', import.meta.url), referencePage());
