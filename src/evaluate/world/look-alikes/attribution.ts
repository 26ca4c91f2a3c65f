import { callApi, invoke, request } from '../calls.ts';
import { agents, humans, issuers, orchestrators, read, record, services, write } from '../cast.ts';
import { link } from '../evidence.ts';
import { handOver, opening, own, work } from '../parts.ts';
import { wait } from '../script.ts';
import { exchange, issue, refresh } from '../tokens.ts';
import { MINUTE_MS, type Variant } from '../variant.ts';

const detectors: readonly string[] = [];
const corporate = [issuers.login, issuers.sts] as const;

/** What resembles a lie about who acts for whom. */
export const attributionLookAlikes: readonly Variant[] = [
  {
    name: 'benign:successor-of-successor',
    detectors,
    title: 'The one named to act next acts, and hands on what named nobody.',
    tell(script) {
      const successor = script.random.pick(orchestrators);
      const { token, run } = opening(script, {
        issuer: script.random.pick(corporate),
        capabilities: [read('crm'), read('mail')],
        mayAct: { sub: successor.id },
      });
      const second = handOver(script, token, run, { holder: successor });
      const third = handOver(script, second.token, second.run, { holder: script.random.pick(agents) });
      work(script, third.token, third.run, 3);
    },
  },
  {
    name: 'benign:treasurer-delegates',
    detectors,
    title: 'A person who may delegate to one agent only delegates to that one.',
    tell(script) {
      const human = own(script, { id: 'user:treasurer', kind: 'human', name: 'treasurer' });
      const agent = agents.find(({ name }) => name === 'finance') ?? script.random.pick(agents);
      const capabilities = [read('billing'), write('billing')];
      const { token, run } = opening(script, { human, agent, capabilities });
      work(script, token, run, 4);
    },
  },
  {
    name: 'benign:same-hand-narrows',
    detectors,
    title: 'An agent trades its token for a narrower one of its own: no actor is added.',
    tell(script) {
      const capabilities = [read('orders'), write('orders')];
      const { token, run, agent } = opening(script, { issuer: script.random.pick(corporate), capabilities });
      const narrow = exchange(script, token, { holder: agent, capabilities: [read('orders')] });
      work(script, narrow, run, 3);
    },
  },
  {
    name: 'benign:act-across-refresh',
    detectors,
    title: 'A refresh does not repeat the actors; the token traded for it does.',
    tell(script) {
      const { token, run } = opening(script, {
        issuer: script.random.pick(corporate),
        family: script.name('family'),
        capabilities: [read('crm'), read('docs')],
      });
      wait(script, 5 * MINUTE_MS, 20 * MINUTE_MS);
      const next = handOver(script, refresh(script, token), run);
      work(script, next.token, next.run, 3);
    },
  },
  {
    name: 'benign:known-by-two-names',
    detectors,
    title: 'The issuer changes between two names of one person, which the directory has linked.',
    tell(script) {
      const human = own(script, script.random.pick(humans));
      const other = { ...human, id: `mail:${human.id}@acme.example` };
      link(script, human, other);
      wait(script, 2 * MINUTE_MS, 4 * MINUTE_MS);
      const { token, run } = opening(script, { human, issuer: issuers.sts, capabilities: [read('mail')] });
      const next = handOver(script, token, run, { subject: other });
      work(script, next.token, next.run, 3);
    },
  },
  {
    name: 'benign:service-on-its-own',
    detectors,
    title: 'A service trades its own token for one of its own: nobody acts for anybody.',
    tell(script) {
      const subject = script.random.pick(services);
      const spec = { issuer: issuers.sts, subject, holder: subject, grant: 'client_credentials' };
      const first = issue(script, { ...spec, capabilities: [read('docs'), write('docs')] });
      work(script, first, undefined, 2);
      work(script, exchange(script, first, { holder: subject, capabilities: [read('docs')] }), undefined, 3);
    },
  },
  {
    name: 'benign:person-with-own-key',
    detectors,
    title: 'A person works with a personal access token of their own.',
    tell(script) {
      const human = own(script, script.random.pick(humans));
      request(script, human);
      const key = issue(script, {
        issuer: issuers.forge,
        subject: human,
        holder: human,
        capabilities: [read('repo')],
        tokenKind: 'personal_access_token',
        grant: 'personal_access_token',
        lifetimeS: 30 * 86_400,
        mintedAgoS: 5 * 86_400,
      });
      for (let calls = script.random.int(2, 6); calls > 0; calls -= 1) {
        wait(script, 1_000, 20_000);
        callApi(script, key, read('repo'), { mustCarryTxn: true, resource: record('repo', calls) });
      }
    },
  },
  {
    name: 'benign:agent-moves',
    detectors,
    title: 'One agent, one token, two addresses: its pod was moved.',
    tell(script) {
      const { token, run } = opening(script, { capabilities: [read('crm')] });
      for (const ip of ['10.1.4.17', '10.1.4.17', '10.1.9.230']) {
        wait(script, 1_000, 30_000);
        callApi(script, token, read('crm'), {
          parentCallId: run,
          resource: record('crm', 4),
          from: { ip, userAgent: 'agent-runtime/3.2' },
        });
      }
    },
  },
  {
    name: 'benign:principals-of-one-tenant',
    detectors,
    title: 'Subject and agent say to which tenant they belong, and it is the same.',
    tell(script) {
      const human = { ...own(script, script.random.pick(humans)), tenant: 'default' };
      const agent = { ...own(script, script.random.pick(agents)), tenant: 'default' };
      const { token, run } = opening(script, { human, agent, capabilities: [read('tickets')] });
      work(script, token, run, 3);
    },
  },
  {
    name: 'benign:partner-federated',
    detectors,
    title: 'A partner accepts our token by the grant that is meant for it.',
    tell(script) {
      const capabilities = [read('orders'), read('tickets')];
      const { token, run, agent } = opening(script, { issuer: issuers.login, capabilities });
      const abroad = exchange(script, token, { holder: own(script, agent), issuer: issuers.partner });
      work(script, abroad, invoke(script, agent, abroad.holder, { token: abroad, parentCallId: run }), 3);
    },
  },
];
