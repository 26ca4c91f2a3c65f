import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Api, apiOf } from '../support/api.ts';
import { signInByKey, signInByLink, type Visitor, violationsOn, visitor } from '../support/browser.ts';
import { consolePaths } from '../support/console-pages.ts';
import { type RunningService, startService, temporaryFolder } from '../support/service.ts';
import { until } from '../support/until.ts';

const wanted = 'Refund agent gained crm:write beyond what its parent token held';

/** Could end any token, and is sent nothing: responses are in dry run until somebody turns them on. */
const revoker = {
  ...{ name: 'revoker', kind: 'webhook', url: 'http://127.0.0.1:9/', allowPrivate: true },
  ...{ secrets: [{ env: 'REVOKER_SECRET' }], confirms: 'none' },
};

let service: RunningService;
let api: Api;
let person: Visitor;

/** What the demo leaves once everything has arrived. */
async function isFound(): Promise<boolean> {
  const { items } = await api.ask<{ items: { title: string; writesSince: number }[] }>('/v1/incidents');
  return items.some(({ title, writesSince }) => title === wanted && writesSince > 0);
}

beforeAll(async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'config.json');
  writeFileSync(file, JSON.stringify({ outbound: { connectors: [revoker] } }));
  const env = { REVOKER_SECRET: `whsec_${Buffer.alloc(32, 1).toString('base64')}` };
  service = await startService(join(folder, 'data'), { args: ['--demo', '--config', file], env });
  api = apiOf(service.address, service.adminKey ?? '');
  person = await visitor();
  await signInByLink(person, service.stderr());
});

describe('signing in', () => {
  it('takes the link of the terminal once, and the key at any time', async () => {
    const other = await visitor();
    await other.page.goto(/http:\S+invitation=\S+/.exec(service.stderr())?.[0] ?? '');
    await other.page.getByRole('button', { name: 'Sign in' }).click();
    await other.page.getByRole('alert').waitFor();
    await signInByKey(other, service.address, service.adminKey ?? '');
    await other.page.getByRole('button', { name: 'Sign out' }).click();
    await other.page.goto(`${service.address}/incidents`);
    expect(new URL(other.page.url()).pathname).toBe('/login');
    await other.context.close();
  });
});

describe('an analyst', () => {
  it('hears of the incident without asking, and by mouse finds where it broke, plans its end in dry run and closes it', async () => {
    const { page } = person;
    await page.goto(`${service.address}/`);
    // Played while the page is open: nothing is loaded again by hand.
    await page.getByRole('link', { name: wanted }).first().click({ timeout: 60_000 });
    await page.getByRole('heading', { level: 1, name: wanted }).waitFor();
    await until('what it caused has arrived', isFound);

    await page.getByRole('link', { name: 'The whole chain, drawn' }).click();
    const graph = page.locator('svg.graph');
    await graph.waitFor();
    expect(await graph.textContent()).toMatch(/added \+ crm:write.*broke here: HIGH/s);
    await page.goBack();

    await page.getByLabel('Why end it').fill('it writes what it may not');
    await page.getByRole('button', { name: 'Show what would end' }).click();
    await page.getByRole('heading', { name: 'What would end, as of now' }).waitFor();
    await page.locator('.preview').getByRole('button').first().click();
    await page.getByRole('status').first().waitFor();
    const { items } = await api.ask<{ items: { requestedBy: string; mode: string }[] }>('/v1/responses');
    expect(items.some(({ requestedBy, mode }) => requestedBy === 'first admin' && mode === 'dry_run')).toBe(
      true,
    );

    await page.getByLabel('Close because').selectOption({ index: 1 });
    await page.getByRole('button', { name: 'Close', exact: true }).click();
    await page.getByRole('button', { name: 'Open again' }).waitFor();
    expect((await api.alerts()).find(({ title }) => title === wanted)?.state).toBe('closed');
    await page.getByRole('button', { name: 'Open again' }).click();
    await page.getByRole('button', { name: 'Acknowledge' }).waitFor();
  });

  it('does the same by keys alone', async () => {
    const { page } = person;
    await page.goto(`${service.address}/`);
    await page.keyboard.press('g');
    await page.keyboard.press('i');
    await page.waitForURL('**/incidents*');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: wanted }).waitFor();
    await page.getByLabel('Why end it').focus();
    await page.keyboard.type('seen at night');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'What would end, as of now' }).waitFor();
    await page.goto(`${service.address}/incidents`);
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    await page.keyboard.press('c');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.type('contained');
    await page.keyboard.press('Enter');
    await until('the alert is closed', async () =>
      (await api.alerts()).some(({ title, state }) => title === wanted && state === 'closed'),
    );
  });
});

it('shows every page so that axe finds nothing in light and dark, and that it fits a phone', async () => {
  await until('the demo is found', isFound);
  const { page, context, complaints } = await visitor();
  await signInByKey({ page, context, complaints }, service.address, service.adminKey ?? '');
  const found: Record<string, unknown> = {};
  for (const [name, path] of Object.entries(await consolePaths(api))) {
    await page.goto(service.address + path);
    const light = await violationsOn(page);
    await page.emulateMedia({ colorScheme: 'dark' });
    const dark = await violationsOn(page);
    await page.setViewportSize({ width: 360, height: 780 });
    // Only tables and drawings scroll sideways, within themselves.
    const overhang = await page.evaluate(
      'document.scrollingElement.scrollWidth - document.documentElement.clientWidth',
    );
    if (light.length > 0 || dark.length > 0 || Number(overhang) > 0) found[name] = { light, dark, overhang };
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: 1280, height: 900 });
  }
  expect(found).toEqual({});
  expect(complaints).toEqual([]);
  await context.close();
});
