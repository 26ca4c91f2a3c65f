import type { AddressInfo } from 'node:net';
import { consolePages } from '../../../dashboards/console/index.ts';
import type { Pulse } from '../../../src/domain/pulse.ts';
import { createNews, createSessions, type ServeDeps } from '../../../src/serve/index.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import { nowMs, type Served, serve } from '../serve/support.ts';

export const quiet: Pulse = {
  ...{ steps: [], detectors: [], incidents: [] },
  ...{ lastMinute: 0, lastHeardMs: undefined, openChains: 0 },
};

type Stored = Awaited<ReturnType<ServeDeps['store']['counts']>>;

/** What the overview is told; a test changes it as it goes. */
export interface World {
  pulse: Pulse;
  stored: Stored;
}

export interface ServedConsole extends Served {
  readonly world: World;
  readonly news: ReturnType<typeof createNews>;
  readonly sessions: ReturnType<typeof createSessions>;
  readonly store: ReturnType<typeof createMemoryStore>;
  /** A page as somebody sees it who has a key of this role. */
  open(path: string, role?: 'analyst' | 'responder' | 'admin'): Promise<string>;
  listen(): Promise<string>;
}

/** The console over an API that says what the test wants. */
export async function serveConsole(overrides: Partial<ServeDeps> = {}): Promise<ServedConsole> {
  const world: World = {
    pulse: quiet,
    stored: { events: 10, chains: 2, alerts: 1, deadLetters: 0 },
  };
  const news = createNews();
  const clock = () => nowMs;
  const sessions = createSessions(clock);
  const store = createMemoryStore();
  const served = await serve(
    { ...store, counts: async () => world.stored },
    {
      news,
      sessions,
      pulse: { pulse: async () => world.pulse },
      pages: (access) => consolePages({ sessions, access, clock, version: '0', isSecure: false }),
      ...overrides,
    },
  );
  return {
    ...served,
    world,
    news,
    sessions,
    store,
    async open(path, role = 'analyst') {
      const signedIn = await served.app.inject({
        ...{ method: 'POST', url: '/login', headers: { 'sec-fetch-site': 'same-origin' } },
        payload: { key: served.as(role).authorization.slice('Bearer '.length) },
      });
      const [cookie] = signedIn.cookies;
      const answer = await served.app.inject({
        url: path,
        headers: { accept: 'text/html', host: 'console.example:8443' },
        cookies: { [cookie?.name ?? '']: cookie?.value ?? '' },
      });
      return answer.body;
    },
    async listen() {
      await served.app.listen({ host: '127.0.0.1', port: 0 });
      return `http://127.0.0.1:${(served.app.server.address() as AddressInfo).port}`;
    },
  };
}
