import { describe, expect, it } from 'vitest';
import type { Principal } from '../../domain/event/index.ts';
import { defaultPolicy, type Policy } from '../../domain/policy.ts';
import { checkPolicy } from '../check.ts';
import { draftPolicy } from './draft.ts';
import { type Deed, type Mint, type Observed, observedSince, type Span } from './observed.ts';

const startMs = Date.UTC(2026, 2, 2, 8);
const dayMs = 86_400_000;
const agent = (id: string): Principal => ({ id, kind: 'agent' });

function deed(differs: Partial<Deed> = {}): Deed {
  const actor = differs.actor ?? agent('agent:a');
  return {
    atMs: startMs,
    done: true,
    platform: false,
    actor,
    holder: undefined,
    hands: [actor],
    name: 'tool:search',
    system: undefined,
    resource: undefined,
    fields: [],
    repository: undefined,
    amount: undefined,
    rows: undefined,
    bytes: undefined,
    environment: undefined,
    issuedFor: undefined,
    task: undefined,
    presentedTo: undefined,
    audience: undefined,
    tokenKey: undefined,
    chainId: 'chn_1',
    ...differs,
  };
}

function mint(differs: Partial<Mint> = {}): Mint {
  return {
    key: 't',
    atMs: startMs,
    kind: 'access_token',
    issuer: 'https://as.example',
    issued: true,
    seconds: 3_600,
    endless: false,
    used: true,
    ...differs,
  };
}

function draft(deeds: readonly Deed[], mints: readonly Mint[] = [], spans: readonly Span[] = []) {
  const text = draftPolicy({ deeds, mints, spans }, startMs + dayMs);
  const { policy, errors, warnings } = checkPolicy(text, { detectors: [], nowMs: startMs });
  expect({ errors, warnings, text }).toEqual({ errors: [], warnings: [], text });
  return { text, policy: policy ?? defaultPolicy };
}

const times = (count: number, differs: (index: number) => Partial<Deed>): Deed[] =>
  Array.from({ length: count }, (_, index) => deed(differs(index)));

