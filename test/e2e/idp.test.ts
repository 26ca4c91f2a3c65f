import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { parties, secretOf } from '../../src/cli/demo-idp/cast.ts';
import { type Holding, widenRefundAgent } from '../../src/cli/demo-idp/story.ts';
import { createPublisher, type Publisher, type Tell, type ToldEvent } from '../../src/cli/demo-idp/tell.ts';
import { type Api, apiOf, type ShownResponse } from '../support/api.ts';
import { type Peer, startPeer } from '../support/authorization-server/peer.ts';
import { startService, temporaryFolder } from '../support/service.ts';
import { until } from '../support/until.ts';

/** So soon is proof overdue that a test can wait for what follows when there is none. */
const CONFIRM_SECONDS = 5;

let peer: Peer;
let api: Api;
let publisher: Publisher;
/** What the authorization server reports; held back until a test has looked at what is alive. */
let tell: Tell;

beforeAll(async () => {
  peer = await startPeer({ tell: (event) => tell(event) });
  const { issuer, revocation, introspection, custodian } = peer.server;
  const folder = temporaryFolder();
  const file = join(folder, 'config.yaml');
  const idp = {
    name: 'idp',
    kind: 'oauth',
    issuers: [issuer],
    revocation,
    introspection,
    client: { method: 'client_secret_basic', id: parties.chainwarden.clientId, secret: { env: 'CLIENT' } },
    custodian: { url: custodian.url, secret: { env: 'CUSTODIAN' } },
  };
  const response = { mode: 'auto', dryRun: false, confirmSeconds: CONFIRM_SECONDS };
  const config = {
    policy: { clocks: { latenessSeconds: 1 } },
    outbound: { allow: ['127.0.0.1'], connectors: [idp], response },
  };
  writeFileSync(file, stringify(config));
  const service = await startService(join(folder, 'data'), {
    args: ['--config', file],
    env: { CLIENT: secretOf(parties.chainwarden), CUSTODIAN: custodian.secret },
  });
  api = apiOf(service.address, service.adminKey ?? '');
  // Bound to its issuer: only then do its links revoke without a person.
  const wanted = { name: 'idp', role: 'publisher', issuers: [issuer] };
  const { text: key } = await api.ask<{ text: string }>('/v1/keys', wanted);
  publisher = createPublisher({ address: service.address, key });
  // The second one finds what was made from a token that is dead.
  for (const detector of ['scope-creep', 'reuse-after-expiry']) await letAct(detector);
});
beforeEach(() => peer.setRules({ lax: true }));

/** Lets a detector act alone, as an admin does: after its backtest was looked at. */
async function letAct(detector: string): Promise<void> {
  const path = `/v1/detectors/${detector}`;
  const { id: backtest } = await api.ask<{ id: string }>(`${path}/backtest`, {});
  await api.ask(`/v1/backtests/${backtest}`);
  await api.ask(`${path}/mode`, { mode: 'auto', reason: 'the test', backtest });
}

/** Who of the story holds a token that its server calls active. */
async function alive(story: readonly Holding[]): Promise<string[]> {
  const active = await Promise.all(story.map(({ text }) => peer.as.crm.isActive(text)));
  return story.filter((_, index) => active[index]).map(({ holder }) => holder);
}

const everybody = ['Maya Lindqvist', 'Support agent', 'Refund agent', 'Payout agent'];
const unharmed = ['Maya Lindqvist', 'Support agent'];

const jtiOf = (holding: Holding | undefined): string =>
  peer.server.book.find(holding?.text ?? '')?.ref.jti ?? '';

/** Mints the tokens for real, sees that all are alive, and only then lets the service hear of it. */
async function mint(): Promise<readonly Holding[]> {
  const held: ToldEvent[] = [];
  tell = (event) => held.push(event);
  const story = await widenRefundAgent(peer.server);
  expect(await alive(story)).toEqual(everybody);
  publisher.tellTogether(held);
  tell = publisher.tell;
  return story;
}

/** What was done about these tokens, by who holds them. */
async function statesOf(story: readonly Holding[]): Promise<Readonly<Record<string, string>>> {
  const responses = await api.responses();
  const about = (holding: Holding): ShownResponse | undefined =>
    responses.find(({ target }) => target.label === jtiOf(holding));
  return Object.fromEntries(
    story.flatMap((holding) => {
      const response = about(holding);
      return response === undefined ? [] : [[holding.holder, response.state]];
    }),
  );
}

async function untilStates(
  story: readonly Holding[],
  expected: Readonly<Record<string, string>>,
): Promise<void> {
  let last = {};
  await until(`they are ${JSON.stringify(expected)}`, async () => {
    last = await statesOf(story);
    return JSON.stringify(last) === JSON.stringify(expected);
  }).catch((error: unknown) => {
    throw new Error(`${String(error)}; it is ${JSON.stringify(last)}`);
  });
}

describe('with a real authorization server', () => {
  it('ends a widened token and what came of it, proves it, and leaves the human signed in', async () => {
    const story = await mint();
    await untilStates(story, { 'Refund agent': 'confirmed', 'Payout agent': 'confirmed' });
    expect(await alive(story)).toEqual(unharmed);
    const family = peer.server.book.find(story[0]?.text ?? '')?.family;
    const refreshToken = peer.server.book.textOf({ family }) ?? '';
    expect((await peer.as.portal.refresh(refreshToken)).scope).toContain('crm:read');
  });

  it('says so when the server answered 200 and ended nothing, and ends what is still made of it', async () => {
    peer.setRules({ lax: true, silent: true });
    const story = await mint();
    await untilStates(story, { 'Refund agent': 'unconfirmed', 'Payout agent': 'unconfirmed' });
    expect(await alive(story)).toEqual(everybody);
    const [, , refund] = story;
    await until('an alert that it is unconfirmed', async () =>
      (await api.alerts()).some(
        ({ detector, subject }) =>
          detector === 'unconfirmed-revocation' && subject.key.includes(jtiOf(refund)),
      ),
    );

    peer.setRules({ lax: true });
    const { accessToken: text, scope } = await peer.as.crm.exchange(refund?.text ?? '', 'crm:read');
    const child: Holding = { holder: 'CRM', what: 'exchanged from a tombstone', text, scope, broken: true };
    await untilStates([child], { CRM: 'confirmed' });
    expect(await alive([child])).toEqual([]);
  });
});
