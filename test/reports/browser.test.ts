import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ReportModel } from '../../src/reports/model.js';
import { renderReport } from '../../src/reports/page.js';
import { reportModel } from './fixture.js';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
if (CHROMIUM === undefined) console.info('chromium is not installed: the report is not opened in a browser.');

const requests: string[] = [];
const server = createServer((request, response) => {
  requests.push(request.url ?? '');
  response.end();
});
const directory = mkdtempSync(join(tmpdir(), 'vitals-browser-'));
let origin = '';

beforeAll(async () => {
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.close();
  rmSync(directory, { recursive: true, force: true });
});

async function open(name: string, html: string): Promise<string> {
  const file = join(directory, name);
  writeFileSync(file, html);
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'];
  const quiet = [
    '--disable-background-networking',
    '--disable-component-update',
    `--user-data-dir=${directory}/profile-${name}`
  ];
  const { stdout } = await promisify(execFile)(
    CHROMIUM as string,
    [...flags, ...quiet, '--dump-dom', `file://${file}`],
    {
      maxBuffer: 2 ** 26,
      timeout: 60_000
    }
  );
  return stdout;
}

function payloads(): string[] {
  return [
    `<img src="${origin}/img" onerror="document.title='executed'">`,
    `</style><script>document.title='executed';fetch('${origin}/script')</script>`,
    `"><svg onload="document.title='executed'"><image href="${origin}/svg"/></svg>`,
    `<link rel=stylesheet href="${origin}/css"><iframe src="${origin}/frame"></iframe>`
  ];
}

function poisoned(model: ReportModel): ReportModel {
  const [name, about, label, reason] = payloads() as [string, string, string, string];
  const health = model.health as NonNullable<ReportModel['health']>;
  return {
    ...model,
    name,
    notes: [about, reason],
    health: {
      ...health,
      profile: label,
      categories: health.categories.map(category => ({ ...category, meaning: name }))
    },
    quality: { ...model.quality, reasons: [{ table: 'events', reason, rows: 1 }] }
  };
}

it.skipIf(CHROMIUM === undefined)(
  'runs no script and asks nobody for anything in a real browser (promise 56)',
  async () => {
    const control = await open(
      'control.html',
      `<title>plain</title><img src="${origin}/control"><script>document.title = 'executed'</script>`
    );
    expect(control).toContain('<title>executed</title>');
    expect(requests).toEqual(['/control']);
    const { html } = await renderReport(poisoned(reportModel()));
    const dom = await open('report.html', html);
    expect(dom).not.toContain('<title>executed</title>');
    expect(dom).toContain('Models side by side');
    expect(requests).toEqual(['/control']);
  }
);
