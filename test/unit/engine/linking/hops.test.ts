import { describe, expect, it } from 'vitest';
import { Policy } from '../../../../src/domain/policy.ts';
import { START_MS } from '../worlds.ts';
import {
  agent,
  call,
  chainsOf,
  exchange,
  invoke,
  iss,
  keyOf,
  mint,
  person,
  ref,
  refresh,
  request,
  revoke,
  tool,
} from './support.ts';

const ids = (principals: readonly { id: string }[]): string[] => principals.map(({ id }) => id);

describe('a transaction', () => {
  it('joins what names it, at level 4, below its request', () => {
    const linked = chainsOf([
      request('x'),
      mint('a', { txn: 'x', at: 1 }),
      mint('b', { txn: 'x', at: 2 }),
      tool('t', { txn: 'x', at: 3 }),
      call(undefined, { txn: 'x', at: 4 }),
    ]);
    expect(linked.families).toEqual([['a', 'b']]);
    expect(linked.chain).toMatchObject({
      rootKey: 'txn:x',
      txns: ['x'],
      actionCount: 2,
      initiator: { id: 'ana' },
    });
    expect(linked.hop(keyOf('a'))).toMatchObject({ parentKey: 'txn:x', level: 4, from: { id: 'ana' } });
  });

  it('is told to a token by the only one that its calls name', () => {
    const linked = chainsOf([mint('a'), call('a', { txn: 'x', at: 1 }), mint('b', { txn: 'x' })]);
    expect(linked.families).toEqual([['a', 'b']]);
    expect(linked.hop(keyOf('a')).parentKey).toBe('txn:x');
  });

  it('is told to a token by its descendants', () => {
    const linked = chainsOf([
      mint('a'),
      exchange('b', 'a', { at: 1 }),
      exchange('c', 'b', { at: 2 }),
      call('c', { txn: 'x', at: 3 }),
      request('x'),
    ]);
    expect(linked.chain.rootKey).toBe('txn:x');
    expect(linked.hop(keyOf('a')).parentKey).toBe('txn:x');
  });

  it('yields to the parent that an issuer names', () => {
    const linked = chainsOf([mint('p', { txn: 'x' }), exchange('c', 'p', { txn: 'y' }), request('y')]);
    expect(linked.hop(keyOf('c')).parentKey).toBe(keyOf('p'));
  });
});

describe('nested actors', () => {
  const nested = { sub: 'tool-agent', act: { sub: 'planner', iss, act: { sub: 'desk' } } };

  it('are people of the chain, although no event showed them', () => {
    const linked = chainsOf([mint('t', { act: nested })]);
    expect(ids(linked.chain.principals)).toEqual(
      expect.arrayContaining(['ana', 'tool-agent', 'planner', 'desk']),
    );
  });

  it('say who holds the token when nobody names its actor', () => {
    const linked = chainsOf([mint('t', { act: nested })]);
    expect(linked.hop(keyOf('t')).to).toMatchObject({ id: 'tool-agent' });
  });

  it('are read from what a gateway saw in a token that nobody reported', () => {
    const linked = chainsOf([call('t', { presented: { act: nested } })]);
    expect(ids(linked.chain.principals)).toEqual(expect.arrayContaining(['tool-agent', 'planner', 'desk']));
  });

  it('add no second name for an actor that an event described', () => {
    const linked = chainsOf([
      exchange('t', 'p', {
        actor: { ...agent('planner'), iss, name: 'Planner' },
        act: { sub: 'planner', iss },
      }),
    ]);
    expect(linked.chain.principals.filter(({ id }) => id === 'planner')).toMatchObject([
      { kind: 'agent', name: 'Planner' },
    ]);
  });
});

