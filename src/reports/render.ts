import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { TopLevelSpec } from 'vega-lite';
import { VitalsError } from '../errors.js';
import { textWidth } from './text-width.js';

/** A report as it is written: one page in three formats, and its pictures. */
export interface ReportPages {
  readonly html: string;
  readonly markdown: string;
  readonly json: string;
  readonly pictures: readonly { readonly name: string; readonly svg: string; readonly png: Uint8Array }[];
}

/** Where the files of a report lie. */
export interface ReportPaths {
  readonly html: string;
  readonly markdown: string;
  readonly json: string;
  readonly pictures: string;
}

const FONTS = ['ttf/DejaVuSans.ttf', 'ttf/DejaVuSans-Bold.ttf'];

/**
 * Draws a Vega-Lite specification as SVG text. Same specification, same bytes: text is measured from a table, never by the
 * machine's fonts, and ids start anew. Data must be inline. Throws a VitalsError for a specification that asks for a file or an
 * address, or that Vega-Lite or Vega warns about.
 */
export async function renderSvg(spec: TopLevelSpec): Promise<string> {
  const [vega, { compile }] = await Promise.all([import('vega'), import('vega-lite')]);
  const complaints: string[] = [];
  const logger = collector(complaints);
  measureByTable(vega);
  const compiled = compile(spec, { logger });
  const view = new vega.View(vega.parse(compiled.spec), {
    renderer: 'none',
    loader: refuseEverything(complaints),
    logger
  });
  try {
    vega.resetSVGDefIds();
    const svg = await view.toSVG();
    if (complaints.length > 0)
      throw new VitalsError(`expected a chart that draws without warnings, got: ${complaints.join('; ')}`);
    return svg;
  } finally {
    view.finalize();
  }
}

/** Turns SVG text into a PNG at twice its size, with the DejaVu fonts of the product and no others. */
export async function renderPng(svg: string): Promise<Uint8Array> {
  const { Resvg } = await import('@resvg/resvg-js');
  const require = createRequire(import.meta.url);
  const fontFiles = FONTS.map(file => require.resolve(`dejavu-fonts-ttf/${file}`));
  const font = { loadSystemFonts: false, fontFiles, defaultFontFamily: 'DejaVu Sans', sansSerifFamily: 'DejaVu Sans' };
  return new Uint8Array(new Resvg(svg, { font, fitTo: { mode: 'zoom', value: 2 } }).render().asPng());
}

/**
 * Writes a report as `index.html`, `index.md`, `index.json` and `pictures/`. It is built beside `directory` and renamed into its
 * place; a process killed in between leaves the old report whole, at worst beside its place, and the next call puts that right.
 */
export async function writeReport(directory: string, pages: ReportPages): Promise<ReportPaths> {
  const [fresh, old] = [`${directory}.building`, `${directory}.old`];
  if (!(await exists(directory)) && (await exists(old))) await rename(old, directory);
  await Promise.all([fresh, old].map(path => rm(path, { recursive: true, force: true })));
  await mkdir(join(fresh, 'pictures'), { recursive: true });
  const files: [string, string | Uint8Array][] = [
    ['index.html', pages.html],
    ['index.md', pages.markdown],
    ['index.json', pages.json],
    ...pages.pictures.flatMap(({ name, svg, png }): [string, string | Uint8Array][] => [
      [join('pictures', `${name}.svg`), svg],
      [join('pictures', `${name}.png`), png]
    ])
  ];
  for (const [name, content] of files) await writeFile(join(fresh, name), content, { flush: true });
  if (await exists(directory)) await rename(directory, old);
  await rename(fresh, directory);
  await rm(old, { recursive: true, force: true });
  return {
    html: join(directory, 'index.html'),
    markdown: join(directory, 'index.md'),
    json: join(directory, 'index.json'),
    pictures: join(directory, 'pictures')
  };
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT') return false;
      throw cause;
    }
  );
}

/** Vega measures text with whatever canvas it finds; the table gives every machine the same layout. */
function measureByTable(vega: object): void {
  const { textMetrics } = vega as { textMetrics: { width: (item: { fontSize?: number }, text: unknown) => number } };
  textMetrics.width = (item, text) => textWidth(text, item.fontSize ?? 11);
}

/** Loads nothing, and says so: Vega would carry on without the data or the link. */
function refuseEverything(complaints: string[]) {
  const refuse = async (uri: string) => {
    complaints.push(`a request for ${uri.slice(0, 80)}, where only values inside the specification are accepted`);
    return { href: '#' };
  };
  const nothing = async (uri: string) => {
    await refuse(uri);
    return '[]';
  };
  return { options: {}, load: nothing, sanitize: refuse, http: nothing, file: nothing };
}

function collector(complaints: string[]) {
  const add = (...messages: readonly unknown[]) => {
    complaints.push(messages.map(String).join(' '));
    return logger;
  };
  const ignore = () => logger;
  const logger: Collector = { level: levelOf, error: add, warn: add, info: ignore, debug: ignore };
  function levelOf(): number;
  function levelOf(level: number): Collector;
  function levelOf(level?: number): number | Collector {
    return level === undefined ? 2 : logger;
  }
  return logger;
}

interface Collector {
  level(): number;
  level(level: number): Collector;
  error(...messages: readonly unknown[]): Collector;
  warn(...messages: readonly unknown[]): Collector;
  info(...messages: readonly unknown[]): Collector;
  debug(...messages: readonly unknown[]): Collector;
}
