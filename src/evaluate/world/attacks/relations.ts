import { callApi, callTool, invoke, request } from '../calls.ts';
import { agents, issuers, read, record, services, systems, tool, write } from '../cast.ts';
import { duty } from '../desk.ts';
import { proofOf } from '../evidence.ts';
import { handOver, opening, own, work } from '../parts.ts';
import { type Script, wait } from '../script.ts';
import { audienceOf, exchange, issue, refresh, type Token } from '../tokens.ts';
import { MINUTE_MS, type Variant } from '../variant.ts';

const corporate = [issuers.login, issuers.sts] as const;

const twoSystems = (script: Script): readonly [string, string] => {
  const [a = 'crm', b = 'orders'] = script.random.sample(systems, 2);
  return [a, b];
};

function useTwice(script: Script, token: Token, run: string | undefined, system: string): void {
  for (const number of [2, 8]) {
    callApi(script, token, read(system), {
      ...(run === undefined ? {} : { parentCallId: run }),
      resource: record(system, number),
    });
    wait(script, 2 * MINUTE_MS, 5 * MINUTE_MS);
  }
}

/** Where a token is used, and for whom it was made. */
const audience: readonly Variant[] = [
  {
    name: 'audience-ignored',
    detectors: ['audience-mismatch'],
    title: 'A system accepts a token that was made for another one.',
    tell(script) {
      const [a, b] = twoSystems(script);
      const { token, run } = opening(script, { capabilities: [read(a)] });
      work(script, token, run, 2);
      callApi(script, token, read(b), { parentCallId: run, resource: record(b, 5) });
    },
  },
  {
    name: 'token-passed-on',
    detectors: ['audience-mismatch'],
    title: 'A tool server sends the token that it was called with on to a system behind it.',
    tell(script) {
      const [a, b] = twoSystems(script);
      const { token, run } = opening(script, {
        issuer: script.random.pick(corporate),
        capabilities: [read(a)],
      });
      const parentCallId = callTool(script, token, tool(a, 'get', 'read'), { parentCallId: run });
      callApi(script, token, read(b), { parentCallId, resource: record(b, 6) });
    },
  },
  {
    name: 'presented-elsewhere',
    detectors: ['audience-mismatch'],
    title: 'Nobody reports the issuance; the gateway read another audience and let the call through.',
    tell(script) {
      const [a, b] = twoSystems(script);
      const subject = { id: `partner/${script.random.int(1, 40)}`, kind: 'unknown' as const };
      const token = issue(script, {
        issuer: issuers.partner,
        subject,
        holder: subject,
        capabilities: [read(a)],
        unreported: true,
      });
      const presented = {
        iat: token.iatMs / 1000,
        exp: (token.expMs ?? 0) / 1000,
        aud: [...token.audience],
        scope: [...token.scope],
      };
      callApi(script, token, read(b), { presented, mustCarryTxn: true, resource: record(b, 7) });
    },
  },
  {
    name: 'audience-widened',
    detectors: ['audience-mismatch'],
    title: 'An exchange gives an agent a token for the ledger, which only its keepers may ask for.',
    tell(script) {
      const [a] = twoSystems(script);
      const { token, run } = opening(script, {
        issuer: script.random.pick(corporate),
        capabilities: [read(a)],
      });
      const next = handOver(script, token, run, {
        holder: script.random.pick(agents.filter(({ id }) => id !== token.holder.id)),
        capabilities: [read(a)],
        audience: [audienceOf(a), audienceOf('ledger')],
      });
      work(script, next.token, next.run, 2);
    },
  },
];

