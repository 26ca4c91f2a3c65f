import type { ClientMetadata } from 'oidc-provider';
import { afterAll } from 'vitest';
import { type AgentClient, createAgentClient } from '../../../src/cli/demo-idp/agent.ts';
import { parties } from '../../../src/cli/demo-idp/cast.ts';
import {
  type AuthorizationServer,
  type Rules,
  startAuthorizationServer,
} from '../../../src/cli/demo-idp/server.ts';
import type { Tell, ToldEvent } from '../../../src/cli/demo-idp/tell.ts';
import type { EventType } from '../../../src/domain/event/index.ts';

/** The authorization server of the demo, with the parties that use it. Closed when the test file ends. */
export interface Peer {
  readonly server: AuthorizationServer;
  readonly as: Readonly<Record<keyof typeof parties, AgentClient>>;
  /** What it reported so far. */
  readonly events: readonly ToldEvent[];
  /** From the next request on. */
  setRules(rules: Rules): void;
}

export async function startPeer(
  options: { readonly clients?: readonly ClientMetadata[]; readonly tell?: Tell } = {},
): Promise<Peer> {
  let rules: Rules = {};
  const events: ToldEvent[] = [];
  const server = await startAuthorizationServer({
    rules: () => rules,
    clients: options.clients ?? [],
    tell(event) {
      events.push(event);
      options.tell?.(event);
    },
  });
  afterAll(() => server.close());
  const clients = Object.entries(parties).map(([name, party]) => [name, createAgentClient(server, party)]);
  return {
    server,
    as: Object.fromEntries(clients) as Peer['as'],
    events,
    setRules(next) {
      rules = next;
    },
  };
}

export function typesOf(events: readonly ToldEvent[]): EventType[] {
  return events.map(({ data }) => data.type);
}
