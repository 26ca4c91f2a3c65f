import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consolePages } from '../../../dashboards/console/index.ts';
import type { Role } from '../../../src/domain/access.ts';
import type { Store } from '../../../src/domain/ports.ts';
import { jtiKey, refKey } from '../../../src/domain/token.ts';
import { createSessions } from '../../../src/serve/index.ts';
import { createCookieJar } from '../../support/cookie-jar.ts';
import { openTestStore } from '../../support/store.ts';
import { alertRow, chainRows, issuer, nowMs, responseRow, type Served, serve } from '../serve/support.ts';

/** In every member that a page shows; nothing of it may come out as markup. */
const evil = `"><img src=x onerror=alert(1)></title><script>alert('x')</script>\u202e=cmd|' /C calc'!A0`;
const formula = '=HYPERLINK("https://evil.example","x")';
const spiffe = 'spiffe://acme.example/agent/"a b"?x=1#y';
const child = { iss: issuer, jti: `child ${evil}` };
const root = { iss: issuer, jti: 'root' };
const refOf = (ref: { iss: string; jti: string }) => Buffer.from(refKey(ref)).toString('base64url');

let store: Store;
let served: Served;
let base: string;

beforeAll(async () => {
  ({ store } = await openTestStore());
  await seed('acme', 'chn_acme');
  await seed('rival', 'chn_rival');
  const clock = () => nowMs;
  const sessions = createSessions(clock);
  served = await serve(store, {
    sessions,
    pages: (access) => consolePages({ sessions, access, clock, version: '0', isSecure: false }),
  });
  base = await served.app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await served.app.close();
  await store.close();
});

async function seed(tenant: string, id: string): Promise<void> {
  const { chain, hop, actions } = chainRows(tenant, id);
  const human = { id: 'alice', iss: issuer, kind: 'human', name: evil, owner: evil } as const;
  const agent = { id: spiffe, kind: 'agent', name: formula } as const;
  const names = { txns: [evil, 'txn-1'], tools: [evil], targets: [`${evil}/r`, 'crm/customers/1'] };
  await store.writeChains([
    {
      ...chain,
      ...names,
      initiator: human,
      principals: [human, agent],
      tokenKeys: [refKey(root), refKey(child)],
    },
    { ...chain, id: `${id}_old`, initiator: undefined, principals: [], lastEventMs: nowMs - 10 * 86_400_000 },
  ]);
  const top = { parentKey: undefined, level: undefined, depth: 0, from: undefined, addedScope: [] };
  await store.writeHops([
    { ...hop, ...top, key: jtiKey(root.iss, root.jti), token: root, label: 'root', to: human },
    {
      ...{ ...hop, key: refKey(child), token: child, label: child.jti, from: human, to: agent, level: 4 },
      ...{ scope: [evil], addedScope: [evil], audience: [evil], expiresMs: nowMs + 3_600_000 },
    },
  ]);
  const act = {
    system: 'crm',
    resource: evil,
    tool: formula,
    actor: agent,
    token: child,
    hopKey: refKey(child),
  };
  await store.writeActions(
    actions.map((action, index) => ({ ...action, ...act, outcome: index === 0 ? 'denied' : 'accepted' })),
  );
  await store.writeAlerts([
    alertRow(tenant, `alr_${tenant}`, id, {
      ...{ title: evil, actor: formula, subject: { kind: 'token', key: refKey(child), label: evil } },
    }),
  ]);
  await store.writeResponses([responseRow(tenant, `rsp_${tenant}`, `alr_${tenant}`, id)]);
}

type Jar = ReturnType<typeof createCookieJar>;

/** Once for each role: an address may try to sign in so often only. */
const jars = new Map<Role, Jar>();

async function signedIn(role: Role): Promise<Jar> {
  const jar = jars.get(role) ?? createCookieJar();
  if (!jars.has(role)) {
    jars.set(role, jar);
    await jar.visit(`${base}/login`, { key: served.as(role).authorization.slice('Bearer '.length) });
  }
  return jar;
}

async function open(path: string, role: Role = 'analyst') {
  return (await signedIn(role)).visit(`${base}${path}`);
}