/** With which key, and how often. */
const possession: readonly Variant[] = [
  {
    name: 'wrong-key',
    detectors: ['sender-constraint'],
    title: 'A token bound to one key is accepted with the proof of another.',
    tell(script) {
      const [system] = twoSystems(script);
      const { token, run } = opening(script, { bound: true, capabilities: [read(system)] });
      work(script, token, run, 2);
      const sender = proofOf(own(script, token.holder), script.name('proof'));
      callApi(script, token, read(system), { parentCallId: run, sender });
    },
  },
  {
    name: 'proof-replayed',
    detectors: ['sender-constraint'],
    title: 'One proof of possession is accepted for two calls.',
    tell(script) {
      const [system] = twoSystems(script);
      const { token, run, agent } = opening(script, { bound: true, capabilities: [read(system)] });
      const sender = proofOf(agent, script.name('proof'));
      callApi(script, token, read(system), { parentCallId: run, sender, resource: record(system, 1) });
      wait(script, 2 * MINUTE_MS, 5 * MINUTE_MS);
      callApi(script, token, read(system), { parentCallId: run, sender, resource: record(system, 2) });
    },
  },
  {
    name: 'one-time-used-twice',
    detectors: ['credential-replay'],
    title: 'A token for one use is accepted twice.',
    tell(script) {
      const [system] = twoSystems(script);
      const { token, run } = opening(script, { capabilities: [read(system), write(system)] });
      const once = handOver(script, token, run, { maxUses: 1, capabilities: [read(system)] });
      useTwice(script, once.token, once.run, system);
    },
  },
  {
    name: 'grant-redeemed-twice',
    detectors: ['credential-replay'],
    title: 'A grant for one redemption gives two tokens.',
    tell(script) {
      const subject = script.random.pick(services);
      const grant = issue(script, {
        issuer: issuers.login,
        subject,
        holder: subject,
        capabilities: [read('orders')],
        tokenKind: 'id-jag',
        maxUses: 1,
        lifetimeS: 300,
      });
      for (const holder of script.random.sample(agents, 2)) {
        wait(script, 5_000, 60_000);
        const token = exchange(script, grant, { holder, issuer: issuers.sts, lifetimeS: 900 });
        work(script, token, invoke(script, subject, holder, { token }), 1);
      }
    },
  },
  {
    name: 'refresh-replayed',
    detectors: ['credential-replay'],
    title: 'A refresh token that was rotated away is redeemed again minutes later.',
    tell(script) {
      const { token, run } = opening(script, { family: script.name('family') });
      work(script, token, run, 2);
      wait(script, 10 * MINUTE_MS, 30 * MINUTE_MS);
      work(script, refresh(script, token), run, 1);
      wait(script, 4 * MINUTE_MS, 9 * MINUTE_MS);
      work(script, refresh(script, token), run, 1);
    },
  },
];

/** For how long, and how far from its root. */
const extent: readonly Variant[] = [
  {
    name: 'no-expiry',
    detectors: ['unbounded-lifetime'],
    title: "An exchange gives an agent a token that never expires, in a person's name.",
    tell(script) {
      const [system] = twoSystems(script);
      const issuer = script.random.pick(corporate);
      const { token, run } = opening(script, { issuer, capabilities: [read(system)] });
      const next = handOver(script, token, run, { lifetimeS: null, capabilities: [read(system)] });
      useTwice(script, next.token, next.run, system);
    },
  },
  {
    name: 'lives-too-long',
    detectors: ['unbounded-lifetime'],
    title: 'A token is minted for most of a day where policy allows four hours.',
    tell(script) {
      const { token, run } = opening(script, { lifetimeS: 36_000 });
      work(script, token, run, 3);
    },
  },
  {
    name: 'standing-secret',
    detectors: ['unbounded-lifetime'],
    title: 'A service opens the vault with a static key that is most of a year old.',
    tell(script) {
      const holder = own(script, script.random.pick(services));
      request(script, { id: 'acme/schedule/backup', kind: 'system' }, 'schedule');
      const key = issue(script, {
        issuer: script.random.pick(corporate),
        subject: holder,
        holder,
        capabilities: [duty.readSecret],
        lifetimeS: null,
        tokenKind: 'api_key',
        grant: 'api_key',
        mintedAgoS: 200 * 86_400,
      });
      callApi(script, key, duty.readSecret, { mustCarryTxn: true, resource: record('vault', 3) });
    },
  },
  {
    name: 'too-deep',
    detectors: ['delegation-depth'],
    title: 'Authority passes through more hands than policy lets it.',
    tell(script) {
      const issuer = script.random.pick(corporate);
      let { token, run } = opening(script, { issuer, capabilities: [read('docs'), read('crm')] });
      for (let hops = script.random.int(10, 12); hops > 0; hops -= 1) {
        ({ token, run } = handOver(script, token, run, { holder: own(script, script.random.pick(agents)) }));
      }
      work(script, token, run, 2);
    },
  },
];

export const relationAttacks: readonly Variant[] = [...audience, ...possession, ...extent];