describe('a draft', () => {
  it('bounds what each machine did, and says how often, when and where', () => {
    const { policy, text } = draft(
      [
        deed({ chainId: 'chn_2', atMs: startMs + dayMs }),
        deed(),
        deed({
          name: 'payments:refund',
          system: 'payments',
          amount: 41.5,
          rows: 3,
          fields: ['iban'],
          task: 't1',
        }),
        deed({ name: undefined, system: 'ledger', repository: 'a/b' }),
        deed({ name: 'payments:payout', system: 'bank', done: false, chainId: 'chn_9' }),
        deed({ name: 'aws:*', system: 'aws', platform: true }),
        deed({ name: 'tool:human', actor: { id: 'maya', kind: 'human' } }),
      ],
      [],
      [
        {
          chainId: 'chn_1',
          actorId: 'agent:a',
          holderId: undefined,
          firstMs: startMs,
          lastMs: startMs + 61_000,
        },
        {
          chainId: 'chn_1',
          actorId: 'maya',
          holderId: 'agent:a',
          firstMs: startMs,
          lastMs: startMs + 150_500,
        },
        { chainId: 'chn_2', actorId: 'maya', holderId: undefined, firstMs: startMs, lastMs: startMs + dayMs },
      ],
    );
    expect(policy.agents).toEqual([
      {
        agent: 'agent:a',
        taskRequired: false,
        actions: ['payments:refund', 'tool:search'],
        targets: ['ledger', 'payments'],
        fields: ['iban'],
        repositories: ['a/b'],
        limits: { amount: 50, rows: 5 },
        maxSessionSeconds: 200,
      },
    ]);
    expect(policy.name).toBe('learnt from 2026-03-02 to 2026-03-03');
    expect(text).toContain('- "tool:search" # 2 times, 2026-03-02 to 2026-03-03, e.g. chn_1\n');
    expect(text).toContain('# refused, so left out: "payments:payout" once, 2026-03-02, chn_9\n');
  });

  it('judges what a person does with a machine’s credential by the machine', () => {
    const maya: Principal = { id: 'maya', kind: 'human' };
    const { policy } = draft([deed(), deed({ name: 'tool:other', actor: maya, holder: agent('agent:a') })]);
    expect(policy.agents).toMatchObject([{ agent: 'agent:a', actions: ['tool:other', 'tool:search'] }]);
  });

  it('lets those do nothing of whom nothing went through', () => {
    expect(draft([deed({ done: false, name: 'tool:x' })]).policy.agents).toMatchObject([
      { agent: 'agent:a', actions: [] },
    ]);
  });

  it('asks for a task of those who always had one', () => {
    const { agents } = draft([deed({ task: 't' }), deed({ actor: agent('agent:b') })]).policy;
    expect(agents.map(({ agent: id, taskRequired }) => [id, taskRequired])).toEqual([
      ['agent:a', true],
      ['agent:b', false],
    ]);
  });

  it('takes instances together by their path, and keeps what is no instance apart', () => {
    const { policy } = draft([
      ...times(4, (index) => ({ actor: agent(`ci/run/${index}`), chainId: `c${index}` })),
      ...times(9, (index) => ({ actor: agent(`ci/${index % 3}`), chainId: `d${index}` })),
      deed({ actor: agent('ci/run/4'), name: 'tool:deploy', environment: 'prod' }),
    ]);
    expect(policy.agents.map(({ agent: id, actions }) => [id, actions])).toEqual([
      ['ci/0', ['tool:search']],
      ['ci/1', ['tool:search']],
      ['ci/2', ['tool:search']],
      ['ci/run/*', ['tool:deploy', 'tool:search']],
    ]);
    expect(policy.environments).toMatchObject([{ environment: 'prod', principals: ['ci/run/*'] }]);
  });

  it.each<[string, Partial<Deed>[], string[]]>([
    ['a system alone', [{ resource: undefined }], ['crm']],
    ['few resources, seen often', times(8, (i) => ({ resource: `c/${i % 2}` })), ['crm/c/0', 'crm/c/1']],
    ['many resources of one folder', times(8, (i) => ({ resource: `eu/c/${i}` })), ['crm/eu/c/*']],
    ['many resources of different folders', times(8, (i) => ({ resource: `${i}/c` })), ['crm']],
    ['one call that does not say', [{ resource: 'c/1' }, {}], ['crm']],
    ['a path that climbs', times(8, (i) => ({ resource: `c/${i}/../x` })), ['crm']],
    ['a resource that is called like a pattern', [{ resource: 'c/*' }], ['crm/c/*']],
    ['a folder that is called like a pattern', [{ resource: 'c*/1' }], ['crm']],
  ])('bounds targets by %s', (_, differs, targets) => {
    const deeds = differs.map((each) => deed({ ...each, system: 'crm' }));
    expect(draft(deeds).policy.agents[0]?.targets).toEqual(targets);
  });

  it('says who was where, and leaves out environments whose credentials went over', () => {
    const { policy, text } = draft([
      deed({ environment: 'prod', issuedFor: 'prod' }),
      deed({ environment: 'prod', actor: { id: 'maya', kind: 'human' } }),
      deed({ environment: 'qa', issuedFor: 'dev' }),
      deed({ environment: 'dev' }),
      deed({ environment: 'lab', done: false }),
      ...times(65, (index) => ({
        environment: 'shop',
        actor: { id: `user${index}`, kind: 'human' as const },
      })),
    ]);
    expect(policy.environments).toEqual([
      { environment: 'prod', principals: ['agent:a', 'maya'] },
      { environment: 'shop', kinds: ['human'] },
    ]);
    expect(text).toContain('# "qa" is left out: a credential for "dev" was used there');
  });

  it('maps systems to the fewest audiences that every token had', () => {
    const at = (presentedTo: string, audience: string[], done = true) =>
      deed({ presentedTo, audience, done });
    const { policy } = draft([
      at('crm', ['api', 'crm']),
      at('crm', ['crm']),
      at('crm', ['other']),
      at('crm', ['refused'], false),
      at('mail', ['b', 'a']),
      at('none', []),
    ]);
    expect(policy.audiences).toEqual([
      { system: 'crm', audiences: ['crm', 'other'] },
      { system: 'mail', audiences: ['a'] },
    ]);
  });

  it('lets kinds of token live as long as they did, and trusts whom it saw', () => {
    const { policy, text } = draft(
      [],
      [
        mint(),
        mint({ seconds: 7_201 }),
        mint({ kind: 'eternal', seconds: 40_000_000, issuer: 'https://b.example', issued: false }),
        mint({ kind: 'key', seconds: undefined, endless: true }),
      ],
    );
    expect(policy.lifetimes.max).toEqual([{ kinds: ['access_token'], maxSeconds: 7_201 }]);
    expect(policy.trust.issuers).toEqual(['https://as.example', 'https://b.example']);
    expect(text).toContain('left out: "eternal", up to 40000000 s');
    expect(text).toContain('# 1 credentials never end');
    expect(text).toContain('#   issuers: ["https://as.example"]\n');
  });

  it('is one of all defaults where nothing can be bounded', () => {
    expect(draft([deed({ actor: { id: 'maya', kind: 'human' } })]).policy).toEqual({
      ...defaultPolicy,
      name: 'learnt from 2026-03-02',
    });
  });

  it('marks what is rare beside everything else', () => {
    const { text } = draft([...times(60, () => ({})), deed({ name: 'tool:once' })]);
    expect(text.match(/rare, look at it/g)).toHaveLength(1);
    expect(text).toMatch(/"tool:once" # once, .*; rare, look at it\n/);
  });

  it('tells many actions by their kind', () => {
    const deeds = times(101, (index) => ({ name: `crm:op${index}`, system: 'crm' }));
    expect(draft([...deeds, deed()]).policy.agents[0]?.actions).toEqual(['crm:*', 'tool:*']);
  });

  it('holds no more than a policy may, and says so', () => {
    const deeds = times(9_000, (index) => ({
      actor: agent(`agent:${'x'.repeat(200)}${index % 3_000}`),
      chainId: `c${index}`,
    }));
    const { policy, text } = draft(deeds);
    expect(policy.agents.length).toBeGreaterThan(500);
    expect(policy.agents.length).toBeLessThanOrEqual(1_024);
    expect(text).toMatch(/# \d+ more agents are left out: a policy holds no more\n/);
  });

  it('does not depend on the order in which it saw things', () => {
    const deeds = times(40, (index) => ({
      name: `tool:${index % 7}`,
      atMs: startMs + (index % 5) * dayMs,
      chainId: `c${index % 9}`,
    }));
    expect(draft(deeds.toReversed()).text).toBe(draft(deeds).text);
  });
});

describe('names that come from anybody', () => {
  const evil = [
    'a"\nagents: []\n#',
    'x: &a *a',
    '\u2028trust: {}',
    '\u0085version: 2',
    "'",
    '#',
    '- b',
    '\\',
    '\r',
    '\0',
  ];

  it('are nothing but names, in values and comments', () => {
    for (const name of evil) {
      const { policy, text } = draft(
        [
          deed({
            actor: agent(name),
            name: `tool:${name}`,
            system: name,
            resource: name,
            fields: [name],
            repository: name,
            chainId: name,
            environment: name,
            presentedTo: name,
            audience: [name],
          }),
          deed({ actor: agent(name), name: `tool:${name}${name}`, done: false }),
        ],
        [mint({ kind: name, issuer: name })],
      );
      const speakable = !name.includes('*');
      const one = speakable ? [name] : [];
      expect(
        policy.agents.map(({ agent: id }) => id),
        JSON.stringify(name),
      ).toEqual(one);
      expect(policy.trust.issuers).toEqual(one);
      expect(policy.version).toBe(1);
      // Every line that it wrote is one line to every reader.
      expect(text.split(/\r\n|[\n\r\u0085\u2028\u2029]/).length).toBe(text.split('\n').length);
    }
  });

  it('widen no boundary: a name with a star is left out of every list', () => {
    const { policy, text } = draft(
      [
        deed(),
        deed({
          name: 'tool:*',
          fields: ['*'],
          repository: 'a/*',
          environment: '*',
          presentedTo: '*',
          audience: ['*'],
        }),
        deed({ actor: agent('*') }),
      ],
      [mint({ kind: '*', issuer: '*' })],
    );
    const patterns =
      JSON.stringify({ ...policy, changeFreezes: [] } satisfies Policy).match(/"[^"]*\*[^"]*"/g) ?? [];
    expect(patterns).toEqual([]);
    expect(policy.agents).toMatchObject([
      { agent: 'agent:a', actions: ['tool:search'], fields: [], repositories: [] },
    ]);
    expect(text).toContain('# no pattern can say "tool:*"');
  });
});

describe('what is learnt from', () => {
  it('begins at a moment, with the credentials that were used since', () => {
    const observed: Observed = {
      deeds: [deed({ tokenKey: 'old' }), deed({ atMs: startMs - 1, tokenKey: 'older' })],
      mints: [mint({ key: 'old', atMs: 0 }), mint({ key: 'older', atMs: 0 }), mint({ key: 'new' })],
      spans: [
        { chainId: 'a', actorId: 'a', holderId: undefined, firstMs: 0, lastMs: startMs },
        { chainId: 'b', actorId: 'a', holderId: undefined, firstMs: 0, lastMs: startMs - 1 },
      ],
    };
    const since = observedSince(observed, startMs);
    expect(since.deeds.map(({ tokenKey }) => tokenKey)).toEqual(['old']);
    expect(since.mints.map(({ key }) => key)).toEqual(['old', 'new']);
    expect(since.spans.map(({ chainId }) => chainId)).toEqual(['a']);
  });
});
