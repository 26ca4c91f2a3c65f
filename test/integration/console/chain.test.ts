import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consolePages } from '../../../dashboards/console/index.ts';
import type { Store } from '../../../src/domain/ports.ts';
import { refKey } from '../../../src/domain/token.ts';
import { createSessions } from '../../../src/serve/index.ts';
import { openTestStore } from '../../support/store.ts';
import {
  alertRow,
  chainRows,
  issuer,
  nowMs,
  responseRow,
  type Served,
  serve,
  token,
} from '../serve/support.ts';

/** In every member that a page shows; nothing of it may come out as markup. */
const evil = `"><img src=x onerror=alert(1)></title><script>alert('x')</script>\u202e]]>"]);click n0 "x"`;
const root = { iss: issuer, jti: 'root' };

let store: Store;
let served: Served;

beforeAll(async () => {
  ({ store } = await openTestStore());
  await seed('acme', 'chn_acme', 'mail-bot');
  await seed('acme', 'chn_evil', evil);
  await seed('rival', 'chn_rival', 'mail-bot');
  const clock = () => nowMs;
  const sessions = createSessions(clock);
  served = await serve(store, {
    sessions,
    pages: (access) => consolePages({ sessions, access, clock, version: '0', isSecure: false }),
  });
});
afterAll(async () => {
  await served.app.close();
  await store.close();
});

async function seed(tenant: string, id: string, name: string): Promise<void> {
  const { chain, hop, actions } = chainRows(tenant, id);
  const own = { ...token, jti: `${id} ${name}` };
  const key = refKey(own);
  const agent = { id: name, kind: 'agent', name } as const;
  const top = { parentKey: undefined, level: undefined, depth: 0, from: undefined, addedScope: [] };
  const rootKey = refKey({ ...root, jti: id });
  await store.writeChains([
    { ...chain, hopCount: 2, initiator: { ...agent, kind: 'human', id: 'alice' }, txns: [name] },
    { ...chain, id: `${id}_old`, state: 'merged', mergedInto: id, version: 9 },
  ]);
  await store.writeHops([
    { ...hop, ...top, key: rootKey, token: { ...root, jti: id }, label: id, to: { ...agent, id: 'alice' } },
    { ...hop, key, parentKey: rootKey, token: own, label: own.jti, to: agent, level: 4, scope: [name] },
  ]);
  await store.writeActions(
    actions.map((action) => ({
      ...action,
      hopKey: key,
      token: own,
      system: name,
      resource: name,
      actor: agent,
    })),
  );
  const alert = {
    hop: key,
    title: `${name} gained mail.send`,
    subject: { kind: 'token', key, label: name },
  } as const;
  await store.writeAlerts([alertRow(tenant, `alr_${id}`, id, alert)]);
  const response = responseRow(tenant, `rsp_${id}`, `alr_${id}`, id);
  await store.writeResponses([{ ...response, target: { kind: 'token', key, ref: own }, targetKey: key }]);
}

async function open(path: string) {
  const signedIn = await served.app.inject({
    ...{ method: 'POST', url: '/login', headers: { 'sec-fetch-site': 'same-origin' } },
    payload: { key: served.as('analyst').authorization.slice('Bearer '.length) },
  });
  const [cookie] = signedIn.cookies;
  return served.app.inject({
    url: path,
    headers: { accept: 'text/html' },
    cookies: { [cookie?.name ?? '']: cookie?.value ?? '' },
  });
}

describe('the page of a chain', () => {
  it('says who delegated what to whom, where it broke and what has to be taken back', async () => {
    const { statusCode, body } = await open('/chains/chn_acme');
    expect(statusCode).toBe(200);
    for (const text of [
      'It broke at <strong>mail-bot</strong>',
      'Context: missing',
      'added + mail.send',
      '⚑ broke here: CRITICAL',
      '2 writes, newest first',
      'href="/alerts/alr_chn_acme"',
      'href="/responses/rsp_chn_acme"',
      'Evidence pack, signed',
    ]) {
      expect({ text, isThere: body.includes(text) }).toEqual({ text, isThere: true });
    }
  });

  it('shows the state at the instant that is asked for, by a link or by the slider', async () => {
    const early = await open(`/chains/chn_acme?at=${new Date(nowMs - 60_000).toISOString()}`);
    expect(early.body).toContain('not yet; from 12:00:00');
    const slid = await open(`/chains/chn_acme?at=${nowMs + 500}`);
    expect(slid.body).toContain('live, never expires');
    expect(slid.body).toMatch(
      /<input id="at" type="range" name="at" min="\d+" max="\d+" step="\d+"\nvalue="\d+"/,
    );
    expect((await open('/chains/chn_acme?at=yesterday&hops=x&open=%22%3E')).statusCode).toBe(200);
  });

  it('shows the chain that goes on under an id that joined it', async () => {
    const { body } = await open('/chains/chn_acme_old');
    expect(body).toContain('turned out to be a part of this one');
    expect(body).toContain('<h1>Chain chn_acme</h1>');
  });

  it('knows no chain of another tenant, and says what an unknown one may be', async () => {
    for (const id of ['chn_rival', 'absent', encodeURIComponent(evil)]) {
      const { statusCode, body } = await open(`/chains/${id}`);
      expect(statusCode).toBe(404);
      expect(body).toContain('No such chain');
      expect(body).not.toContain('<img');
    }
  });

  it('lists all actions on a page of their own', async () => {
    const { body } = await open('/chains/chn_acme/actions');
    expect(body.match(/send_mail/g)?.length).toBeGreaterThan(1);
  });

  it('lets no name become markup', async () => {
    const { body } = await open('/chains/chn_evil');
    expect(body).toContain('&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;');
    expect(body).not.toMatch(/<img|<script>|onerror="|\u202e|<title>[^<]*<script/);
  });
});

describe('a chain as a file', () => {
  it.each([
    ['export.json', 'application/json', '"addedScope"'],
    ['export.svg', 'image/svg+xml', '<style>'],
    ['export.mmd', 'text/plain', 'flowchart TD'],
    ['export.ocsf.json', 'application/json', '"class_uid": 2004'],
  ])('is %s', async (name, type, part) => {
    for (const id of ['chn_acme', 'chn_evil']) {
      const { statusCode, headers, body } = await open(`/chains/${id}/${name}`);
      expect(statusCode).toBe(200);
      expect(headers['content-type']).toContain(type);
      expect(headers['content-disposition']).toBe(
        `attachment; filename="${id}.${name.slice('export.'.length)}"`,
      );
      expect(body).toContain(part);
      if (type === 'application/json') expect(() => JSON.parse(body)).not.toThrow();
      else expect(body).not.toMatch(/<img|<script|\u202e/);
    }
  });

  it('is not there for others', async () => {
    expect((await open('/chains/chn_rival/export.json')).statusCode).toBe(404);
  });
});
