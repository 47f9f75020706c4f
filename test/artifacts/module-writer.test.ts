import { readdirSync, readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { joinScorer, renderModule, SCORER_FILES } from '../../src/artifacts/module-writer.js';
import { scoreRow } from '../../src/artifacts/scorer.js';
import { ArtifactError } from '../../src/errors.js';
import {
  artifactOf,
  categoryInput,
  logisticArtifact,
  manualArtifact,
  neuralArtifact,
  scorerSource,
  withGolden
} from './helpers.js';

const folder = new URL('../../src/artifacts/scorer/', import.meta.url);

describe('scorer files', () => {
  it('are listed completely, each after those that it imports, and import nothing else', () => {
    const seen = new Set<string>();
    for (const name of SCORER_FILES) {
      const text = readFileSync(new URL(name.replace('.js', '.ts'), folder), 'utf8');
      const imports = Array.from(
        text.matchAll(/^import (?!type )[\s\S]*? from '([^']*)'/gm),
        match => match[1] as string
      );
      for (const path of imports) expect(seen, `${name} imports ${path}`).toContain(path);
      seen.add(`./${name}`);
    }
    const onlyTypes = ['explained.ts'];
    expect(
      readdirSync(folder)
        .filter(name => !onlyTypes.includes(name))
        .sort()
    ).toEqual(SCORER_FILES.map(name => name.replace('.js', '.ts')).sort());
  });

  it('have distinct names at their top level, since they share one scope in a module', () => {
    const names = Array.from(
      scorerSource().matchAll(/^(?:function|const|let|class) (\w+)/gm),
      match => match[1] as string
    );
    expect(names.length).toBeGreaterThan(30);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });

  it('joinScorer refuses a file that imports a package', () => {
    expect(() => joinScorer(["import { x } from 'package';\nexport const y = x;\n"])).toThrow(ArtifactError);
  });
});

describe('renderModule', () => {
  it('scores like the JSON scorer in a realm without Node or network', () => {
    for (const artifact of [logisticArtifact(), manualArtifact(), neuralArtifact()].map(withGolden)) {
      const script = renderModule(artifact, scorerSource()).replaceAll(/^export const/gm, 'const');
      const rows = JSON.stringify(artifact.golden.map(golden => golden.row));
      const got = runInNewContext(`"use strict"; ${script}\nJSON.stringify(${rows}.map(row => score(row)))`, {});
      expect(JSON.parse(got)).toEqual(
        JSON.parse(JSON.stringify(artifact.golden.map(golden => scoreRow(artifact, golden.row))))
      );
    }
  });

  it('accepts rows of another realm', () => {
    const row = runInNewContext("({ silence: 3, seats: 10, contract: 'year' })");
    expect(scoreRow(logisticArtifact(), row).ok).toBe(true);
  });

  it('has no import, eval or Node name, and equal artifacts give equal text', () => {
    const text = renderModule(logisticArtifact(), scorerSource());
    expect(text).not.toMatch(/^import|\beval\b|new Function|\bprocess\b|\brequire\b|\bBuffer\b|\bfetch\b/m);
    expect(renderModule(logisticArtifact(), scorerSource())).toBe(text);
  });

  it('text of an artifact stays text', () => {
    const level = `</script>\u2028\u2029\`\${globalThis.hacked = 1}\`"\\\n*/`;
    const artifact = artifactOf({ inputs: [categoryInput('c', [level])], model: { kind: 'constant', intercept: 0 } });
    const text = renderModule({ ...artifact, name: 'x\nglobalThis.hacked = 1;//' }, scorerSource());
    expect(text).not.toContain('</script>');
    const read = runInNewContext(
      `${text.replaceAll(/^export const/gm, 'const')}\nJSON.stringify([artifact.inputs[0].levels[0], typeof hacked])`,
      {}
    );
    expect(JSON.parse(read)).toEqual([level, 'undefined']);
  });
});
