import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAlertBook, noticeBody } from '../../../src/alert/index.ts';
import { namesOf } from '../../../src/correlate/names.ts';
import type { DenyList } from '../../../src/domain/deny-list.ts';
import type { LiveFinding } from '../../../src/domain/finding.ts';
import { defaultPolicy } from '../../../src/domain/policy.ts';
import {
  createConnectors,
  createGuard,
  createResponder,
  type Log,
  OutboundConfig,
  observedIn,
  resolveEndpoints,
  type Timer,
} from '../../../src/respond/index.ts';
import { tokenTarget } from '../../../src/respond/plan/index.ts';
import { partsOf } from '../../support/notify-parts.ts';
import { openTestStore, type TestStore } from '../../support/store.ts';
import { findingOf } from '../../unit/alert/findings.ts';
import { aResponse, logged } from '../store/rows.ts';

const secret = `whsec_${randomBytes(32).toString('base64')}`;
const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Waits of the schedule shrink to nothing, so that a retry comes at once; their lengths are tested elsewhere. */
const impatient: Timer = (run) => {
  const handle = setTimeout(run, 1);
  return () => clearTimeout(handle);
};

interface Message {
  readonly id: string;
  readonly type: string;
  readonly data: Record<string, unknown>;
}

let server: Server;
let port = 0;
let opened: TestStore;
const messages: Message[] = [];
let answer: (message: Message, count: number) => number | 'hang up' = () => 200;

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const headers = request.headers as Record<string, string>;
      const { type, data } = new Webhook(secret).verify(Buffer.concat(chunks), headers) as Message;
      const message = { id: headers['webhook-id'] ?? '', type, data };
      messages.push(message);
      const status = answer(message, messages.filter(({ id }) => id === message.id).length);
      if (status === 'hang up') request.socket.destroy();
      else response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
  opened = await openTestStore();
});

