import { describe, expect, it } from 'vitest';
import { agent, call, chainsOf, completed, keyOf, mint, ref, tool } from './support.ts';

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

  it('is two where two sources merely use the same call id', () => {
    const linked = chainsOf([
      mint('t'),
      tool('c', { token: ref('t'), source: '//a' }),
      tool('c', { token: ref('t'), source: '//b' }),
    ]);
    expect(linked.actions).toHaveLength(2);
  });

  it('keeps the token of each observer in sight when they name different ones', () => {
    const linked = chainsOf([
      mint('outer'),
      mint('inner'),
      call('outer', { ...gateway, at: 1 }),
      call('inner', { ...backend, at: 2, actor: agent('crm') }),
    ]);
    expect(linked.actions).toHaveLength(1);
    expect(linked.actions[0]?.token).toEqual(ref('outer'));
  });
});
