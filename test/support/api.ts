import type * as z from 'zod';
import type { AlertShape } from '../../src/serve/present/alert.ts';
import type { ActionShape, ChainShape } from '../../src/serve/present/chain.ts';
import type { DeadLetterShape } from '../../src/serve/present/other.ts';
import type { ResponseShape } from '../../src/serve/present/response.ts';

export type ShownAlert = z.infer<typeof AlertShape>;
export type ShownResponse = z.infer<typeof ResponseShape>;
type ShownChain = z.infer<typeof ChainShape>;
type ShownAction = z.infer<typeof ActionShape>;
type ShownDeadLetter = z.infer<typeof DeadLetterShape>;

export interface Api {
  chains(): Promise<ShownChain[]>;
  actions(): Promise<ShownAction[]>;
  alerts(): Promise<ShownAlert[]>;
  responses(): Promise<ShownResponse[]>;
  deadLetters(): Promise<ShownDeadLetter[]>;
  /** Prometheus text. */
  metrics(): Promise<string>;
  /** Any other request: POST when there is a body. Rejects unless the answer is a success. */
  ask<T>(path: string, body?: object): Promise<T>;
  /** Sends events as lines; resolves with the status, rejects when the connection breaks before the answer. */
  publish(events: readonly object[], path?: string): Promise<number>;
}

/** The running service's API over real HTTP, lists read to their last page. */
export function apiOf(address: string, key: string): Api {
  const headers = { authorization: `Bearer ${key}` };

  async function get(path: string): Promise<Response> {
    const response = await fetch(`${address}${path}`, { headers });
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return response;
  }

  async function all<T>(path: string): Promise<T[]> {
    const items: T[] = [];
    for (let cursor = ''; ; ) {
      const page = (await (await get(`${path}?limit=500${cursor}`)).json()) as { items: T[]; next?: string };
      items.push(...page.items);
      if (page.next === undefined) return items;
      cursor = `&cursor=${encodeURIComponent(page.next)}`;
    }
  }

  return {
    chains: () => all('/v1/chains'),
    actions: () => all('/v1/actions'),
    alerts: () => all('/v1/alerts'),
    responses: () => all('/v1/responses'),
    deadLetters: () => all('/v1/dead-letters'),
    metrics: async () => (await get('/metrics')).text(),
    async ask<T>(path: string, body?: object) {
      if (body === undefined) return (await get(path)).json() as Promise<T>;
      const response = await fetch(`${address}${path}`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
      return response.json() as Promise<T>;
    },
    async publish(events, path = '/v1/events') {
      const response = await fetch(`${address}${path}`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/x-ndjson' },
        body: events.map((event) => `${JSON.stringify(event)}\n`).join(''),
      });
      await response.text();
      return response.status;
    },
  };
}
