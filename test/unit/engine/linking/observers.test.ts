import { describe, expect, it } from 'vitest';
import { START_MS } from '../worlds.ts';
import {
  agent,
  both,
  call,
  chainsOf,
  completed,
  exchange,
  keyOf,
  mint,
  ref,
  type Stored,
  stream,
  tool,
} from './support.ts';

const gateway = { source: '//gateway', observer: { id: 'gw', role: 'gateway' as const }, httpRequestId: 'h' };
const backend = { source: '//crm', observer: { id: 'crm', role: 'resource' as const }, httpRequestId: 'h' };

describe('one call that two observers saw', () => {
  it('is one action with both events', () => {
    const linked = chainsOf([
      mint('t', { id: 'mint' }),
      call('t', { ...gateway, id: 'at-gateway', at: 1 }),
      call('t', { ...backend, id: 'at-backend', at: 2 }),
    ]);
    expect(linked.actions).toHaveLength(1);
    expect(linked.actions[0]).toMatchObject({ eventIds: ['at-backend', 'at-gateway'], hopKey: keyOf('t') });
    expect(linked.hop(keyOf('t')).useCount).toBe(1);
  });

  it('is put together from what each of them knows', () => {
    const linked = chainsOf([
      mint('t'),
      call('t', { ...gateway, at: 1 }),
      call(undefined, {
        ...backend,
        at: 2,
        target: { system: 'crm', resource: 'r1' },
        effect: 'write',
        txn: 'x',
      }),
    ]);
    expect(linked.actions).toMatchObject([{ token: ref('t'), effect: 'write', txn: 'x' }]);
  });

  it.each([
    ['denied by one of them', 200, 403, 'denied'],
    ['failed for one of them', 200, 500, 'failed'],
    ['denied, whatever failed', 500, 403, 'denied'],
    ['accepted by both', 200, 204, 'accepted'],
  ])('is %s', (_, atGateway, atBackend, outcome) => {
    const linked = chainsOf([
      mint('t'),
      call('t', { ...gateway, status: atGateway, at: 1 }),
      call('t', { ...backend, status: atBackend, at: 2 }),
    ]);
    expect(linked.actions).toMatchObject([{ outcome }]);
  });

  it('is one tool call from its start to its end', () => {
    const linked = chainsOf([
      mint('t'),
      tool('c', { token: ref('t'), at: 1, id: 'start' }),
      completed('c', { at: 2, outcome: 'failure', id: 'end' }),
    ]);
    expect(linked.actions).toMatchObject([{ outcome: 'failed', eventIds: ['end', 'start'] }]);
  });

  it('is one although only its start carries the id of the request', () => {
    const linked = chainsOf([
      mint('t'),
      tool('c', { token: ref('t'), at: 1, httpRequestId: 'h', id: 'start' }),
      completed('c', { at: 2, id: 'end' }),
    ]);
    expect(linked.actions).toMatchObject([{ eventIds: ['end', 'start'] }]);
  });

  it('is two where two sources merely use the same call id', () => {
    const linked = chainsOf([
      mint('t'),
      tool('c', { token: ref('t'), source: '//a' }),
      tool('c', { token: ref('t'), source: '//b' }),
    ]);
    expect(linked.actions).toHaveLength(2);
  });

  it('keeps the token of each observer in sight when they name different ones, and says so', () => {
    const linked = chainsOf([
      mint('outer'),
      mint('inner'),
      call('outer', { ...gateway, at: 1 }),
      call('inner', { ...backend, at: 2, actor: agent('crm') }),
    ]);
    expect(linked.actions).toMatchObject([{ token: ref('outer'), otherTokens: [ref('inner')] }]);
    expect(linked.facts()).toEqual(['differing-tokens']);
  });

  it('says nothing of a gateway that traded the token it was given', () => {
    const linked = chainsOf([
      mint('outer'),
      exchange('inner', 'outer', { at: 1 }),
      call('outer', { ...gateway, at: 1 }),
      call('inner', { ...backend, at: 2 }),
    ]);
    expect(linked.actions).toMatchObject([{ token: ref('outer'), otherTokens: [ref('inner')] }]);
    expect(linked.facts()).toEqual([]);
  });

  it('has one token where they name it differently', () => {
    const linked = chainsOf([
      mint(both('t', 'h')),
      call('t', { ...gateway, at: 1 }),
      call('#h', { ...backend, at: 2 }),
    ]);
    expect(linked.actions).toHaveLength(1);
    expect(linked.actions[0]).not.toHaveProperty('otherTokens');
  });

  it('knows a token that only one of them saw', () => {
    const linked = chainsOf([
      mint('outer'),
      call('outer', { ...gateway, at: 1 }),
      call('inner', { ...backend, at: 2 }),
    ]);
    expect(linked.hop(keyOf('inner'))).toMatchObject({ useCount: 0 });
  });

  it('is not two calls that one source tells of, although the caller repeated the id of its request', () => {
    const linked = chainsOf([
      mint('t'),
      call('t', { ...gateway, at: 1 }),
      call('t', { ...gateway, at: 900, action: 'write', effect: 'write', status: 200 }),
    ]);
    expect(linked.actions).toHaveLength(2);
    expect(linked.facts()).toContain('used-after-expiry');
  });

  it('is not two tool calls in one request', () => {
    const linked = chainsOf([
      mint('t', { scope: ['tool:get'] }),
      tool('1', { token: ref('t'), at: 1, httpRequestId: 'h' }),
      tool('2', { token: ref('t'), at: 1, httpRequestId: 'h', tool: { name: 'drop' }, effect: 'delete' }),
    ]);
    expect(linked.actions.map((action) => action.tool)).toEqual(['get', 'drop']);
    expect(linked.facts()).toEqual(['use-beyond-scope']);
  });
});

