import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll } from 'vitest';
import * as z from 'zod';
import type { DenyEntry, DenyList } from '../../../../src/domain/deny-list.ts';
import type { TokenRef } from '../../../../src/domain/event/index.ts';
import type { OutboxEntry, ResponseAction, ResponseTarget } from '../../../../src/domain/response.ts';
import { refKey } from '../../../../src/domain/token.ts';
import { ConnectorConfig } from '../../../../src/respond/connectors/config.ts';
import { type Connector, createConnectors } from '../../../../src/respond/connectors/index.ts';
import { createGuard } from '../../../../src/respond/guard.ts';

/** 2026-01-05T08:00:00Z */
export const orderedMs = Date.UTC(2026, 0, 5, 8);

export function tokenTarget(ref: TokenRef): ResponseTarget {
  return { kind: 'token', key: refKey(ref), ref };
}

/** An entry of the outbox as the responder makes it. */
export function orderFor(
  target: ResponseTarget,
  differs: { readonly type?: ResponseAction; readonly notAfter?: string | null } = {},
): OutboxEntry {
  const id = `rsp_${target.key.length}`;
  const { type = `${target.kind}.revoke` as const } = differs;
  const data = {
    tenant: 'acme',
    target,
    reason: 'scope-creep: gained crm:write',
    alertId: 'alr_1',
    chainId: 'chn_1',
    idempotencyKey: id,
    notAfter: differs.notAfter,
  };
  return {
    tenant: 'acme',
    id,
    endpoint: 'idp',
    type,
    body: JSON.stringify({ type, timestamp: new Date(orderedMs).toISOString(), data }),
    responseId: id,
    orderKey: '',
    state: 'pending',
    attempts: 0,
    createdMs: orderedMs,
    nextAttemptMs: orderedMs,
    lastStatus: 0,
    lastError: '',
    version: 1,
  };
}

export interface HeldDenyList extends DenyList {
  readonly entries: ReadonlyMap<string, DenyEntry>;
}

export function createHeldDenyList(): HeldDenyList {
  const entries = new Map<string, DenyEntry>();
  return {
    entries,
    add: async (entry) => void entries.set(entry.key, entry),
    remove: async ({ key }) => void entries.delete(key),
  };
}

/** Connectors from configuration, as the service makes them. Closed when the test file ends. */
export function connectorsOf(
  configs: readonly z.input<typeof ConnectorConfig>[],
  env: Readonly<Record<string, string>> = {},
  denyList: DenyList = createHeldDenyList(),
) {
  const connectors = createConnectors(z.array(ConnectorConfig).parse(configs), {
    guard: createGuard({ allow: ['127.0.0.1'] }),
    clock: Date.now,
    env,
    denyList,
    timeoutMs: 2_000,
  });
  afterAll(() => Promise.all(connectors.all.map((connector) => connector.close())));
  return connectors;
}

export function connectorOf(...args: Parameters<typeof connectorsOf>): Connector {
  const [connector] = connectorsOf(...args).all;
  if (connector === undefined) throw new Error('there is no connector');
  return connector;
}

export interface Arrived {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A server that answers what the test says, and remembers what arrived. */
export async function startStub(answer: (request: Arrived) => Answer) {
  const arrived: Arrived[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const one = { path: request.url ?? '', headers: request.headers, body };
      arrived.push(one);
      const { status, headers, body: said } = answer(one);
      response.writeHead(status, headers).end(said);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, arrived };
}
