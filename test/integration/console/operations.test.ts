import { renameSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { loadConfig } from '../../../src/config.ts';
import { demoEvents } from '../../../src/evaluate/index.ts';
import { type Service, startService } from '../../../src/main.ts';
import { type Api, apiOf } from '../../support/api.ts';
import { createCookieJar } from '../../support/cookie-jar.ts';
import { until } from '../../support/until.ts';

/** In every place that somebody else may fill; nothing of it may come out as markup. */
const evil = `"><script>alert(1)</script><img src=x onerror='alert(2)'>\u202e`;

const people = { analyst: 'ann', responder: 'rob', admin: 'ada' } as const;
type Person = keyof typeof people;

interface Reader {
  get(path: string): Promise<{ readonly status: number; readonly text: string }>;
  post(
    path: string,
    form: Readonly<Record<string, string>>,
  ): Promise<{ status: number; text: string; path: string }>;
}

let folder: string;
let policyFile: string;
let service: Service;
let api: Api;
const readers = new Map<Person, Reader>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chainwarden-operations-'));
  policyFile = join(folder, 'policy.yaml');
  writePolicy({ name: 'first', depth: { max: 5 } });
  const config = join(folder, 'config.yaml');
  writeFileSync(config, stringify({ data: join(folder, 'data'), port: 0, logLevel: 'silent', policyFile }));
  service = await startService(loadConfig({ file: config, env: {} }));
  api = apiOf(service.address, service.adminKey ?? '');
  await playDemo();
  for (const role of ['analyst', 'responder', 'admin'] as const) {
    const { text } = await api.ask<{ text: string }>('/v1/keys', { name: people[role], role });
    readers.set(role, await signIn(text));
  }
  await until('a plan waits for a person', async () =>
    (await api.responses()).some(({ state }) => state === 'proposed'),
  );
});
afterAll(async () => {
  await service.stop();
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
});

/** As whoever takes care does it: nobody ever sees half of the file. */
function writePolicy(over: object): void {
  const night = { detector: 'tool-drift', owner: evil, reason: evil, ticket: evil };
  const exceptions = [{ id: 'night', ...night, scope: { actor: evil }, expires: '2020-01-01T00:00:00Z' }];
  writeFileSync(`${policyFile}.new`, stringify({ clocks: { latenessSeconds: 1 }, exceptions, ...over }));
  renameSync(`${policyFile}.new`, policyFile);
}

/** The demo at once, and what nobody should send: a hostile source, and a message that is refused. */
async function playDemo(): Promise<void> {
  const events = demoEvents({ startMs: Date.now() - 20_000 }).map(({ event }) => event);
  expect(await api.publish(events as object[])).toBe(202);
  const call = {
    v: 1,
    type: 'tool.invoked',
    callId: 'evil',
    actor: { id: evil, kind: 'agent' },
    tool: { name: evil },
  };
  const envelope = {
    specversion: '1.0',
    type: 'com.example.tool.invoked.v1',
    time: new Date().toISOString(),
  };
  await api.publish([
    { ...envelope, id: 'evil-1', source: evil, data: call },
    { ...envelope, id: 'evil-2', source: evil, data: { ...call, [evil]: evil } },
  ]);
}

async function signIn(key: string): Promise<Reader> {
  const jar = createCookieJar();
  const signedIn = await jar.visit(new URL('/login', service.address), { key });
  expect(signedIn.status).toBe(200);
  return {
    get: (path) => jar.visit(new URL(path, service.address)),
    async post(path, form) {
      const { status, text, url } = await jar.visit(new URL(path, service.address), form);
      return { status, text, path: url.pathname };
    },
  };
}

function as(person: Person): Reader {
  const reader = readers.get(person);
  if (reader === undefined) throw new Error(`${person} has not signed in`);
  return reader;
}

/** What a person reads: text without tags. */
const words = (page: string) => page.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');

const pages = ['/detectors', '/detectors/scope-creep', '/responses', '/audit', '/health', '/policy'];

describe('who sees what', () => {
  it.each(pages)('%s is for everybody who may read', async (path) => {
    for (const person of ['analyst', 'responder', 'admin'] as const) {
      expect((await as(person).get(path)).status, person).toBe(200);
    }
  });

  it('nobody is offered what they may not do', async () => {
    const detector = '/detectors/scope-creep';
    for (const person of ['analyst', 'responder'] as const) {
      expect((await as(person).get(detector)).text).not.toContain(`action="${detector}/`);
    }
    const { text } = await as('admin').get(detector);
    for (const verb of ['mode', 'switch', 'backtest']) expect(text).toContain(`action="${detector}/${verb}"`);
    expect((await as('analyst').get('/responses')).text).not.toContain('/approve"');
    expect((await as('responder').get('/responses')).text).toContain('/approve"');
  });

  it('nobody can do it all the same', async () => {
    const off = { on: 'false', reason: 'because' };
    expect((await as('responder').post('/detectors/scope-creep/switch', off)).status).toBe(403);
    expect((await as('analyst').post('/plans/pln_x/approve', { reason: 'x' })).status).toBe(403);
    const { items } = await api.ask<{ items: { id: string; on: boolean }[] }>('/v1/detectors');
    expect(items.find(({ id }) => id === 'scope-creep')?.on).toBe(true);
  });

  it.each([
    '/detectors/nothing',
    '/plans/nothing',
    '/responses/nothing',
    '/detectors/scope-creep/backtests/nothing',
  ])('%s is not there', async (path) => {
    expect((await as('analyst').get(path)).status).toBe(404);
  });
});