afterAll(async () => {
  await opened.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

let tenant = '';
let round = 0;
beforeEach(() => {
  round += 1;
  tenant = `tenant-${round}`;
  messages.length = 0;
  answer = () => 200;
});

function aFinding(over: Partial<LiveFinding> = {}): LiveFinding {
  return findingOf({ tenant, atMs: Date.now(), liveUntilMs: Date.now() + 3_600_000, ...over });
}

const noDenyList: DenyList = { add: async () => undefined, remove: async () => undefined };

/** Nothing is tried again while this process lives. */
const never: Timer = () => () => undefined;

/** One process: everything new but the store. Its clock runs ahead by the waits that were cut short. */
function boot(mode: 'real' | 'dry_run', later: Timer = impatient) {
  const config = OutboundConfig.parse({
    endpoints: [
      { name: 'ops', url: `http://127.0.0.1:${port}/ops`, secrets: [{ env: 'HOOK' }], allowPrivate: true },
    ],
    connectors: [
      {
        kind: 'webhook',
        name: 'idp',
        url: `http://localhost:${port}/revoke`,
        secrets: [{ env: 'HOOK' }],
        confirms: 'none',
        undoes: true,
        allowPrivate: true,
      },
    ],
    response: { mode: 'auto', dryRun: mode === 'dry_run' },
  });
  let ahead = 0;
  const clock = () => Date.now() + ahead;
  const guard = createGuard({ allow: config.allow });
  const endpoints = resolveEndpoints(config.endpoints, { HOOK: secret });
  const channels = endpoints.map((endpoint) => endpoint.connect(partsOf({ guard })));
  const env = { HOOK: secret };
  const connectors = createConnectors(config.connectors, { guard, clock, env, denyList: noDenyList }).all;
  const responder = createResponder({
    store: opened.store,
    channels,
    connectors,
    policy: () => defaultPolicy,
    subscriptions: endpoints,
    config: config.response,
    clock,
    timer: (run, ms) =>
      later(() => {
        ahead += ms;
        run();
      }, ms),
    random: () => 0,
    log: silent,
    body: noticeBody,
  });
  const book = createAlertBook();
  return {
    handle: async (findings: readonly LiveFinding[]) => {
      const changes = book.apply(findings);
      await opened.store.writeAlerts(changes.alerts);
      await responder.handle(changes);
    },
    start: responder.start,
    stop: async () => {
      await responder.stop();
      await Promise.all([...channels, ...connectors].map((channel) => channel.close()));
    },
  };
}

async function responses() {
  const { items } = await opened.store.responses({
    tenant,
    limit: 10,
    cursor: undefined,
    alertId: undefined,
    chainId: undefined,
  });
  return items.map(({ mode, state, attempt, httpStatus }) => ({ mode, state, attempt, httpStatus }));
}

const types = () => messages.map(({ type }) => type).sort();

describe('alerts and revocations, with a real store and a real receiver', () => {
  it('reach the receiver signed, and the answer reaches the store', async () => {
    const process = boot('real');
    await process.handle([aFinding()]);
    await vi.waitFor(async () =>
      expect(await responses()).toEqual([{ mode: 'real', state: 'accepted', attempt: 1, httpStatus: 200 }]),
    );
    await vi.waitFor(() => expect(types()).toEqual(['incident.raised', 'token.revoke']));
    await process.stop();
    const revoke = messages.find(({ type }) => type === 'token.revoke');
    expect(revoke?.data).toMatchObject({
      tenant,
      target: { kind: 'token', ref: { iss: 'iss', jti: 't1' } },
      idempotencyKey: revoke?.id,
    });
    const { items } = await opened.store.alerts({
      tenant,
      limit: 10,
      cursor: undefined,
      state: 'open',
      kind: 'alert',
      detector: undefined,
      minSeverity: 'high',
      chainId: undefined,
    });
    expect(items.map(({ id }) => id)).toEqual([revoke?.data['alertId']]);
  });

  it('stay inside in a dry run, and are recorded', async () => {
    const process = boot('dry_run');
    await process.handle([aFinding()]);
    await vi.waitFor(() => expect(types()).toEqual(['incident.raised']));
    await process.stop();
    expect(await responses()).toEqual([{ mode: 'dry_run', state: 'requested', attempt: 0, httpStatus: 0 }]);
    expect(await opened.store.pendingOutbox()).toEqual([]);
    expect(types()).toEqual(['incident.raised']);
  });

  it('are repeated under one id until the receiver takes them', async () => {
    answer = ({ type }, count) => (type === 'token.revoke' && count < 4 ? 503 : 200);
    const process = boot('real');
    await process.handle([aFinding()]);
    await vi.waitFor(async () =>
      expect(await responses()).toEqual([{ mode: 'real', state: 'accepted', attempt: 4, httpStatus: 200 }]),
    );
    await process.stop();
    const revokes = messages.filter(({ type }) => type === 'token.revoke');
    expect([revokes.length, new Set(revokes.map(({ id }) => id)).size]).toEqual([4, 1]);
  });

  it('survive a restart: pending ones are sent under their ids, delivered ones are not', async () => {
    // The first process dies with its revocation unanswered and its alert delivered.
    answer = ({ type }) => (type === 'token.revoke' ? 'hang up' : 200);
    const first = boot('real', never);
    await first.handle([aFinding()]);
    await vi.waitFor(() => expect(types()).toContain('incident.raised'));
    await vi.waitFor(() => expect(types()).toContain('token.revoke'));
    await first.stop();
    const [entry] = await opened.store.pendingOutbox();
    expect(entry).toMatchObject({ tenant, type: 'token.revoke', state: 'pending' });

    await opened.close();
    opened = await openTestStore({ database: opened.database });
    messages.length = 0;
    answer = () => 200;
    const second = boot('real');
    await second.start();
    await second.handle([aFinding()]);
    await vi.waitFor(async () => expect(await responses()).toMatchObject([{ state: 'accepted' }]));
    await second.stop();
    expect(messages.map(({ id, type }) => ({ id, type }))).toEqual([{ id: entry?.id, type: 'token.revoke' }]);
    expect(await opened.store.pendingOutbox()).toEqual([]);
  });
});

it('knows of a refusal by the events that are stored of the token', async () => {
  const ref = { iss: 'https://issuer.test', jti: 'refused' };
  const data = { v: 1, type: 'token.rejected', error: 'invalid_token', by: 'gateway', token: ref } as never;
  const { event, ...placed } = logged(7, { tenant, timeMs: Date.now(), data });
  await opened.store.appendEvents([{ ...placed, event }]);
  const filing = { tenant, seq: 7, timeMs: event.timeMs, alias: '', late: false };
  await opened.store.fileEvents(namesOf(event).map(({ name, role }) => ({ ...filing, name, role })));
  const target = tokenTarget(ref);
  const response = (acceptedMs: number) => aResponse({ tenant, target, targetKey: target.key, acceptedMs });
  const observed = observedIn(opened.store);
  expect(await observed(response(event.timeMs - 1))).toBe('ended');
  expect(await observed(response(event.timeMs + 1))).toBe('unknown');
});
