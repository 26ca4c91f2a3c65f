import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { consolePages } from '../../../dashboards/console/index.ts';
import { Config } from '../../../src/config.ts';
import { openIdentityProvider } from '../../../src/identity-provider.ts';
import { createSessions } from '../../../src/serve/index.ts';
import { startPeople } from '../../support/authorization-server/people.ts';
import { createCookieJar } from '../../support/cookie-jar.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import { type Served, serve } from '../serve/support.ts';

const client = { id: 'chainwarden-console', secret: 'a-secret-of-the-client' };
const groups = { analyst: ['soc'], responder: ['soc-lead'], admin: [] };
let served: Served;
let home: string;
let provider: ReturnType<typeof openIdentityProvider>;

beforeAll(async () => {
  home = `http://127.0.0.1:${await freePort()}`;
  const people = {
    ada: { name: 'Ada <b>Lovelace</b>', groups: ['staff', 'soc'], org: 'acme' },
    lin: { name: 'Lin', groups: ['soc', 'soc-lead'], org: 'acme' },
    mallory: { name: 'Mallory', groups: ['staff'], org: 'acme' },
    nobody: { name: 'Nobody', groups: ['soc'] },
  };
  const { issuer } = await startPeople({
    people,
    client: { ...client, redirectUri: `${home}/login/oidc/callback` },
  });
  const oidc = {
    ...{ issuer, clientId: client.id, clientSecret: { env: 'CONSOLE_SECRET' } },
    ...{ roles: groups, tenantClaim: 'org', allowPrivate: true },
  };
  const config = Config.parse({ console: { publicUrl: home, oidc } });
  provider = openIdentityProvider(config, { CONSOLE_SECRET: client.secret });
  const clock = () => Date.now();
  const sessions = createSessions(clock);
  served = await serve(createMemoryStore(), {
    sessions,
    pages: (access) =>
      consolePages({ sessions, access, clock, version: '0', isSecure: false, oidc: provider.oidc }),
  });
  await served.app.listen({ host: '127.0.0.1', port: Number(new URL(home).port) });
});

afterAll(async () => {
  await served.app.close();
  await provider.close();
});

type Jar = ReturnType<typeof createCookieJar>;

/** Up to the moment at which the provider sends the browser back; resolves with that address. */
async function signInAt(jar: Jar, name: string, next = '/'): Promise<URL> {
  const isBack = (url: URL) => url.href.startsWith(`${home}/login/oidc/callback`);
  let at = await jar.visit(`${home}/login/oidc?next=${encodeURIComponent(next)}`, undefined, isBack);
  for (const form of [{ prompt: 'login', login: name, password: 'any' }, { prompt: 'consent' }]) {
    const action = /action="([^"]+)"/.exec(at.text)?.[1];
    if (action === undefined) throw new Error(`the provider shows no form: ${at.status} ${at.text}`);
    at = await jar.visit(new URL(action, at.url), form, isBack);
  }
  return at.url;
}

async function roleOf(jar: Jar): Promise<string | undefined> {
  const page = await jar.visit(`${home}/nothing-here`);
  return /<span class="who"[^>]*>(.*?)<\/span>/.exec(page.text)?.[1];
}

it('offers the provider beside the key', async () => {
  const { text } = await createCookieJar().visit(`${home}/login?next=/incidents`);
  expect(text).toContain('href="/login/oidc?next=%2Fincidents"');
});

it('lets in whom the provider vouches for, with the highest role that the claim gives', async () => {
  const ada = createCookieJar();
  const back = await signInAt(ada, 'ada', '/incidents?handling=open');
  const answer = await ada.step(back);
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/incidents?handling=open']);
  expect(await roleOf(ada)).toBe('Ada &lt;b&gt;Lovelace&lt;/b&gt; <span class="muted">analyst');
  expect(ada.cookie(home, 'chainwarden-oidc')).toBeUndefined();

  const lin = createCookieJar();
  await lin.step(await signInAt(lin, 'lin'));
  expect(await roleOf(lin)).toContain('responder');
});

it('lets in nobody without a role, or without a tenant where a claim names it', async () => {
  for (const [name, reason] of [
    ['mallory', 'gives you a role here'],
    ['nobody', 'names no tenant'],
  ] as const) {
    const jar = createCookieJar();
    const page = await jar.visit(await signInAt(jar, name));
    expect([page.status, page.text]).toEqual([403, expect.stringContaining(reason)]);
    expect(jar.cookie(home, 'chainwarden')).toBeUndefined();
  }
});

it('takes a callback once', async () => {
  const jar = createCookieJar();
  const back = await signInAt(jar, 'ada');
  const cookie = jar.cookie(home, 'chainwarden-oidc') ?? '';
  expect((await jar.step(back)).status).toBe(303);
  const again = await fetch(back, { headers: { cookie: `chainwarden-oidc=${cookie}` }, redirect: 'manual' });
  expect([again.status, await again.text()]).toEqual([400, expect.stringContaining('is used up')]);
});

it('takes no callback that another browser began', async () => {
  const back = await signInAt(createCookieJar(), 'ada');
  const other = createCookieJar();
  const page = await other.visit(back);
  expect([page.status, page.text]).toEqual([400, expect.stringContaining('not begun in this browser')]);
  await signInAt(other, 'mallory');
  const mixed = await other.visit(back);
  expect([mixed.status, mixed.text]).toEqual([403, expect.stringContaining('could not be verified')]);
});

it('takes no other state, and no code of its own making', async () => {
  for (const change of [{ state: 'another' }, { code: 'made-up' }]) {
    const jar = createCookieJar();
    const back = await signInAt(jar, 'ada');
    for (const [name, value] of Object.entries(change)) back.searchParams.set(name, value);
    const page = await jar.visit(back);
    expect([page.status, page.text]).toEqual([403, expect.stringContaining('Not signed in')]);
    expect(jar.cookie(home, 'chainwarden')).toBeUndefined();
  }
});

it('says plainly what the provider refused', async () => {
  const jar = createCookieJar();
  const state = new URL((await jar.step(new URL(`${home}/login/oidc`))).headers.get('location') ?? '');
  const back = new URL(`${home}/login/oidc/callback`);
  back.searchParams.set('error', 'access_denied');
  back.searchParams.set('state', state.searchParams.get('state') ?? '');
  back.searchParams.set('iss', state.origin);
  const page = await jar.visit(back);
  expect([page.status, page.text]).toEqual([403, expect.stringContaining('refused: access_denied')]);
});

it('goes nowhere but to a page of its own afterwards', async () => {
  const jar = createCookieJar();
  const answer = await jar.step(await signInAt(jar, 'ada', 'https://evil.example/'));
  expect(answer.headers.get('location')).toBe('/');
});

it('says that the provider does not answer, and asks it again the next time', async () => {
  const dead = Config.parse({
    console: {
      publicUrl: home,
      oidc: {
        issuer: `http://127.0.0.1:${await freePort()}`,
        clientId: 'c',
        roles: groups,
        allowPrivate: true,
      },
    },
  });
  const opened = openIdentityProvider(dead, {});
  const sessions = createSessions(() => 0);
  const { app } = await serve(createMemoryStore(), {
    sessions,
    pages: (access) =>
      consolePages({ sessions, access, clock: () => 0, version: '0', isSecure: false, oidc: opened.oidc }),
  });
  for (let time = 0; time < 2; time += 1) {
    const answer = await app.inject({ url: '/login/oidc', headers: { accept: 'text/html' } });
    expect([answer.statusCode, answer.body]).toEqual([502, expect.stringContaining('does not answer')]);
  }
  await app.close();
  await opened.close();
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}