it('shows a plan, takes one approval with its reason, and keeps both', async () => {
  const { text } = await as('responder').get('/responses');
  const [, action = '', digest = ''] =
    /action="(\/plans\/[^"]+\/approve)"[\s\S]*?name="digest" value="([0-9a-f]{64})"/.exec(text) ?? [];
  const approved = await as('responder').post(action, { digest, reason: evil, back: '/responses' });
  expect(approved.path).toBe('/responses');
  expect(words(approved.text)).toContain('Approved: done as a dry run');

  const plan = await as('analyst').get(action.replace('/approve', ''));
  expect(words(plan.text)).toContain('rob approve');
  expect(plan.text).not.toContain('<form method="post" action="/plans');
  const [response] = (await api.responses()).filter(({ planId }) => action.includes(planId ?? '?'));
  const one = await as('analyst').get(`/responses/${response?.id}`);
  expect(words(one.text)).toContain('How it came about');
  const audit = await as('analyst').get('/audit?kind=plan.decision');
  expect(words(audit.text)).toContain('decision about a plan approve');
  expect((await as('analyst').get('/audit/ocsf')).text).toContain('"class_uid":7001');

  const again = await as('responder').post(action, { digest: '0'.repeat(64), reason: 'x' });
  expect(words(again.text)).toContain('Not done:');
});

it('lets a detector act alone only after its backtest was looked at', async () => {
  const detector = '/detectors/scope-creep';
  const refused = await as('admin').post(`${detector}/mode`, { mode: 'auto', reason: 'I trust it' });
  expect(words(refused.text)).toContain('Not done: auto needs a backtest that was looked at');

  const report = await as('admin').post(`${detector}/backtest`, {});
  expect(report.path).toContain(`${detector}/backtests/`);
  expect(words(report.text)).toContain('alerts looked at');
  expect(words(report.text)).toContain('Refund agent gained crm:write');
  const backtest = /name="backtest" value="([^"]+)"/.exec(report.text)?.[1] ?? '';
  // Looking at it is not letting it: whoever may not, is not asked to.
  expect((await as('analyst').get(report.path)).text).not.toContain(`action="${detector}/mode"`);

  const changed = await as('admin').post(`${detector}/mode`, { mode: 'auto', backtest, reason: evil });
  expect(words(changed.text)).toContain('scope-creep acts alone from now on');
  expect(words(changed.text)).toContain('by ada');
  expect(words((await as('analyst').get('/audit?subject=scope-creep')).text)).toContain('scope-creep: auto');
  const back = await as('admin').post(`${detector}/mode`, { mode: 'observe', reason: 'too early' });
  expect(words(back.text)).toContain('too early');
});

it('turns a detector off with a reason, says so everywhere, and turns it on again', async () => {
  const off = await as('admin').post('/detectors/tool-drift/switch', { on: 'false', reason: evil });
  expect(words(off.text)).toContain('tool-drift is off');
  expect(words((await as('analyst').get('/health')).text)).toContain('tool-drift is off');
  expect(words((await as('analyst').get('/detectors')).text)).toMatch(/tool-drift [^.]*? off /);
  const on = await as('admin').post('/detectors/tool-drift/switch', { on: 'true', reason: 'mended' });
  expect(words(on.text)).toContain('It is on');
  expect(words((await as('analyst').get('/health')).text)).not.toContain('tool-drift is off');
});

it('says of a policy that was refused where and why, and of one that was taken what changed', async () => {
  writePolicy({ name: 'broken', depth: { max: 'deep' }, humanRequird: [evil] });
  await service.reloadPolicy();
  const broken = words((await as('analyst').get('/policy')).text);
  expect(broken).toContain('The file was not loaded');
  expect(broken).toContain('depth.max');
  expect(broken).toContain('humanRequired');
  expect(broken).toContain('exception night has expired');
  expect(broken).toMatch(/Name first/);

  writePolicy({ name: 'second', depth: { max: 4 }, humanRequired: ['tool:pay'] });
  await service.reloadPolicy();
  const mended = words((await as('analyst').get('/policy')).text);
  expect(mended).not.toContain('The file was not loaded');
  expect(mended).toMatch(/depth\.max 5 4/);
  expect(mended).toMatch(/humanRequired nothing tool:pay/);
});

it('tells who is heard, what was refused with an example, and that nobody is told', async () => {
  const health = words((await as('analyst').get('/health')).text);
  expect(health).toContain('first admin');
  expect(health).toContain('EVENT_INVALID');
  expect(health).toContain('There is no way out');
  expect(health).toContain('Watermark');
});

it('says of what it cannot see that it is blind, and what to add', async () => {
  const { text } = await as('analyst').get('/detectors');
  expect(words(text)).toContain('BLIND: can find nothing');
  const { items } = await api.ask<{ items: { id: string; asks: string }[] }>('/v1/requirements');
  expect(words(text)).toContain(items.find(({ id }) => id === 'R23')?.asks);
  const canary = words((await as('analyst').get('/detectors/canary-used')).text);
  expect(canary).toContain('that is not the same as');
  expect(canary).toMatch(/Policy says nothing in canaries: fill it|send credential events/);
});

it('lets nothing that somebody sent become markup', async () => {
  for (const path of [
    ...pages,
    '/detectors/tool-drift',
    '/responses?state=requested',
    '/audit?kind=mode.changed',
  ]) {
    const { text } = await as('admin').get(path);
    expect(text, path).not.toMatch(/<script>|<img|onerror='|\u202e/);
    expect(text, path).not.toMatch(/ style="| on[a-z]+="/);
  }
  expect((await as('analyst').get('/health')).text).toContain('&lt;script&gt;');
});