describe('a family of refreshes', () => {
  it('is one chain, link by link, and keeps scope and subject', () => {
    const linked = chainsOf([
      mint('r0', { family: 'f', scope: ['crm:read'] }),
      refresh('r1', 'r0', { at: 100 }),
      refresh('r2', 'r1', { at: 200 }),
      call('r2', { at: 250 }),
    ]);
    expect(linked.families).toEqual([['r0', 'r1', 'r2']]);
    expect(linked.hop(keyOf('r2'))).toMatchObject({
      parentKey: keyOf('r1'),
      level: 1,
      depth: 2,
      scope: ['crm:read'],
      to: { id: 'ana' },
    });
  });

  it('is revoked as a whole, members that come later included', () => {
    const linked = chainsOf([
      mint('r0', { family: 'f' }),
      refresh('r1', 'r0', { family: 'f', at: 100 }),
      revoke({ family: 'f', reason: 'compromise', at: 150 }),
      call('r1', { at: 300 }),
    ]);
    expect(linked.facts()).toContain('used-after-revocation');
    expect(linked.hop(keyOf('r0')).revokedMs).toBe(START_MS + 150_000);
  });

  it('stays together when one of its middle members was never reported', () => {
    const linked = chainsOf([
      mint('r0', { family: 'f' }),
      refresh('r2', 'r1', { family: 'f', at: 200 }),
      refresh('r3', 'r2', { family: 'f', at: 300 }),
    ]);
    expect(linked.hop(keyOf('r2')).parentKey).toBe(keyOf('r1'));
    expect(linked.families).toEqual([['r0'], ['r1', 'r2', 'r3']]);
    expect(linked.chains.map((chain) => chain.verdict).sort()).toEqual(['gap', 'root']);
  });

  it('is forked by a replay: both children stay in sight', () => {
    const linked = chainsOf([
      mint('r0', { family: 'f' }),
      refresh('r1', 'r0', { family: 'f', at: 100 }),
      refresh('r1b', 'r0', { family: 'f', at: 110 }),
    ]);
    expect(linked.families).toEqual([['r0', 'r1', 'r1b']]);
  });
});

describe('hops without a token', () => {
  it('are agents that invoke agents', () => {
    const linked = chainsOf([
      request('x'),
      invoke('1', { txn: 'x', actor: person('ana'), callee: agent('planner'), at: 1 }),
      invoke('2', { parentCallId: '1', actor: agent('planner'), callee: agent('coder'), at: 2 }),
      invoke('3', { parentCallId: '2', actor: agent('coder'), callee: agent('tester'), at: 3 }),
      tool('t', { parentCallId: '3', actor: agent('tester'), at: 4 }),
    ]);
    expect(linked.chain).toMatchObject({ rootKey: 'txn:x', hopCount: 4, actionCount: 1, depth: 3 });
    expect(linked.hop('inv:["//world","3"]')).toMatchObject({
      kind: 'invocation',
      from: { id: 'coder' },
      to: { id: 'tester' },
      token: undefined,
      level: 4,
    });
    expect(ids(linked.chain.principals)).toEqual(['ana', 'coder', 'planner', 'tester']);
    expect(linked.chain.completeness).toMatchObject({ request: true, authority: false, context: true });
  });

  it('are actors that act as somebody else', () => {
    const linked = chainsOf([
      invoke('as', { actor: agent('admin-bot'), callee: person('ana') }),
      call(undefined, { actor: person('ana'), callId: 'c', parentCallId: 'as', at: 1 }),
    ]);
    expect(linked.chain).toMatchObject({ hopCount: 1, actionCount: 1 });
    expect(linked.hop('inv:["//world","as"]')).toMatchObject({
      from: { id: 'admin-bot' },
      to: { id: 'ana' },
    });
  });

  it('hang on the token that the caller acted with', () => {
    const linked = chainsOf([
      mint('t'),
      invoke('1', { token: ref('t'), at: 1 }),
      invoke('2', { parentCallId: '1', at: 2 }),
    ]);
    expect(linked.hop('inv:["//world","1"]').parentKey).toBe(keyOf('t'));
    expect(linked.chain.hopCount).toBe(3);
  });

  it('may be named before they are known, and never become known', () => {
    const linked = chainsOf([
      tool('a', { parentCallId: 'gone' }),
      tool('b', { parentCallId: 'gone', at: 1 }),
    ]);
    expect(linked.chain).toMatchObject({ hopCount: 1, actionCount: 2 });
  });

  it('of one call id from two sources are two', () => {
    const linked = chainsOf([
      invoke('1', { source: '//a' }),
      tool('t', { parentCallId: '1', source: '//b', at: 1 }),
    ]);
    expect(linked.chains).toHaveLength(2);
  });
});

