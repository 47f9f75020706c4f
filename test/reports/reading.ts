/** Reads a rendered page back, independently of the code that wrote it. */

const TAGS = new Set(
  'html head meta title style body header main section nav footer h1 h2 h3 p ul ol li a dl div dt dd small strong span data table caption thead tbody tr th td figure svg g path text tspan rect line defs clipPath'.split(
    ' '
  )
);
const ATTRIBUTES = new Set(
  'lang charset http-equiv content name class id href role aria-label aria-hidden aria-roledescription scope value style xmlns xmlns:xlink version width height viewBox transform d fill stroke stroke-width stroke-dasharray stroke-linecap stroke-miterlimit stroke-linejoin stroke-opacity fill-opacity opacity font-family font-size font-weight font-style text-anchor x y x1 x2 y1 y2 dy dx clip-path pointer-events display cursor'.split(
    ' '
  )
);
const TAG = /<(\/?)([A-Za-z][\w-]*)((?:\s+[\w:-]+="[^"<>]*")*)\s*(\/?)>/y;

/** What is not plain, inert markup: a stray bracket, a tag or attribute outside the lists, a target outside the page. */
export function markupFaults(page: string): string[] {
  const source = page.replace('<!doctype html>', '').replace(/<style>[^<]*<\/style>/, '');
  const faults = new Set<string>();
  for (let at = source.indexOf('<'); at >= 0; at = source.indexOf('<', at + 1)) {
    TAG.lastIndex = at;
    const match = TAG.exec(source);
    if (match === null) faults.add(`stray ${source.slice(at, at + 60)}`);
    else for (const fault of tagFaults(match[2] ?? '', match[3] ?? '')) faults.add(fault);
  }
  return [...faults];
}

function tagFaults(tag: string, attributes: string): string[] {
  const faults = TAGS.has(tag) ? [] : [`tag ${tag}`];
  for (const [, name = '', value = ''] of attributes.matchAll(/([\w:-]+)="([^"]*)"/g)) {
    if (!ATTRIBUTES.has(name)) faults.push(`attribute ${name} of ${tag}`);
    if (name === 'href' && !/^#\w+$/.test(value)) faults.push(`href ${value}`);
    if (name === 'style' && !/^background:(#[0-9a-fA-F]{3,6}|[a-zA-Z]+)$/.test(value)) faults.push(`style ${value}`);
    if (/url\(/.test(value) && !/^url\(#[\w-]+\)$/.test(value)) faults.push(`reference ${value}`);
  }
  return faults;
}

/** The words of a page without markup, styles and pictures. */
export function textOf(page: string): string {
  return page
    .replace(/<style>[^<]*<\/style>/g, '')
    .replace(/<svg[\s\S]*?<\/svg>/g, '')
    .replace(/<\/(td|th|dt|dd|li|p|h\d|caption|title)>|<small>/g, ' ')
    .replace(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}

/** Printed numbers that are not a rounded number of the model, and digits that come from nowhere. */
export function numberFaults(page: string, model: object): string[] {
  const { numbers, words } = leaves(model);
  const faults: string[] = [];
  for (const [, value = '', text = ''] of page.matchAll(/<data value="([^"]*)">([^<]*)<\/data>/g)) {
    if (!numbers.has(value)) faults.push(`${value} is no number of the model`);
    else if (!isRounded(text.replace('&lt;', '<').replace('&gt;', '>'), Number(value)))
      faults.push(`${text} is not ${value} rounded`);
  }
  const rest = textOf(page.replace(/<data [^>]*>[^<]*<\/data>/g, ''));
  for (const [token] of rest.matchAll(/[\w.-]*\d[\w.-]*/g)) {
    if (token !== '95' && !words.includes(token.replace(/\.$/, ''))) faults.push(`${token} comes from nowhere`);
  }
  return faults;
}

function leaves(model: object): { numbers: Set<string>; words: string } {
  const numbers = new Set<string>();
  const texts: string[] = [];
  JSON.stringify(model, (key, value: unknown) => {
    if (typeof value === 'number') numbers.add(String(value));
    if (typeof value === 'string') texts.push(value);
    texts.push(key);
    return value;
  });
  return { numbers, words: texts.join('\n') };
}

const SCALE: Readonly<Record<string, number>> = { '': 1, '%': 0.01, K: 1e3, M: 1e6, B: 1e9 };

function isRounded(text: string, value: number): boolean {
  const score = /^(\d+) of 100$/.exec(text);
  if (score !== null) return Number(score[1]) === 1 + Math.floor(99 * value + 0.5);
  const points = /^([\d.]+) percentage points?$/.exec(text);
  if (points !== null) return Math.abs(Number(points[1]) / 100 - value) < 0.005 * Math.abs(value);
  const match = /^([<>]?)(-?)\D*?([\d,]+)(?:\.(\d+))?([%KMB]?)$/.exec(text);
  if (match === null) return false;
  const [, bound, sign, whole = '', fraction = '', unit = ''] = match;
  const scale = SCALE[unit] ?? Number.NaN;
  const printed = Number(`${whole.replaceAll(',', '')}.${fraction}0`) * scale * (sign === '-' ? -1 : 1);
  if (bound === '<') return value < printed;
  if (bound === '>') return value > printed;
  return Math.abs(printed - value) <= 0.5 * 10 ** -fraction.length * scale * (1 + 1e-9);
}
