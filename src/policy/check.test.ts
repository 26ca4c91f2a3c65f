import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { POLICY_BYTES_MAX, POLICY_DEPTH_MAX, POLICY_TOKENS_MAX } from '../domain/limits.ts';
import { defaultPolicy } from '../domain/policy.ts';
import { checkParsedPolicy, checkPolicy, type PolicyContext } from './check.ts';

const context: PolicyContext = {
  detectors: [
    { id: 'scope-creep', config: z.strictObject({ weights: z.int().min(0).default(1) }) },
    { id: 'silent-feed', config: z.strictObject({}) },
  ],
  nowMs: Date.UTC(2026, 2, 3),
};

const lines = (...all: string[]): string => `${all.join('\n')}\n`;

/** As people see them: `line:column member: message`. */
function said(source: string, of: 'errors' | 'warnings' = 'errors'): string[] {
  return checkPolicy(source, context)[of].map(
    ({ line, column, path, message }) => `${line}:${column} ${path}: ${message}`,
  );
}

const exception = (...more: string[]): string =>
  lines(
    'exceptions:',
    '  - id: x',
    '    scope: { fact: f }',
    '    owner: o',
    '    reason: r',
    '    ticket: t',
    ...more.map((each) => `    ${each}`),
  );

describe('a policy document', () => {
  it('is YAML or JSON, every member of which may be left out', () => {
    for (const source of ['{}', 'version: 1\n', '{"version": 1, "agents": []}', '\uFEFF{}', '{ }\r\n']) {
      expect(checkPolicy(source, context), source).toMatchObject({
        policy: defaultPolicy,
        errors: [],
        warnings: [],
      });
    }
  });

  it.each<[string, string, RegExp[]]>([
    [
      'a member that nobody knows',
      'version: 1\nexpcts: {}\n',
      [/^2:1 expcts: unknown member "expcts"; did you mean "expects"\?$/],
    ],
    [
      'a slip deeper down',
      lines('agents:', '  - agent: a', '    acitons: [x]'),
      [/^3:5 agents\[0\]\.acitons: unknown member "acitons"; did you mean "actions"\?$/],
    ],
    ['a name like no other', 'quux: 1\n', [/^1:1 quux: unknown member "quux"$/]],
    [
      'a member of the variant that was chosen',
      lines('scopes:', '  - issuer: i', '    dialect: hierarchical', '    seperator: /'),
      [/^4:5 scopes\[0\]\.seperator: .*"separator"\?$/],
    ],
    [
      'a variant that does not exist',
      lines('scopes:', '  - { issuer: i, dialect: hierarchial }'),
      [/^2:27 scopes\[0\]\.dialect: expected one of "exact", .*; did you mean "hierarchical"\?$/],
    ],
    [
      'a variant that nobody chose',
      lines('scopes:', '  - issuer: i'),
      [/^2:5 scopes\[0\]\.dialect: is missing: one of "exact", /],
    ],
    [
      'a value out of a set',
      lines('effects:', '  - action: a', '    effect: raed'),
      [/^3:13 effects\[0\]\.effect: expected one of .*; did you mean "read"\?$/],
    ],
    [
      'a member that has to be there',
      lines('agents:', '  - actions: ["tool:x"]'),
      [/^2:5 agents\[0\]\.agent: "agent" is missing$/],
    ],
    ['nothing where a list belongs', 'agents:\n', [/^1:1 agents: expected a list, found nothing$/]],
    [
      'text where a list belongs',
      'humanRequired: tool:x\n',
      [/^1:16 humanRequired: expected a list, found text$/],
    ],
    [
      'a fraction',
      lines('fanOut:', '  childrenPerToken: 1.5'),
      [/^2:21 fanOut\.childrenPerToken: expected a whole number/],
    ],
    ['too much', lines('clocks:', '  skewSeconds: 99999999'), [/^2:16 clocks\.skewSeconds: too big/]],
    [
      'no time',
      exception('detector: scope-creep', 'expires: tomorrow'),
      [/^8:14 exceptions\[0\]\.expires: expected an ISO 8601 time with its zone/],
    ],
    ['another version', 'version: 2\n', [/^1:10 version: expected 1$/]],
    ['a list for a document', '[1]', [/^1:1 : expected a map of members, found a list$/]],
    ['the magic name', '__proto__: { x: 1 }\n', [/^1:1 __proto__: unknown member "__proto__"$/]],
    [
      'an interval that ends before it begins',
      lines('changeFreezes:', '  - during: { from: "2026-01-02T00:00:00Z", to: "2026-01-01T00:00:00Z" }'),
      [/^2:13 changeFreezes\[0\]\.during: ends before it begins$/],
    ],
    [
      'implications in a circle',
      lines('implications:', '  - issuer: i', '    implies: { a: [b], b: [a] }'),
      [/^3:14 implications\[0\]\.implies: implications run in a circle: a -> b -> a$/],
    ],
    [
      'an exception for everything',
      exception('detector: scope-creep', 'expires: "2027-01-01T00:00:00Z"').replace('{ fact: f }', '{}'),
      [/^3:12 exceptions\[0\]\.scope: an exception for everything/],
    ],
    [
      'a detector that does not exist',
      lines('detectors:', '  scope-crep: { mode: shadow }'),
      [/^2:3 detectors\.scope-crep: no detector is called "scope-crep"; did you mean "scope-creep"\?$/],
    ],
    [
      'an exception from a detector that does not exist',
      exception('detector: silent-fed', 'expires: "2027-01-01T00:00:00Z"'),
      [/^7:15 exceptions\[0\]\.detector: no detector is called "silent-fed"; did you mean "silent-feed"\?$/],
    ],
    [
      'a setting that the detector does not know',
      lines('detectors:', '  scope-creep:', '    config:', '      wieghts: 2'),
      [/^4:7 detectors\.scope-creep\.config\.wieghts: unknown member "wieghts"; did you mean "weights"\?$/],
    ],
    [
      'a setting that it does not take',
      lines('detectors:', '  scope-creep: { config: { weights: -1 } }'),
      [/^2:37 detectors\.scope-creep\.config\.weights: too small/],
    ],
    [
      'a mode that does not exist',
      lines('detectors:', '  scope-creep: { mode: life }'),
      [
        /^2:24 detectors\.scope-creep\.mode: expected one of "draft", "shadow", "live"; did you mean "live"\?$/,
      ],
    ],
    [
      'a detector id that is none',
      lines('detectors:', '  Scope Creep: {}'),
      [/^2:3 detectors\["Scope Creep"\]: this name may not stand here/],
    ],
    ['two things at once, in their order', 'agents:\nexpcts: {}\n', [/^1:1 agents/, /^2:1 expcts/]],
  ])('is refused, with its place: %s', (_, source, wanted) => {
    const found = said(source);
    expect(found).toHaveLength(wanted.length);
    for (const [index, pattern] of wanted.entries()) expect(found[index]).toMatch(pattern);
    expect(checkPolicy(source, context).policy).toBeUndefined();
  });

  it.each<[string, string, RegExp]>([
    [
      'a name twice',
      lines('agents: []', 'expects: {}', 'agents: []'),
      /^3:1 agents: "agents" is here twice; first on line 1$/,
    ],
    [
      'a name twice, deeper and written otherwise',
      '{"clocks": {"skewSeconds": 1, skewSeconds: 2}}',
      /^1:31 clocks\.skewSeconds: .* twice/,
    ],
    ['an anchor', 'agents: &all []\n', /^1:\d+ agents: anchors and aliases are not read/],
    ['an alias', lines('agents: []', 'scopes: *all'), /^2:9 /],
    ['an anchored name', '&a agents: []\n', /^1:\d+ : a name must be plain text/],
    ['a merge', '<<: { agents: [] }\n', /^1:1 \["<<"\]: unknown member/],
    ['a tag', 'version: !!int 1\n', /^1:\d+ version: tags are not read/],
    ['a name that is a list', '? [a]\n: 1\n', /^1:\d+ : a name must be plain text/],
    ['a second document', 'version: 1\n---\nversion: 1\n', /^2:1 : a second document begins here/],
    ['a directive', '%YAML 1.1\n---\nversion: 1\n', /^1:1 : directives are not read/],
    ['a bracket that nobody closes', lines('agents: [', '  {agent: a}'), /^2|^3/],
    [
      'a tab for indentation',
      lines('clocks:', '\tskewSeconds: 1'),
      /^2:1 : tabs are not allowed as indentation/,
    ],
    ['nothing', '', /^1:1 : the document is empty/],
    ['comments alone', '# later\n', /^1:1 : the document is empty/],
  ])('is plain YAML, without %s', (_, source, wanted) => {
    expect(said(source)[0]).toMatch(wanted);
    expect(checkPolicy(source, context).policy).toBeUndefined();
  });

  it.each([
    ['brackets', '['.repeat(POLICY_DEPTH_MAX + 1)],
    ['dashes', '- '.repeat(POLICY_BYTES_MAX / 2 - 1)],
    ['question marks', '? '.repeat(POLICY_BYTES_MAX / 2 - 1)],
    ['indentation', Array.from({ length: 200 }, (__, depth) => `${' '.repeat(depth)}a:`).join('\n')],
  ])('cannot exhaust the stack: %s', (_, source) => {
    expect(said(source)).toEqual([expect.stringMatching(/the document is nested too deeply$/)]);
  });

  it('is bounded in bytes, and in what they spell', () => {
    expect(said(`# ${'ü'.repeat(POLICY_BYTES_MAX / 2)}`)).toEqual([
      '1:1 : the document is larger than 512 KiB',
    ]);
    expect(said(`[${'1,'.repeat(POLICY_TOKENS_MAX / 2)}]`)).toEqual([
      expect.stringMatching(/holds more than can be read$/),
    ]);
  });

  it('cannot take minutes by names that are compared with one another', () => {
    const many = Array.from({ length: 25_000 }, (_, index) => `k${index}: 1`).join('\n');
    const startedMs = performance.now();
    expect(said(many).length).toBe(25_000);
    expect(performance.now() - startedMs).toBeLessThan(20_000);
  });
});

