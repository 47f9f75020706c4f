import { createRequire } from 'node:module';
import { afterEach, describe, expect, it } from 'vitest';
import { VitalsError } from '../../src/errors.js';
import { toArquero } from '../../src/notebook/frames.js';
import { type DisplayWriter, show } from '../../src/notebook/show.js';

/** tslab's hook into the notebook: null outside of one. */
const jupyter = createRequire(import.meta.url)('tslab/dist/jupyter.js') as {
  lastWriteDisplayData: DisplayWriter | null;
};

const spec = {
  $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
  data: { values: [{ x: 1, y: 2 }] },
  mark: 'point',
  encoding: { x: { field: 'x', type: 'quantitative' }, y: { field: 'y', type: 'quantitative' } }
} as const;

/** Shows a value in a notebook that keeps what it is sent. */
async function shown(value: Parameters<typeof show>[0]): Promise<Record<string, unknown>> {
  const bundles: Record<string, unknown>[] = [];
  jupyter.lastWriteDisplayData = ({ data }, update) => {
    expect(update).toBe(false);
    bundles.push(data);
  };
  await show(value);
  expect(bundles).toHaveLength(1);
  return bundles[0] as Record<string, unknown>;
}

describe('show', () => {
  afterEach(() => {
    jupyter.lastWriteDisplayData = null;
  });

  it('outside a notebook is refused, and says what to use there', async () => {
    jupyter.lastWriteDisplayData = null;
    await expect(show(spec)).rejects.toThrow(VitalsError);
    await expect(show({ toHTML: () => '<table>' })).rejects.toThrow(
      'expected show() to run in a tslab notebook; use renderSvg() elsewhere'
    );
  });

  it('sends a chart as a specification and as SVG in one bundle', async () => {
    const data = await shown(spec);
    expect(Object.keys(data).sort()).toEqual(['application/vnd.vegalite.v5+json', 'image/svg+xml']);
    expect(data['application/vnd.vegalite.v5+json']).toEqual({
      ...spec,
      $schema: 'https://vega.github.io/schema/vega-lite/v5.json'
    });
    expect(data['image/svg+xml']).toMatch(/^<svg[\s\S]*<\/svg>\s*$/);
  });

  it('sends a table as HTML of at most 20 rows', async () => {
    const table = await toArquero({
      n: 30,
      names: ['row'],
      numbers: { row: Float64Array.from({ length: 30 }, (_, i) => 1000 + i) },
      texts: {}
    });
    const html = (await shown(table))['text/html'] as string;
    expect(html.match(/<tr/g)).toHaveLength(1 + 20);
    expect([html.includes('1019'), html.includes('1020')]).toEqual([true, false]);
  });
});
