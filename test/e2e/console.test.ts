import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signInByKey, signInByLink, visitor } from '../support/browser.ts';
import { type RunningService, startService, temporaryFolder } from '../support/service.ts';

let service: RunningService;

beforeAll(async () => {
  service = await startService(temporaryFolder(), { args: ['--demo'] });
});
afterAll(async () => {
  await service.end();
});

describe('signing in', () => {
  it('takes the link of the terminal once, and the key at any time', async () => {
    const first = await visitor();
    await signInByLink(first, service.stderr());
    expect(await first.page.title()).toBe('Overview · Chainwarden');

    const second = await visitor();
    const link = /http:\S+invitation=\S+/.exec(service.stderr())?.[0] ?? '';
    await second.page.goto(link);
    await second.page.getByRole('button', { name: 'Sign in' }).click();
    await second.page.getByRole('alert').waitFor();
    await signInByKey(second, service.address, service.adminKey ?? '');
    await second.page.getByRole('button', { name: 'Sign out' }).click();
    await second.page.goto(`${service.address}/`);
    expect(new URL(second.page.url()).pathname).toBe('/login');
  });
});
