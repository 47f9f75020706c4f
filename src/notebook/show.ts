import type { TopLevelSpec } from 'vega-lite';
import { VitalsError } from '../errors.js';
import { renderSvg } from '../reports/render.js';

const VEGA_LITE_5_MIME = 'application/vnd.vegalite.v5+json';
const VEGA_LITE_5_SCHEMA = 'https://vega.github.io/schema/vega-lite/v5.json';
const MAX_ROWS = 20;

/** A table that can draw itself as HTML, as arquero's do. */
interface HtmlTable {
  toHTML(options: { limit: number }): string;
}

/**
 * Shows a Vega-Lite specification (as an interactive chart and as SVG, in one bundle) or a table in a tslab notebook.
 * @throws VitalsError outside a notebook, or when tslab is not installed.
 */
export async function show(value: TopLevelSpec | HtmlTable): Promise<void> {
  if ('toHTML' in value && typeof value.toHTML === 'function')
    return display({ 'text/html': value.toHTML({ limit: MAX_ROWS }) });
  const spec = value as TopLevelSpec;
  await display({
    // JupyterLab up to 4.6 knows no mime type of version 6; these specifications are valid in both.
    [VEGA_LITE_5_MIME]: { ...spec, $schema: VEGA_LITE_5_SCHEMA },
    'image/svg+xml': await renderSvg(spec)
  });
}

async function display(data: Record<string, unknown>): Promise<void> {
  const jupyter = await import('tslab/dist/jupyter.js').catch(cause => {
    throw new VitalsError('expected the package tslab, which is not installed here: npm install tslab@1.0.22', {
      cause
    });
  });
  const write = (jupyter as unknown as { default: { lastWriteDisplayData: DisplayWriter | null } }).default
    .lastWriteDisplayData;
  if (write === null) throw new VitalsError('expected show() to run in a tslab notebook; use renderSvg() elsewhere');
  write({ data, metadata: {}, transient: {} }, false);
}

/** What tslab calls to send a mime bundle to the notebook. */
export type DisplayWriter = (
  bundle: { data: Record<string, unknown>; metadata: object; transient: object },
  update: boolean
) => void;
