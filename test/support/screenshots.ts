// Takes pictures of every page of the console after the demo, in a real browser: those that the README shows.
// Usage: npm run screenshots [-- --into FOLDER] [-- --theme light|dark] [-- --width N] [-- --only NAME] [-- --whole]
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { apiOf } from './api.ts';
import { consolePaths } from './console-pages.ts';
import { until } from './until.ts';

const { values } = parseArgs({
  options: {
    into: {
      type: 'string',
      default: fileURLToPath(new URL('../../dashboards/console/screenshots', import.meta.url)),
    },
    theme: { type: 'string', default: 'light' },
    width: { type: 'string', default: '1100' },
    only: { type: 'string' },
    /** The page to its end, as PNG: to be looked at, not kept. */
    whole: { type: 'boolean', default: false },
  },
});
const data = mkdtempSync(join(tmpdir(), 'chainwarden-pictures-'));
const program = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
const service = spawn(process.execPath, [program, 'start', '--demo'], {
  env: { ...process.env, CHAINWARDEN_DATA: data, CHAINWARDEN_PORT: '0', CHAINWARDEN_LOG_LEVEL: 'error' },
  stdio: ['ignore', 'ignore', 'pipe'],
});
let said = '';
service.stderr.setEncoding('utf8').on('data', (text: string) => {
  said += text;
});
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});

try {
  await until('the service greets', () => said.includes('/v1/alerts'), 60_000);
  const address = / listens on (\S+)/.exec(said)?.[1] ?? '';
  const api = apiOf(address, /shown this once: (\S+)/.exec(said)?.[1] ?? '');
  await until(
    'the incident is there',
    async () => {
      const { items } = await api.ask<{ items: { writesSince: number }[] }>('/v1/incidents?minSeverity=high');
      return (items[0]?.writesSince ?? 0) > 0;
    },
    60_000,
  );
  const width = Number(values.width);
  const page = await browser.newPage({
    viewport: { width, height: width < 600 ? 780 : 760 },
    colorScheme: values.theme === 'dark' ? 'dark' : 'light',
  });
  await page.goto(/http:\S+invitation=\S+/.exec(said)?.[0] ?? address);
  await page.getByRole('button', { name: 'Sign in' }).click();
  mkdirSync(values.into, { recursive: true });
  for (const [name, path] of Object.entries(await consolePaths(api))) {
    if (values.only !== undefined && values.only !== name) continue;
    await page.goto(address + path);
    const file = join(values.into, name);
    if (values.whole) await page.screenshot({ path: `${file}.png`, fullPage: true });
    else await page.screenshot({ path: `${file}.jpg`, type: 'jpeg', quality: 60 });
  }
} finally {
  await browser.close();
  service.kill('SIGKILL');
  rmSync(data, { recursive: true, force: true, maxRetries: 5 });
}
