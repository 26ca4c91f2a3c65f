import { afterEach, beforeEach, expect, it } from 'vitest';
import { signInByKey, type Visitor, visitor } from '../../support/browser.ts';
import { until } from '../../support/until.ts';
import { nowMs } from '../serve/support.ts';
import { type ServedConsole, serveConsole } from './console-support.ts';

let served: ServedConsole;
let home: string;
let asked: string[];
let analyst: Visitor;

beforeEach(async () => {
  asked = [];
  served = await serveConsole();
  served.world.pulse = { ...served.world.pulse, steps: [{ atMs: nowMs, events: 7, alerts: 1 }] };
  served.app.server.prependListener('request', ({ url }) => asked.push(url ?? ''));
  home = await served.listen();
  analyst = await visitor();
  await signInByKey(analyst, home, served.as('analyst').authorization.slice('Bearer '.length));
  await analyst.page.getByText('Live, as of').waitFor();
});

afterEach(async () => {
  await analyst.context.close();
  await served.app.close();
});

const open = (count: number) => {
  served.world.pulse = {
    ...served.world.pulse,
    incidents: [{ severity: 'critical', handling: 'open', count }],
  };
};
const tell = (id = 'inc_1') => served.news.tell([{ topic: 'incidents', tenant: 'acme', id }]);
const heading = (name: string) => analyst.page.getByRole('heading', { level: 1, name });
const pagesAsked = () => asked.filter((url) => url === '/').length;

it('shows news by itself, and keeps what the person did to the page', async () => {
  const { page } = analyst;
  await page.getByText('As a table').click();
  const link = page.getByRole('link', { name: 'Newest incidents' });
  await link.focus();
  await page.evaluate(() => Object.assign(globalThis, { sameDocument: true }));
  open(2);
  tell();
  await heading('2 critical incidents that nobody has in hand').waitFor();
  expect(await page.evaluate(() => 'sameDocument' in globalThis)).toBe(true);
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Newest incidents');
  expect(await page.locator('details').getAttribute('open')).not.toBeNull();
  expect(await page.locator('.drawing canvas').count()).toBe(1);
  await page.getByRole('status').getByText('was updated').waitFor({ state: 'attached' });
  expect(analyst.complaints).toEqual([]);
});

it('takes nothing away from somebody who writes: it offers', async () => {
  const { page } = analyst;
  await page.evaluate(`
    const field = document.createElement('input');
    field.id = 'note';
    document.querySelector('main').append(field);`);
  await page.locator('#note').fill('half a sentence');
  open(3);
  tell();
  const show = page.getByRole('button', { name: 'news: show' });
  await show.waitFor();
  expect(await page.locator('#note').inputValue()).toBe('half a sentence');
  await show.click();
  await heading('3 critical incidents that nobody has in hand').waitFor();
  await show.waitFor({ state: 'hidden' });
});

it('asks for the page once in a while, however many news there are', async () => {
  const before = pagesAsked();
  open(1);
  for (let count = 0; count < 500; count += 1) tell(`inc_${count}`);
  open(4);
  tell('last');
  await heading('4 critical incidents that nobody has in hand').waitFor();
  expect(pagesAsked() - before).toBeLessThanOrEqual(2);
});

it('shows after a while that chains grew, and disturbs nobody for it', async () => {
  const { page } = analyst;
  await page.clock.install();
  await page.reload();
  await page.getByText('Live, as of').waitFor();
  served.world.pulse = { ...served.world.pulse, openChains: 1_234 };
  const before = pagesAsked();
  served.news.tell([{ topic: 'chains', tenant: 'acme' }]);
  await until('the numbers are new', async () => {
    await page.clock.runFor(2_000);
    return (await page.getByText('1,234').count()) === 1;
  });
  expect(pagesAsked() - before).toBe(1);
  expect(await page.getByText('was updated').count()).toBe(0);
});

it('says since when it is stale, and recovers', async () => {
  const { page } = analyst;
  await page.clock.install();
  await page.reload();
  await page.getByText('Live, as of').waitFor();
  await analyst.context.route('**/live', (route) => route.abort());
  // The stream ends and does not come back.
  served.sessions.isOpen = () => false;
  tell();
  await until('the browser came back in vain', async () => {
    await page.clock.runFor(5_000);
    return (await page.getByText('Stale since').count()) === 1;
  });
  served.sessions.isOpen = () => true;
  await analyst.context.unroute('**/live');
  open(5);
  await until('it is live again', async () => {
    await page.clock.runFor(5_000);
    return (await heading('5 critical incidents that nobody has in hand').count()) === 1;
  });
  expect(await page.getByText('Stale since').count()).toBe(0);
});

it('asks to sign in again once the session is over', async () => {
  const secret = (await analyst.context.cookies()).find(({ name }) => name === 'chainwarden')?.value ?? '';
  served.sessions.close(secret);
  tell();
  await analyst.page.waitForURL('**/login?next=%2F');
});
