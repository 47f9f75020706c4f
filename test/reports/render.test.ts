import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { charts } from '../../src/reports/charts/index.js';
import { type ReportPages, renderPng, renderSvg, writeReport } from '../../src/reports/render.js';
import { textWidth } from '../../src/reports/text-width.js';
import { evaluation, reportModel } from './fixture.js';

describe('drawing', () => {
  it('gives the same bytes for the same specification, whatever was drawn before', async () => {
    const first = await renderSvg(charts.reliability(evaluation()));
    await renderSvg(charts.drivers(reportModel().drivers!));
    expect(await renderSvg(charts.reliability(evaluation()))).toBe(first);
    expect(Buffer.from(await renderPng(first))).toEqual(Buffer.from(await renderPng(first)));
  });

  it('gives a PNG at twice the size of the SVG', async () => {
    const svg = await renderSvg(charts.drivers(reportModel().drivers!));
    const png = Buffer.from(await renderPng(svg));
    const [, width, height] = /<svg[^>]* width="([\d.]+)" height="([\d.]+)"/.exec(svg) ?? [];
    expect(png.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([
      Math.ceil(2 * Number(width)),
      Math.ceil(2 * Number(height))
    ]);
    expect(png.length).toBeGreaterThan(20_000);
  });

  it('draws letters with the fonts of the product', async () => {
    const svg = (text: string) =>
      `<svg xmlns="http://www.w3.org/2000/svg" width="200" height="40"><text x="5" y="25" font-family="Helvetica Neue, Arial, DejaVu Sans">${text}</text></svg>`;
    const empty = await renderPng(svg(''));
    expect((await renderPng(svg('Churn 0.79'))).length).toBeGreaterThan(empty.length + 500);
  });

  it('refuses a specification that asks for a file or an address; promise 56', async () => {
    const values = { mark: 'point', encoding: { x: { field: 'a', type: 'quantitative' } } } as const;
    for (const url of ['https://example.org/data.json', 'file:///etc/hostname', 'data.csv']) {
      await expect(renderSvg({ ...values, data: { url } })).rejects.toThrow(
        'expected a chart that draws without warnings'
      );
    }
  });

  it.each(['href', 'url'] as const)('refuses a specification whose marks carry a %s; promise 56', async channel => {
    const values = [{ a: 1, target: 'https://example.org/x.png' }];
    const encoding = {
      x: { field: 'a', type: 'quantitative' },
      [channel]: { field: 'target', type: 'nominal' }
    } as const;
    const spec = { data: { values }, mark: channel === 'url' ? 'image' : 'point', encoding } as const;
    await expect(renderSvg(spec)).rejects.toThrow('a request for https://example.org/x.png');
  });

  it('measures text from a table', () => {
    expect(textWidth('AUC', 100)).toBe(68 + 73 + 70);
    expect(textWidth('日', 10)).toBe(10);
    expect(textWidth(null, 10)).toBe(0);
  });
});

describe('writing', () => {
  let home = '';
  const pages = (html: string): ReportPages => ({
    html,
    markdown: 'm',
    json: '{}',
    pictures: [{ name: 'p', svg: '<svg/>', png: new Uint8Array([1, 2]) }]
  });
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'report-'));
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  it('replaces a report as a whole and leaves nothing beside it', async () => {
    const directory = join(home, 'run');
    await writeReport(directory, pages('one'));
    await writeFile(join(directory, 'stale.txt'), 'old');
    const paths = await writeReport(directory, pages('two'));
    expect(await readFile(paths.html, 'utf8')).toBe('two');
    expect((await readdir(directory, { recursive: true })).sort()).toEqual([
      'index.html',
      'index.json',
      'index.md',
      'pictures',
      'pictures/p.png',
      'pictures/p.svg'
    ]);
    expect(await readdir(home)).toEqual(['run']);
  });

  it('puts right what a killed process left: the old report beside its place, a half-built one', async () => {
    const directory = join(home, 'run');
    await writeReport(directory, pages('one'));
    await rename(directory, `${directory}.old`);
    await writeReport(`${directory}.building`, pages('half'));
    const paths = await writeReport(directory, pages('two'));
    expect(await readFile(paths.html, 'utf8')).toBe('two');
    expect(await readdir(home)).toEqual(['run']);
  });

  it('keeps the old report when the new one cannot be written', async () => {
    const directory = join(home, 'run');
    await writeReport(directory, pages('one'));
    const broken = { ...pages('two'), pictures: [{ name: 'no/such/folder', svg: '', png: new Uint8Array() }] };
    await expect(writeReport(directory, broken)).rejects.toThrow('ENOENT');
    expect(await readFile(join(directory, 'index.html'), 'utf8')).toBe('one');
  });
});
