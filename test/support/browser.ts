import { existsSync } from 'node:fs';
import axe from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll } from 'vitest';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

let started: Promise<Browser> | undefined;

afterAll(async () => {
  const running = started;
  started = undefined;
  await (await running)?.close();
});

/** One real Chromium for a test file: the one of the system, or that which CHROMIUM_PATH names. */
function browser(): Promise<Browser> {
  const executablePath = process.env['CHROMIUM_PATH'] ?? places.find((path) => existsSync(path));
  if (executablePath === undefined)
    throw new Error('these tests need Chromium: install it, or name it in CHROMIUM_PATH');
  // Containers that run as root have no sandbox to offer.
  started ??= chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
  return started;
}

export interface Visitor {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Everything that the browser complained about: scripts refused by policy, errors, failed requests. */
  readonly complaints: string[];
}

export interface VisitorOptions {
  readonly theme?: 'light' | 'dark';
  readonly width?: number;
}

/** A browser profile of its own, with nobody signed in. */
export async function visitor({ theme = 'light', width = 1280 }: VisitorOptions = {}): Promise<Visitor> {
  const context = await (await browser()).newContext({
    colorScheme: theme,
    viewport: { width, height: width < 600 ? 780 : 900 },
    reducedMotion: 'reduce',
    timezoneId: 'UTC',
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('dialog', async (dialog) => {
    complaints.push(`a dialog opened: ${dialog.message()}`);
    await dialog.dismiss();
  });
  return { context, page, complaints };
}

/** By the link that the start printed, with one click. */
export async function signInByLink({ page }: Visitor, stderr: string): Promise<void> {
  const link = /http:\S+invitation=\S+/.exec(stderr)?.[0];
  if (link === undefined) throw new Error('the start printed no link');
  await page.goto(link);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { level: 1 }).waitFor();
}

/** With a key, as somebody types it in. */
export async function signInByKey({ page }: Visitor, address: string, key: string): Promise<void> {
  await page.goto(`${address}/login`);
  await page.getByLabel('API key').fill(key);
  await page.keyboard.press('Enter');
  await page.getByRole('navigation', { name: 'Pages' }).waitFor();
}

/** What axe finds against WCAG 2.2 AA and its best practices, one line each. */
export async function violationsOn(page: Page): Promise<readonly string[]> {
  // Not a script of the page: the page's own policy stays as it is.
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const inPage = globalThis as unknown as { axe: { run(): Promise<AxeResults> } };
    const { violations } = await inPage.axe.run();
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
    );
  });
}

interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
  }[];
}