describe('what is odd about a policy', () => {
  it.each<[string, string, string[]]>([
    [
      'a row behind one that takes everything',
      lines('effects:', '  - { action: "*", effect: read }', '  - { action: "tool:x", effect: write }'),
      ['3:5 effects[1]: never reached: effects[0] fits everything that this row fits'],
    ],
    [
      'a narrower pattern behind a wider one',
      lines('agents:', '  - agent: "a*c"', '  - agent: "ab*bc"', '  - agent: "ab*"'),
      ['3:5 agents[1]: never reached: agents[0] fits everything that this row fits'],
    ],
    [
      'a task behind all tasks',
      lines('agents:', '  - agent: "a"', '  - { agent: a, task: t }'),
      ['3:5 agents[1]: never reached: agents[0] fits everything that this row fits'],
    ],
    [
      'kinds that two rows share out',
      lines(
        'lifetimes:',
        '  max:',
        '    - { kinds: [a], maxSeconds: 1 }',
        '    - { kinds: [b], maxSeconds: 1 }',
        '    - { kinds: [a, b], maxSeconds: 9 }',
        '    - { kinds: [a, c], maxSeconds: 9 }',
      ),
      ['5:7 lifetimes.max[2]: never reached: lifetimes.max[1] fits everything that this row fits'],
    ],
    [
      'an audience behind none',
      lines('scopes:', '  - { issuer: i, dialect: exact }', '  - { issuer: i, audience: x, dialect: glob }'),
      ['3:5 scopes[1]: never reached: scopes[0] fits everything that this row fits'],
    ],
    [
      'an action without its kind',
      'humanRequired: ["payout", "payout*", "tool:x"]\n',
      [
        '1:17 humanRequired[0]: fits nothing: actions are named tool:<name> or <system>:<action>; did you mean "tool:payout"?',
      ],
    ],
    [
      'an issuer expected and not trusted',
      lines('expects: { issuers: [a, "b"] }', 'trust: { issuers: ["a*"] }'),
      [
        '1:25 expects.issuers[1]: this issuer is expected to report its tokens, and trust.issuers does not trust it',
      ],
    ],
    [
      'an exception that has expired',
      exception('detector: scope-creep', 'expires: "2026-03-02T00:00:00Z"'),
      ['8:14 exceptions[0].expires: exception x has expired'],
    ],
    [
      'a freeze that is over',
      lines('changeFreezes:', '  - during: { from: "2026-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z" }'),
      ['2:13 changeFreezes[0].during: this change freeze is over'],
    ],
  ])('is said and taken: %s', (_, source, wanted) => {
    expect(said(source, 'warnings')).toEqual(wanted);
    expect(checkPolicy(source, context)).toMatchObject({ errors: [], policy: { version: 1 } });
  });

  it('is nothing about a narrow row before a wide one, an exception to come, or rows for other tasks', () => {
    const source = lines(
      'effects:',
      '  - { action: "tool:x", effect: write }',
      '  - { action: "*", effect: read }',
      'agents:',
      '  - { agent: "a*", task: t }',
      '  - { agent: "a*", task: u }',
      '  - { agent: "a*" }',
    );
    expect(said(source, 'warnings')).toEqual([]);
    expect(said(exception('detector: scope-creep', 'expires: "2026-03-04T00:00:00Z"'), 'warnings')).toEqual(
      [],
    );
  });
});

describe('a policy inside a configuration', () => {
  it('is held to the same meaning, without lines', () => {
    const detectors = { 'scope-crep': { mode: 'shadow' as const } };
    expect(checkParsedPolicy({ ...defaultPolicy, detectors, humanRequired: ['x'] }, context)).toEqual({
      errors: [expect.objectContaining({ line: 0, path: 'detectors.scope-crep' })],
      warnings: [expect.objectContaining({ line: 0, path: 'humanRequired[0]' })],
    });
    expect(checkParsedPolicy(defaultPolicy, context)).toEqual({ errors: [], warnings: [] });
  });
});
