import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../config.ts';
import type { Service } from '../main.ts';
import { createAgentClient } from './demo-idp/agent.ts';
import { createDemoApi, type DemoApi } from './demo-idp/api.ts';
import { parties, secretOf } from './demo-idp/cast.ts';
import { drawLives, drawPlan, type Life } from './demo-idp/screen.ts';
import { type AuthorizationServer, startAuthorizationServer } from './demo-idp/server.ts';
import { type Holding, widenRefundAgent } from './demo-idp/story.ts';
import { createPublisher, type Tell, type ToldEvent } from './demo-idp/tell.ts';
import { serviceApi } from './service-api.ts';
import type { Terminal } from './terminal.ts';

/** Longer than anything of it takes, also on a slow machine. */
const PATIENCE_MS = 60_000;
const PAUSE_MS = 250;

export interface IdpDemo {
  /** The configuration, with a connector to the authorization server. */
  readonly config: Config;
  /** Plays the story until its end, or until the service stops. */
  play(service: Service, terminal: Terminal, stopping: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

/** The demo with a real authorization server: what is found is ended there, and asked for whether it ended. */
export async function openIdpDemo(configured: Config): Promise<IdpDemo> {
  const held: ToldEvent[] = [];
  let tellOn: Tell = (event) => held.push(event);
  const server = await startAuthorizationServer({
    // A careless server, and one that leaves what was exchanged from a token alive: all of it has to be found.
    rules: () => ({ lax: true }),
    tell: (event) => tellOn(event),
  });
  const secrets = writeSecrets(server);
  const forget = (): void => rmSync(secrets.folder, { recursive: true, force: true });
  return {
    config: withConnector(configured, server, secrets),
    async play(service, terminal, stopping) {
      // Whoever is up has read them.
      forget();
      const key = await service.makeKey('authorization server of the demo', 'publisher');
      const publisher = createPublisher({ address: service.address, key });
      const visitor = await service.makeKey('visitor of the demo', 'responder');
      const api = createDemoApi(serviceApi(terminal, { url: service.address, key: visitor }));
      const report = async (): Promise<void> => {
        publisher.tellTogether(held);
        tellOn = publisher.tell;
        await publisher.settled();
      };
      const stage = { server, api, terminal, stopping, report };
      await tell(stage).catch((error: unknown) => {
        // A service that stops in the middle of the story has nothing to explain.
        if (!stopping.aborted) terminal.err(`The demo ends here: ${String(error)}\n`);
      });
    },
    async stop() {
      forget();
      await server.close();
    },
  };
}

interface Secrets {
  readonly folder: string;
  readonly client: string;
  readonly custodian: string;
}

/** Connectors read secrets from files or variables only, those of the demo as well. */
function writeSecrets(server: AuthorizationServer): Secrets {
  const folder = mkdtempSync(join(tmpdir(), 'chainwarden-demo-'));
  chmodSync(folder, 0o700);
  const put = (name: string, secret: string): string => {
    const path = join(folder, name);
    writeFileSync(path, secret, { mode: 0o600 });
    return path;
  };
  return {
    folder,
    client: put('client', secretOf(parties.chainwarden)),
    custodian: put('custodian', server.custodian.secret),
  };
}

function withConnector(config: Config, server: AuthorizationServer, secrets: Secrets): Config {
  const { outbound } = config;
  const connector = {
    name: 'demo-idp',
    kind: 'oauth' as const,
    issuers: [server.issuer],
    revocation: server.revocation,
    introspection: server.introspection,
    client: {
      method: 'client_secret_basic' as const,
      id: parties.chainwarden.clientId,
      secret: { file: secrets.client },
    },
    custodian: { url: server.custodian.url, secret: { file: secrets.custodian } },
    allowPrivate: true,
    disabled: false,
  };
  return {
    ...config,
    outbound: {
      ...outbound,
      connectors: [connector, ...outbound.connectors],
      response: { ...outbound.response, mode: 'propose', dryRun: false },
    },
  };
}

interface Stage {
  readonly server: AuthorizationServer;
  readonly api: DemoApi;
  readonly terminal: Terminal;
  readonly stopping: AbortSignal;
  /** Lets the service hear of what the server did so far, and of everything from now on. */
  readonly report: () => Promise<void>;
}

async function tell(stage: Stage): Promise<void> {
  const { server, api, terminal, report } = stage;
  const say = (text: string): void => terminal.err(`${text}\n`);
  say(`The authorization server of the demo is real (oidc-provider), and careless: ${server.issuer}`);
  const story = await widenRefundAgent(server);
  terminal.err(drawLives(await livesOf(server, story)));
  await report();

  const alert = await eventually(stage, 'the alert', () => api.alertOf(server.issuer));
  say(`\nFound: ${alert.severity.toUpperCase()} ${alert.title}`);
  const plan = await eventually(stage, 'the plan', () => api.planOf(alert.id));
  say('Planned:');
  terminal.err(drawPlan(plan, holdersOf(server, story)));
  await api.approve(plan);
  say('Approved by you, for the sake of the demo. Without --demo it waits for a person.');

  await eventually(stage, 'the end of what is broken', async () => {
    const states = await api.statesOf(alert.id);
    const ended = states.filter((state) => state === 'confirmed').length;
    return ended === plan.steps.length ? ended : undefined;
  });
  say('\nRevoked there, and confirmed by asking the server again:');
  terminal.err(drawLives(await livesOf(server, story)));
}

/** Who holds the token that the service knows by a name only. */
function holdersOf(server: AuthorizationServer, story: readonly Holding[]): ReadonlyMap<string, string> {
  return new Map(story.map(({ text, holder }) => [server.book.find(text)?.ref.jti ?? '', holder]));
}

/** As a resource server would ask at its next request. */
async function livesOf(server: AuthorizationServer, story: readonly Holding[]): Promise<Life[]> {
  const crm = createAgentClient(server, parties.crm);
  return Promise.all(story.map(async (holding) => ({ holding, active: await crm.isActive(holding.text) })));
}

async function eventually<T>(stage: Stage, what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (const endMs = stage.terminal.clock() + PATIENCE_MS; stage.terminal.clock() < endMs; ) {
    const seen = await look();
    if (seen !== undefined) return seen;
    await delay(PAUSE_MS, undefined, { signal: stage.stopping });
  }
  throw new Error(`the demo waited for ${what}, which never came`);
}
