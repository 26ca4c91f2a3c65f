import type { Act } from '../../../domain/event/index.ts';
import { callApi, invoke, request } from '../calls.ts';
import { agents, humans, type Issuer, issuers, orchestrators, read, record, services } from '../cast.ts';
import { handOver, type Opening, opening, own, work } from '../parts.ts';
import { type Script, wait } from '../script.ts';
import { exchange, issue } from '../tokens.ts';
import type { Variant } from '../variant.ts';

const corporate = [issuers.login, issuers.sts] as const;

function begin(script: Script, spec: Parameters<typeof opening>[1] = {}): Opening {
  const opened = opening(script, {
    issuer: script.random.pick(corporate),
    capabilities: [read('crm'), read('docs')],
    ...spec,
  });
  work(script, opened.token, opened.run, 2);
  return opened;
}

/** The next hand says of itself what is not so. */
function handOverWithAct(
  script: Script,
  actOf: (holder: string, before: Act | undefined) => Act | null,
): void {
  const first = begin(script);
  const second = handOver(script, first.token, first.run);
  const holder = own(script, script.random.pick(agents));
  const act = actOf(holder.id, second.token.act);
  const third = handOver(script, second.token, second.run, { holder, act });
  work(script, third.token, third.run, 2);
}

/** A service hands its own authority to an agent, whose token says who has acted. */
function fromService(script: Script, actOf: (holder: string) => Act): void {
  const subject = script.random.pick(services);
  const issuer = script.random.pick(corporate);
  const capabilities = [read('orders'), read('docs')];
  const root = issue(script, { issuer, subject, holder: subject, capabilities, grant: 'client_credentials' });
  const holder = own(script, script.random.pick(agents));
  const token = exchange(script, root, { holder, act: actOf(holder.id) });
  work(script, token, invoke(script, subject, holder, { token }), 2);
}

/** Who may act for whom, and who says it did. */
const actors: readonly Variant[] = [
  {
    name: 'actor-not-allowed',
    detectors: ['may-act-violation'],
    title: 'A token names who may act next, and somebody else trades it.',
    tell(script) {
      const { token, run } = begin(script, { mayAct: { sub: script.random.pick(orchestrators).id } });
      const next = handOver(script, token, run, { holder: own(script, script.random.pick(agents)) });
      work(script, next.token, next.run, 2);
    },
  },
  {
    name: 'not-delegated-to',
    detectors: ['may-act-violation'],
    title: 'A person who may delegate to one agent only stands behind another one.',
    tell(script) {
      const human = own(script, { id: 'user:treasurer', kind: 'human', name: 'treasurer' });
      const agent = agents.find(({ name }) => name === 'finance') ?? script.random.pick(agents);
      const { token, run } = begin(script, { human, agent });
      const holder = agents.find(({ name }) => name === 'sales') ?? script.random.pick(agents);
      const next = handOver(script, token, run, { holder });
      work(script, next.token, next.run, 2);
    },
  },
  {
    name: 'act-truncated',
    detectors: ['attribution-break'],
    title: 'A token names its holder and forgets everybody before it.',
    tell: (script) => handOverWithAct(script, (sub) => ({ sub })),
  },
  {
    name: 'act-spliced',
    detectors: ['attribution-break'],
    title: 'A token names an actor between two that followed on one another.',
    tell: (script) =>
      handOverWithAct(script, (sub, before) => ({
        sub,
        act: {
          sub: own(script, script.random.pick(agents)).id,
          ...(before === undefined ? {} : { act: before }),
        },
      })),
  },
  {
    name: 'act-reordered',
    detectors: ['attribution-break'],
    title: 'A token names the right actors in the wrong order.',
    tell: (script) =>
      handOverWithAct(script, (sub, before) => {
        const [second = '', first = ''] = [before?.sub, before?.act?.sub];
        return { sub, act: { sub: first, act: { sub: second } } };
      }),
  },
  {
    name: 'act-against-lineage',
    detectors: ['attribution-break'],
    title: 'A token names an earlier actor, and none of the tokens above it was ever given to that one.',
    tell(script) {
      const ghost = own(script, script.random.pick(services)).id;
      fromService(script, (sub) => ({ sub, act: { sub: ghost } }));
    },
  },
  {
    name: 'actor-misnamed',
    detectors: ['attribution-break'],
    title: 'A token is given to one agent and names another as its actor.',
    tell: (script) => fromService(script, () => ({ sub: own(script, script.random.pick(agents)).id })),
  },
  {
    name: 'subject-swapped',
    detectors: ['attribution-break'],
    title: 'Half way down the chain the token speaks for another person.',
    tell(script) {
      const [human, other] = script.random.sample(humans, 2);
      if (human === undefined || other === undefined) return;
      const { token, run } = begin(script, { human });
      const next = handOver(script, token, run, { subject: other });
      work(script, next.token, next.run, 2);
    },
  },
  {
    name: 'impersonates',
    detectors: ['impersonation'],
    title: 'An agent trades its token for one that speaks as the person, without a word of the agent.',
    tell: (script) => handOverWithAct(script, () => null),
  },
];