describe('the id of a request', () => {
  const one = call('t', { ...gateway, id: 'one', at: 1 });
  const two = call('t', { ...gateway, id: 'two', at: 2, action: 'write' });
  const seen = call('t', { ...backend, id: 'seen', at: 1 });
  const inSight = (stored: Stored | undefined) =>
    [...(stored?.actions.values() ?? [])]
      .filter((action) => action.hopKey !== '')
      .map(({ eventIds }) => eventIds);

  it('joins nobody any more once one source has told of two calls under it, and leaves no ghost', () => {
    const steps = stream([mint('t'), one, seen, two]);
    expect(inSight(steps[2])).toEqual([['one', 'seen']]);
    expect(inSight(steps[3])).toEqual(expect.arrayContaining([['one'], ['seen'], ['two']]));
    expect(inSight(steps[3])).toHaveLength(3);
    const ghosts = [...(steps[3]?.actions.values() ?? [])].filter((action) => action.hopKey === '');
    expect(ghosts).toMatchObject([{ atMs: START_MS + 1000 }]);
  });

  it('joins no call that was tried again under another one', () => {
    const linked = chainsOf([
      mint('t'),
      tool('c', { token: ref('t'), at: 1, httpRequestId: 'h1', source: '//gateway' }),
      completed('c', { at: 2, httpRequestId: 'h2', source: '//gateway' }),
      tool('d', { token: ref('t'), at: 1, httpRequestId: 'h1', source: '//server' }),
      tool('e', { token: ref('t'), at: 2, httpRequestId: 'h2', source: '//server' }),
    ]);
    expect(linked.actions).toHaveLength(3);
  });

  it('leaves each source its own call id: either is a parent', () => {
    const linked = chainsOf([
      mint('t'),
      tool('outer', { token: ref('t'), at: 1, httpRequestId: 'h', source: '//gateway' }),
      tool('inner', { at: 2, httpRequestId: 'h', source: '//server' }),
      tool('below', { at: 3, parentCallId: 'inner', source: '//server' }),
      tool('beside', { at: 3, parentCallId: 'outer', source: '//gateway' }),
    ]);
    expect(linked.chain).toMatchObject({ hopCount: 1, actionCount: 3 });
  });
});