describe('a gateway alone', () => {
  const now = START_MS / 1000;

  it('gives expiry, scope and audience of a token that nobody reported', () => {
    const linked = chainsOf([
      call('t', { at: 200, presented: { exp: now + 100, scope: ['crm:read'], aud: ['crm'], client: 'cli' } }),
    ]);
    expect(linked.hop(keyOf('t'))).toMatchObject({
      expiresMs: START_MS + 100_000,
      scope: ['crm:read'],
      audience: ['crm'],
    });
    expect(linked.facts()).toContain('used-after-expiry');
  });

  it('gives use beyond scope', () => {
    const linked = chainsOf([
      call('t', { action: 'write', effect: 'write', presented: { exp: now + 600, scope: ['crm:read'] } }),
    ]);
    expect(linked.facts()).toContain('use-beyond-scope');
  });

  it('is put together from all that it read, not from the first reading alone', () => {
    const linked = chainsOf([
      call('t', { at: 1, presented: { scope: ['crm:read'] } }),
      call('t', { at: 2, presented: { exp: now + 100 } }),
      call('t', { at: 200 }),
    ]);
    expect(linked.hop(keyOf('t'))).toMatchObject({ scope: ['crm:read'], expiresMs: START_MS + 100_000 });
    expect(linked.facts()).toContain('used-after-expiry');
  });

  it('takes the earliest expiry of several', () => {
    const linked = chainsOf([
      call('t', { at: 1, presented: { exp: now + 500 } }),
      call('t', { at: 2, presented: { exp: now + 100 } }),
    ]);
    expect(linked.hop(keyOf('t')).expiresMs).toBe(START_MS + 100_000);
  });

  it('yields to the issuer where the issuer speaks, and completes what it leaves out', () => {
    const linked = chainsOf([
      call('t', { at: 1, presented: { exp: now + 100, scope: ['crm:write'], aud: ['crm'] } }),
      mint('t', { scope: ['crm:read'] }),
    ]);
    expect(linked.hop(keyOf('t'))).toMatchObject({
      expiresMs: START_MS + 600_000,
      scope: ['crm:read'],
      audience: ['crm'],
    });
  });

  it('is judged against a parent when a child of its token is reported', () => {
    const linked = chainsOf([
      call('p', { at: 1, presented: { scope: ['crm:read'], exp: now + 600 } }),
      exchange('c', 'p', { at: 2, scope: ['crm:read', 'crm:write'] }),
    ]);
    expect(linked.facts()).toContain('hop-drift');
  });

  it('opens an orphan only where its issuer is expected to report all it mints', () => {
    const story = [
      mint('before'),
      call('t', { at: 60, presented: { exp: now + 600 } }),
      mint('after', { at: 120 }),
    ];
    expect(chainsOf(story).facts()).toEqual([]);
    const expecting = Policy.parse({ expects: { issuers: [iss] } });
    expect(chainsOf(story, { policy: expecting }).facts()).toEqual(['unissued']);
  });
});

describe('a refresh', () => {
  const delegated = exchange('r0', 'p', { actor: agent('planner'), scope: ['crm:read', 'crm:write'] });

  it.each([
    ['names no scope', {}],
    ['narrows its scope', { scope: ['crm:read'] }],
  ])('that %s keeps subject and actor', (_, rest) => {
    const linked = chainsOf([
      mint('p'),
      delegated,
      refresh('r1', 'r0', { at: 100, ...rest }),
      refresh('r2', 'r1', { at: 200 }),
    ]);
    expect(linked.hop(keyOf('r2'))).toMatchObject({ to: { id: 'planner' } });
  });
});
