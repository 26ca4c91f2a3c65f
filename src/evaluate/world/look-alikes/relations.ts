import { callApi, invoke, reject, request } from '../calls.ts';
import { agents, humans, issuers, read, record, services, systems, write } from '../cast.ts';
import { proofOf } from '../evidence.ts';
import { handOver, opening, own, work } from '../parts.ts';
import { type Script, wait } from '../script.ts';
import { audienceOf, exchange, issue, refresh } from '../tokens.ts';
import { MINUTE_MS, type Variant } from '../variant.ts';

const detectors: readonly string[] = [];
const corporate = [issuers.login, issuers.sts] as const;

const twoSystems = (script: Script): readonly [string, string] => {
  const [a = 'crm', b = 'orders'] = script.random.sample(systems, 2);
  return [a, b];
};

/** What resembles a token in the wrong place, with the wrong key, once too often or for too long. */
export const relationLookAlikes: readonly Variant[] = [
  {
    name: 'benign:several-audiences',
    detectors,
    title: 'A token for two systems is used at both, and refused at a third.',
    tell(script) {
      const [a, b] = twoSystems(script);
      const { token, run } = opening(script, { capabilities: [read(a), read(b)] });
      for (const system of [a, b, a]) {
        wait(script, 300, 4_000);
        callApi(script, token, read(system), { parentCallId: run, resource: record(system, 2) });
      }
      callApi(script, token, read('payments'), { parentCallId: run, denied: true });
    },
  },
  {
    name: 'benign:gateway-and-backend',
    detectors,
    title: 'A gateway and the backend behind it see one token in one request.',
    tell(script) {
      const [system] = twoSystems(script);
      const { token, run } = opening(script, { capabilities: [read(system)] });
      for (let calls = 4; calls > 0; calls -= 1) {
        wait(script, 300, 4_000);
        callApi(script, token, read(system), { parentCallId: run, seenTwice: true });
      }
    },
  },
  {
    name: 'benign:audience-trimmed',
    detectors,
    title: 'More audiences were asked for than were given.',
    tell(script) {
      const [a, b] = twoSystems(script);
      const { token, run } = opening(script, { capabilities: [read(a)] });
      const requestedAudience = [audienceOf(a), audienceOf(b)];
      const next = handOver(script, token, run, { capabilities: [read(a)], requestedAudience });
      work(script, next.token, next.run, 3);
    },
  },
  {
    name: 'benign:key-per-hop',
    detectors,
    title: 'Each hop proves a key of its own, and a proof by another key is refused.',
    tell(script) {
      const [system] = twoSystems(script);
      const { token, run, agent } = opening(script, { bound: true, capabilities: [read(system)] });
      callApi(script, token, read(system), { parentCallId: run });
      const next = handOver(script, token, run);
      callApi(script, next.token, read(system), { parentCallId: next.run });
      const sender = proofOf(agent, script.name('proof'));
      callApi(script, next.token, read(system), { parentCallId: next.run, sender, denied: true });
    },
  },
  {
    name: 'benign:proof-reported-twice',
    detectors,
    title: 'Gateway and backend report the same proof of the same call; sent again, it is refused.',
    tell(script) {
      const [system] = twoSystems(script);
      const { token, run, agent } = opening(script, { bound: true, capabilities: [read(system)] });
      const sender = proofOf(agent, script.name('proof'));
      callApi(script, token, read(system), { parentCallId: run, sender, seenTwice: true });
      wait(script, 5_000, 60_000);
      callApi(script, token, read(system), { parentCallId: run, sender, denied: true });
    },
  },
  {
    name: 'benign:one-time-token',
    detectors,
    title: 'A token for one use is used once, seen by two parties, and refused the second time.',
    tell(script) {
      const [system] = twoSystems(script);
      const { token, run } = opening(script, { capabilities: [read(system), write(system)] });
      const once = handOver(script, token, run, {
        maxUses: 1,
        lifetimeS: 600,
        capabilities: [write(system)],
      });
      const use = { parentCallId: once.run, resource: record(system, 8) };
      callApi(script, once.token, write(system), { ...use, seenTwice: true });
      wait(script, 5_000, 60_000);
      callApi(script, once.token, write(system), { ...use, denied: true });
    },
  },
  {
    name: 'benign:one-time-grant',
    detectors,
    title: 'A grant for one redemption is redeemed once.',
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
      const holder = script.random.pick(agents);
      const token = exchange(script, grant, { holder, issuer: issuers.sts, lifetimeS: 900 });
      work(script, token, invoke(script, subject, holder, { token }), 3);
      wait(script, 5_000, 60_000);
      reject(script, grant, 'reuse');
    },
  },
  {
    name: 'benign:refresh-retried',
    detectors,
    title: 'The answer to a refresh is lost, and the client asks again within seconds.',
    tell(script) {
      const { token, run } = opening(script, { family: script.name('family') });
      work(script, token, run, 2);
      wait(script, 10 * MINUTE_MS, 30 * MINUTE_MS);
      refresh(script, token);
      wait(script, 1_000, 9_000);
      work(script, refresh(script, token), run, 2);
    },
  },
  {
    name: 'benign:new-key-in-old-hands',
    detectors,
    title: 'A static key, some weeks old, works for the service that it was made for.',
    tell(script) {
      const holder = own(script, script.random.pick(services));
      const key = issue(script, {
        issuer: script.random.pick(corporate),
        subject: holder,
        holder,
        capabilities: [read('docs'), write('docs')],
        lifetimeS: null,
        tokenKind: 'api_key',
        grant: 'api_key',
        mintedAgoS: 40 * 86_400,
      });
      work(script, key, undefined, 4);
    },
  },
  {
    name: 'benign:longest-lifetime',
    detectors,
    title: 'A token lives exactly as long as tokens of its kind may.',
    tell(script) {
      const subject = script.random.pick(services);
      const capabilities = [read('warehouse'), read('docs')];
      const spec = { issuer: issuers.sts, subject, holder: subject, capabilities, lifetimeS: 14_400 };
      work(script, issue(script, { ...spec, grant: 'client_credentials' }), undefined, 4);
    },
  },
  {
    name: 'benign:deepest-chain',
    detectors,
    title: 'Authority passes through as many hands as policy lets it.',
    tell(script) {
      const issuer = script.random.pick(corporate);
      let { token, run } = opening(script, { issuer, capabilities: [read('docs'), read('crm')] });
      for (const holder of script.random
        .shuffle(agents.slice(0, 8))
        .filter(({ id }) => id !== token.holder.id)
        .slice(0, 7)) {
        ({ token, run } = handOver(script, token, run, { holder }));
      }
      work(script, token, run, 3);
    },
  },
  {
    name: 'benign:renewed-by-person',
    detectors,
    title: 'A person who signs in again starts anew: what they had before bounds nothing.',
    tell(script) {
      const human = own(script, script.random.pick(humans));
      const [a, b] = twoSystems(script);
      const first = opening(script, { human, capabilities: [read(a)], lifetimeS: 900 });
      work(script, first.token, first.run, 2);
      wait(script, MINUTE_MS, 5 * MINUTE_MS);
      request(script, human);
      const capabilities = [read(a), read(b)];
      const spec = { issuer: first.token.issuer, subject: human, holder: first.agent, capabilities };
      const second = issue(script, { ...spec, lifetimeS: 7_200 });
      work(script, second, invoke(script, human, first.agent, { token: second }), 3);
    },
  },
];