/** Nothing that came from outside is markup, and nothing of ours needs what the policy forbids. */
function expectClean(text: string): void {
  const tags = text.replaceAll(/"[^"]*"/g, (value) => (value.startsWith('"/static/') ? value : '""'));
  expect(tags).not.toMatch(/<img|<script(?! type="" src="\/static\/)|<[^>]*\s(?:on\w+|style)=/i);
  expect(text).not.toContain('\u202e');
  expect(text.match(/<h1[ >]/g)).toHaveLength(1);
}

const pages = {
  'the token': `/tokens/${refOf(child)}`,
  'the root': `/tokens/${refOf(root)}`,
  'the agent': `/principals/${encodeURIComponent(spiffe)}`,
  'the human': '/principals/alice?days=30',
  chains: '/hunt?range=any',
  actions: '/hunt?of=actions&range=any',
  'a hunt for it': `/hunt?of=actions&tool=${encodeURIComponent(evil)}&resource=${encodeURIComponent(evil)}`,
  'a wrong hunt': `/hunt?of=actions&effect=${encodeURIComponent(evil)}`,
  'a search': `/search?q=${encodeURIComponent(`${evil}x`)}`,
};

describe('hostile strings', () => {
  it.each(Object.entries(pages))('are text on %s', async (_, path) => {
    const { text } = await open(path, 'admin');
    expectClean(text);
  });
});

describe('a token', () => {
  it('shows its life, its way up, what it reaches, alerts and responses', async () => {
    const { status, text } = await open(`/tokens/${refOf(child)}`);
    expect(status).toBe(200);
    for (const part of [
      'alive',
      '2026-11-21 13:00:00 UTC',
      'link level 4, asserted',
      'Set in motion by',
      '/chains/chn_acme',
    ])
      expect(text).toContain(part);
    expect(text).toContain('href="/alerts/alr_acme"');
    const above = (await open(`/tokens/${refOf(root)}`)).text;
    expect(above).toContain('1 token below it');
    expect(above).toContain(`href="/tokens/${refOf(child)}"`);
    expect(above).toMatch(/crm[\s\S]*never ends by itself|never ends by itself[\s\S]*crm/);
  });

  it('that nobody knows says so', async () => {
    const { status, text } = await open(`/tokens/sha256:${'C'.repeat(42)}E`);
    expect(status).toBe(404);
    expect(text).toContain('Token not found');
  });

  it('offers its end to whoever may ask for it, and what it would do to the others', async () => {
    const path = `/tokens/${refOf(child)}`;
    expect((await open(path, 'responder')).text).toContain('End all of it…');
    const { text } = await open(path, 'analyst');
    expect(text).not.toContain('End all of it…');
    expect(text).toContain('What ending it would do');
  });
});

describe('a principal', () => {
  it('is found by an id with anything in it, with hours, systems, chains and tokens', async () => {
    const { status, text } = await open(`/principals/${encodeURIComponent(spiffe)}`);
    expect(status).toBe(200);
    expect(text).toMatch(/role="img" aria-label="Actions by the hour, 7 days: 2 in all, 1 denied"/);
    expect(text).toContain('<td><time datetime="2026-11-21T12:00:00.000Z"');
    for (const part of [
      'href="/chains/chn_acme"',
      `href="/tokens/${refOf(child)}"`,
      'href="/alerts/alr_acme"',
    ])
      expect(text).toContain(part);
    expect(text).not.toContain('chn_rival');
  });

  it('that was never seen is not found', async () => {
    expect((await open('/principals/nobody')).status).toBe(404);
  });
});

describe('a hunt', () => {
  const rows = (text: string) => text.split('<tbody>')[1]?.split('<tr>').length ?? 1;

  it('begins with what is new, and finds by what the address says', async () => {
    expect((await open('/hunt')).text).toContain('/chains/chn_acme"');
    expect((await open('/hunt')).text).not.toContain('chn_acme_old');
    expect((await open('/hunt?range=any')).text).toContain('chn_acme_old');
    const denied = (await open(`/hunt?of=actions&outcome=denied&principal=${encodeURIComponent(spiffe)}`))
      .text;
    expect(rows(denied)).toBe(2);
    expect(denied).toContain('<option value="denied" selected>');
    expect((await open(`/hunt?system=crm&resource=customers/1&token=root`)).text).toContain(
      '/chains/chn_acme"',
    );
    expect((await open(`/hunt?of=actions&token=${encodeURIComponent(child.jti)}`)).text).toContain(
      '2 actions',
    );
  });

  it.each([
    ['from=tomorrow', 'is no time'],
    ['token=nobody', 'No token is known as'],
    ['resource=x', 'needs its system'],
    ['cursor=zzz', 'cursor'],
    ['verdict=x', 'verdict'],
  ])('that cannot be answered says why: %s', async (query, said) => {
    const { status, text } = await open(`/hunt?${query}`);
    expect(status).toBe(200);
    expect(/role="alert">(.*?)<\/p>/.exec(text)?.[1]).toContain(said);
  });

  it('that finds nothing leads on', async () => {
    expect((await open('/hunt?txn=none')).text).toContain('href="/hunt?of=chains&amp;range=any"');
  });

  it('keeps its filters under a name, for one person, and forgets them', async () => {
    const jar = await signedIn('analyst');
    const name = `mine ${evil}`;
    const kept = await jar.visit(`${base}/hunt/save`, {
      of: 'actions',
      name,
      system: 'crm',
      range: '7d',
      x: 'y',
    });
    expect(kept.url.pathname + kept.url.search).toBe('/hunt?of=actions&range=7d&system=crm');
    expectClean(kept.text);
    const href = 'href="/hunt?of=actions&amp;range=7d&amp;system=crm"';
    expect(kept.text).toContain(href);
    expect((await open('/hunt', 'responder')).text).not.toContain(href);
    const id = /name="id" value="(hnt_\w+)"/.exec(kept.text)?.[1] ?? '';
    const gone = await jar.visit(`${base}/hunt/forget`, { id, back: '//evil.example/hunt' });
    expect(gone.url.origin).toBe(base);
    expect((await jar.visit(`${base}/hunt`)).text).not.toContain(href);
  });

  it('is taken along as NDJSON, and as CSV without formulas', async () => {
    const jar = await signedIn('analyst');
    const take = (format: string, of: string) =>
      jar.step(new URL(`${base}/hunt/export?of=${of}&range=any&format=${format}`));
    const csv = await take('csv', 'actions');
    expect(csv.headers.get('content-disposition')).toMatch(/^attachment; filename="actions-[\w-]+\.csv"$/);
    const lines = (await csv.text()).trimEnd().split('\r\n');
    expect(lines[0]).toContain('"at","actor"');
    expect(lines).toHaveLength(3);
    expect(lines[1]).toContain(`"'=HYPERLINK(""https://evil.example"",""x"")"`);
    for (const line of lines) expect(line).not.toMatch(/(^|,)"[=+\-@]/);
    const plain = (await (await take('ndjson', 'chains')).text()).trimEnd().split('\n');
    expect(plain.map((line) => JSON.parse(line).id)).toEqual(['chn_acme', 'chn_acme_old']);
    expect((await (await take('csv', 'chains')).text()).split('\r\n')[1]).toContain('"chn_acme"');
  });
});

describe('a search', () => {
  const target = async (q: string) => {
    const jar = await signedIn('analyst');
    const answer = await jar.step(new URL(`${base}/search?q=${encodeURIComponent(q)}`));
    return answer.headers.get('location') ?? answer.status;
  };

  it.each([
    ['chn_acme', '/chains/chn_acme'],
    ['alr_acme', '/alerts/alr_acme'],
    ['rsp_acme', '/responses/rsp_acme'],
    ['root', `/tokens/${refOf(root)}`],
    [refOf(child), `/tokens/${refOf(child)}`],
    ['alice', '/principals/alice'],
    [spiffe, `/principals/${encodeURIComponent(spiffe)}`],
    [evil, '/chains/chn_acme'],
    ['txn-1', '/hunt?of=chains&range=any&txn=txn-1'],
    ['scope-creep', '/detectors/scope-creep'],
    ['//evil.example/', 200],
    ['https://evil.example', 200],
    ['chn_rival', 200],
    ['', 200],
  ])('for %s leads to what bears it, and never outside', async (q, expected) => {
    expect(await target(q)).toBe(expected);
  });

  it('says what was looked for', async () => {
    const { text } = await open('/search?q=chn_rival');
    expect(text).toContain('Nothing in this tenant is called <code>chn_rival</code>');
  });
});

it('shows nothing to whoever is not signed in', async () => {
  const jar = createCookieJar();
  for (const path of ['/hunt', '/search?q=chn_acme', `/tokens/${refOf(child)}`, '/hunt/export?format=csv']) {
    const answer = await jar.step(new URL(`${base}${path}`));
    expect(answer.headers.get('location')).toBe(`/login?next=${encodeURIComponent(path)}`);
  }
});