/** One credential, and who holds it. */
const hands: readonly Variant[] = [
  {
    name: 'agent-with-session-cookie',
    detectors: ['identity-reuse'],
    title: "An agent works with a person's session cookie.",
    tell(script) {
      const human = script.random.pick(humans);
      request(script, human);
      const cookie = issue(script, {
        issuer: issuers.login,
        subject: human,
        holder: human,
        capabilities: [read('crm')],
        tokenKind: 'session_cookie',
        grant: 'session',
      });
      const agent = script.random.pick(agents);
      for (let calls = script.random.int(1, 3); calls > 0; calls -= 1) {
        wait(script, 1_000, 10_000);
        callApi(script, cookie, read('crm'), { actor: agent, resource: record('crm', calls) });
      }
    },
  },
  {
    name: 'agent-with-personal-key',
    detectors: ['identity-reuse'],
    title: "An agent works with a person's personal access token.",
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
        lifetimeS: 14_400,
      });
      wait(script, 1_000, 10_000);
      const actor = script.random.pick(agents);
      callApi(script, key, read('repo'), { actor, mustCarryTxn: true, resource: record('repo', 4) });
    },
  },
  {
    name: 'two-hands',
    detectors: ['identity-reuse'],
    title: 'A token that was made for one agent works in the hands of another.',
    tell(script) {
      const { token, run } = begin(script);
      const actor = own(script, script.random.pick(agents));
      wait(script, 5_000, 60_000);
      callApi(script, token, read('crm'), { actor, parentCallId: run, resource: record('crm', 9) });
    },
  },
];

const rogue: Issuer = {
  ...issuers.login,
  iss: 'https://login.acme-example.net',
  source: 'https://login.acme-example.net/events',
  expected: false,
};

/** Whose word counts here. */
const borders: readonly Variant[] = [
  {
    name: 'untrusted-issuer',
    detectors: ['trust-boundary'],
    title: 'A token by an issuer that policy does not know is accepted.',
    tell(script) {
      const { token, run } = opening(script, { issuer: rogue, capabilities: [read('crm')] });
      callApi(script, token, read('crm'), { parentCallId: run, resource: record('crm', 2) });
    },
  },
  {
    name: 'untrusted-root',
    detectors: ['trust-boundary'],
    title: 'A chain begins with somebody of whom policy knows nothing.',
    tell(script) {
      const human = { id: `contractor:${script.name('person')}`, kind: 'human' as const };
      const { token, run } = opening(script, { human, issuer: script.random.pick(corporate) });
      work(script, token, run, 2);
    },
  },
  {
    name: 'domain-crossed',
    detectors: ['trust-boundary'],
    title: "A partner trades our token for one of its own as if it were the partner's.",
    tell(script) {
      const { token, run, agent } = begin(script);
      const abroad = exchange(script, token, {
        holder: own(script, agent),
        issuer: issuers.partner,
        grant: 'urn:ietf:params:oauth:grant-type:token-exchange',
      });
      work(script, abroad, invoke(script, agent, abroad.holder, { token: abroad, parentCallId: run }), 2);
    },
  },
  {
    name: 'tenant-crossed',
    detectors: ['trust-boundary'],
    title: 'The agent of another tenant gets a token for a person of this one.',
    tell(script) {
      const human = { ...own(script, script.random.pick(humans)), tenant: 'default' };
      const { token, run } = begin(script, {
        human,
        agent: { ...own(script, script.random.pick(agents)), tenant: 'default' },
      });
      const holder = { ...own(script, script.random.pick(agents)), tenant: 'globex' };
      const next = handOver(script, token, run, { holder });
      work(script, next.token, next.run, 2);
    },
  },
];

export const attributionAttacks: readonly Variant[] = [...actors, ...hands, ...borders];
