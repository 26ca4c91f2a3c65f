import { describe, expect, it } from 'vitest';
import {
  actionOn,
  alertAt,
  beganMs,
  detailOf,
  maya,
  requestHop,
  tokenHop,
  wideChain,
} from '../../../test/support/chain-detail.ts';
import type { ChainDetail } from './detail.ts';
import { graphOf } from './graph.ts';

const laterMs = beganMs + 800_000;
const at = (detail: ChainDetail, atMs = laterMs) => graphOf(detail, { atMs, unfolded: new Map() });

const top = requestHop();
const support = tokenHop(1, top.key, { level: 4, to: { id: 'agent:s', kind: 'agent', name: 'Support' } });
const refund = tokenHop(6, support.key, {
  ...{ level: 1, depth: 2, addedScope: ['crm:write'] },
  to: { id: 'agent:r', kind: 'agent', name: 'Refund' },
});
const detail = detailOf([top, support, refund], {
  alerts: [alertAt(refund), alertAt(refund, { id: 'alr_0', severity: 'low', detector: 'other' })],
  actions: {
    items: [
      actionOn(refund, 9, { effect: 'write', action: 'write' }),
      actionOn(refund, 10, { effect: 'write', outcome: 'denied' }),
      actionOn(support, 2),
    ],
  },
});

describe('the graph of a chain', () => {
  it('begins with the person, once, and goes by hops to the systems', () => {
    const { nodes, edges } = at(detail);
    expect(nodes.map(({ kind, name }) => [kind, name])).toEqual([
      ['person', 'Maya Lindqvist'],
      ['hop', 'Support'],
      ['hop', 'Refund'],
      ['system', 'crm'],
    ]);
    expect(edges.map(({ kind, label }) => [kind, label])).toEqual([
      ['link', '4 asserted'],
      ['link', '1 issuer'],
      ['action', '1 write, 1 refused'],
      ['action', '1 read'],
    ]);
  });

  it('says where authority broke and what was added, in words', () => {
    const broken = at(detail).nodes.find((node) => node.broken);
    expect(broken?.name).toBe('Refund');
    expect(broken?.lines.map(({ text }) => text)).toEqual([
      'token j6',
      'added + crm:write',
      'live until 09:15:06',
      '⚑ broke here: HIGH',
      'scope-creep',
      'and 1 more alert',
    ]);
    expect(broken?.sentence).toContain('Linked to Support at level 1, issuer.');
  });

  it('finds the hop by the subject where an alert of an older version does not name it', () => {
    const alerts = [alertAt(refund, { hopKey: undefined })];
    expect(at({ ...detail, alerts }).nodes.filter((node) => node.broken)).toHaveLength(1);
    const gone = [alertAt(refund, { state: 'withdrawn' })];
    expect(at({ ...detail, alerts: gone }).nodes.filter((node) => node.broken)).toEqual([]);
  });

  it.each([
    [0, 'later', 'not yet; from 09:00:06'],
    [10, 'live', 'live until 09:15:06'],
    [906, 'expired', 'expired 09:15:06'],
  ])('shows the state after %i s', (seconds, state, words) => {
    const { nodes } = at(detail, beganMs + seconds * 1_000);
    const node = nodes.find(({ name }) => name === 'Refund');
    expect(node?.state).toBe(state);
    expect(node?.lines.some(({ text }) => text === words)).toBe(true);
  });

  it('prefers a revocation to an expiry, and says what never ends or is not known to', () => {
    const words = (over: Parameters<typeof tokenHop>[2]) =>
      at(detailOf([tokenHop(1, undefined, over)]), laterMs).nodes[0]?.lines.at(-1)?.text;
    expect(words({ revokedAt: new Date(beganMs + 60_000).toISOString() })).toBe('revoked 09:01:00');
    expect(words({ expiresAt: null })).toBe('live, never expires');
    expect(words({ expiresAt: undefined })).toBe('live, end unknown');
    expect(words({ expiresAt: '2027-01-02T03:04:05.000Z' })).toBe('live until 2027-01-02 03:04');
  });

  it('keeps everything at its place when the instant moves', () => {
    const shape = (seconds: number) =>
      at(detail, beganMs + seconds * 1_000).nodes.map(({ id, lines }) => [id, lines.length]);
    expect(shape(0)).toEqual(shape(10_000));
  });

  it('draws what stands above the chain: a parent that never came, or a standing credential', () => {
    const parent = tokenHop(99, undefined).key;
    const missing = at(detailOf([tokenHop(1, parent)])).nodes;
    expect(missing.map(({ kind }) => kind)).toEqual(['hop', 'missing', 'person']);
    const standing = at(detailOf([tokenHop(1, parent, { ancestorKey: parent })])).nodes;
    expect(standing[1]).toMatchObject({ kind: 'ancestor', token: { jti: 'j99' } });
  });

  it('draws another parent that was named, and picks none silently', () => {
    const other = tokenHop(7, top.key);
    const hop = tokenHop(8, support.key, {
      alternatives: [{ key: other.key, token: { ref: 'r' }, level: 4 }],
    });
    const { edges } = at(detailOf([top, support, other, hop]));
    expect(edges.filter(({ kind }) => kind === 'alternative')).toMatchObject([{ label: 'or 4 asserted' }]);
  });

  it('counts what happened in groups at the group, and bounds the systems', () => {
    const wide = wideChain(2_000);
    const items = wide.actions.items.map((action, n) => ({ ...action, system: `system-${n % 40}` }));
    const { nodes, edges } = at({ ...wide, actions: { items } });
    expect(nodes.filter(({ kind }) => kind === 'system')).toHaveLength(12);
    expect(nodes.some(({ name }) => name === 'Further systems')).toBe(true);
    expect(
      edges.every(({ from, to }) => nodes.some(({ id }) => id === from) && nodes.some(({ id }) => id === to)),
    ).toBe(true);
    expect(nodes.length).toBeLessThan(60);
  });

  it('says of a group that something in it is wrong, when too much is', () => {
    const wide = wideChain(2_000);
    const alerts = wide.hops.slice(10, 510).map((hop) => alertAt(hop));
    const { nodes } = at({ ...wide, alerts });
    expect(nodes.filter(({ kind, broken }) => kind === 'hop' && broken)).toHaveLength(24);
    expect(nodes.some(({ kind, broken }) => kind === 'group' && broken)).toBe(true);
  });

  it('is drawn of a chain without hops', () => {
    expect(at(detailOf([])).nodes).toEqual([]);
    expect(maya.kind).toBe('human');
  });
});
