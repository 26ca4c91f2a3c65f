import { describe, expect, it } from 'vitest';
import type { AdmittedEvent } from '../../../src/domain/event/index.ts';
import type { Store } from '../../../src/domain/ports.ts';
import { aChain, aHop, anAlert, logged, noon } from './rows.ts';

const gateway = 'https://gateway.test';
const issuer = 'https://issuer.test';

/** What the store can say of what it was told: which sources, which members, how much is known. */
export function coverageSuite(store: () => Store): void {
  describe('what sources tell', () => {
    const tenant = 'mix';
    const call = (seq: number, over: Partial<AdmittedEvent>) =>
      logged(1_000_000 + seq, { tenant, id: `mix-${seq}`, ...over });
    const tool = {
      v: 1,
      type: 'tool.invoked',
      actor: { id: 'a', kind: 'agent' },
      tool: { name: 't' },
    } as const;

    it('is counted by source and type since then, with the members of the newest', async () => {
      await store().appendEvents([
        ...Array.from({ length: 30 }, (_, index) =>
          call(index + 10, { data: { ...tool, callId: `c${index}`, target: { system: 's' } } }),
        ),
        // Older than the newest 24, so that its members are not read.
        call(1, { data: { ...tool, callId: 'old', txn: 'txn-1' } }),
        call(50, {
          source: issuer,
          data: {
            v: 1,
            type: 'token.introspected',
            token: { hash: digest },
            active: true,
            by: 'crm',
            scope: [],
          },
        }),
        call(51, { source: 'https://before.test', timeMs: noon - 1, data: { ...tool, callId: 'before' } }),
        { ...call(52, { source: 'https://theirs.test', data: { ...tool, callId: 'x' } }) },
      ]);
      await store().appendEvents([
        logged(1_000_060, { tenant: 'rival', id: 'theirs', source: 'https://rival' }),
      ]);
      const { mix, leftOut } = await store().eventMix({ tenant, sinceMs: noon });
      expect(leftOut).toBe(0);
      expect(mix.map(({ source, type, count, sampled }) => [source, type, count, sampled])).toEqual([
        [gateway, 'tool.invoked', 31, 24],
        [issuer, 'token.introspected', 1, 1],
        ['https://theirs.test', 'tool.invoked', 1, 1],
      ]);
      expect(mix[0]).toMatchObject({
        lastMs: noon,
        fields: [
          'actor',
          'actor.id',
          'actor.kind',
          'callId',
          'target',
          'target.system',
          'tool',
          'tool.name',
          'type',
          'v',
        ],
      });
      // An empty list says nothing.
      expect(mix[1]?.fields).toEqual(['active', 'by', 'token', 'token.hash', 'type', 'v']);
    });

    it('names the busiest sources of each type, and how many it leaves out', async () => {
      const crowd = 'crowd';
      await store().appendEvents([
        ...Array.from({ length: 45 }, (_, index) => ({
          ...logged(2_000_000 + index, { tenant: crowd, id: `pod-${index}`, source: `//pod/${index}` }),
        })),
        ...[100, 101].map((index) =>
          logged(2_000_000 + index, { tenant: crowd, id: `busy-${index}`, source: '//busy' }),
        ),
      ]);
      const { mix, leftOut } = await store().eventMix({ tenant: crowd, sinceMs: 0 });
      expect(mix[0]).toMatchObject({ source: '//busy', count: 2 });
      expect(mix).toHaveLength(40);
      expect(leftOut).toBe(6);
    });
  });

  it('counts how complete chains are, whose machines are known and whose credentials', async () => {
    const tenant = 'shares';
    const whole = { request: true, authority: true, context: true, impact: true };
    await store().writeChains([
      aChain({ tenant, id: 'whole', completeness: whole }),
      aChain({ tenant, id: 'part' }),
      aChain({ tenant, id: 'part', version: 2, completeness: { ...whole, request: false } }),
      aChain({ tenant, id: 'gone', state: 'merged', mergedInto: 'whole', completeness: whole }),
      aChain({ tenant, id: 'old', completeness: whole, lastEventMs: noon - 1 }),
    ]);
    const agent = (id: string, owner?: string) => ({
      id,
      kind: 'agent' as const,
      ...(owner ? { owner } : {}),
    });
    await store().writeHops([
      aHop({ tenant, key: 'tok:1', token: { iss: issuer, jti: '1' }, to: agent('owned', 'team') }),
      aHop({
        tenant,
        key: 'tok:2',
        token: { iss: issuer, jti: '2' },
        to: agent('stray'),
        issuedMs: undefined,
        lastUsedMs: noon,
      }),
      aHop({
        tenant,
        key: 'tok:3',
        token: { iss: issuer, jti: '3' },
        to: agent('registered'),
        issuedMs: undefined,
        lastUsedMs: noon,
      }),
      // A later row knows when it was issued.
      aHop({
        tenant,
        key: 'tok:3',
        token: { iss: issuer, jti: '3' },
        to: agent('registered'),
        version: 2,
        lastUsedMs: noon,
      }),
      aHop({ tenant, key: 'tok:4', token: { iss: issuer, jti: '4' }, to: { id: 'ann', kind: 'human' } }),
      aHop({
        tenant,
        key: 'tok:5',
        token: { iss: issuer, jti: '5' },
        to: { id: 'ann', kind: 'human' },
        issuedMs: noon - 1,
      }),
    ]);
    await store().appendEvents([
      logged(3_000_000, {
        tenant,
        id: 'registered',
        data: { v: 1, type: 'identity.registered', principal: agent('registered') },
      }),
    ]);
    expect(await store().completeness({ tenant, sinceMs: noon })).toEqual({
      chains: { all: 2, complete: 1, request: 1, authority: 2, context: 2, impact: 2 },
      owners: { all: 3, known: 2 },
      issuance: { all: 4, known: 3 },
    });
    const none = { all: 0, complete: 0, request: 0, authority: 0, context: 0, impact: 0 };
    expect(await store().completeness({ tenant: 'nobody', sinceMs: noon })).toMatchObject({ chains: none });
  });

  it('counts how often exceptions were applied, by what stands now', async () => {
    const tenant = 'excepted';
    await store().writeAlerts([
      anAlert({ tenant, id: 'a', exceptions: ['backup', 'night'], lastAtMs: noon }),
      anAlert({ tenant, id: 'b', exceptions: ['backup'], lastAtMs: noon + 5 }),
      anAlert({ tenant, id: 'c', exceptions: ['backup'], withdrawn: true }),
      anAlert({ tenant, id: 'd' }),
      anAlert({ tenant, id: 'e', exceptions: ['night'] }),
    ]);
    await store().writeAlerts([anAlert({ tenant, id: 'e', version: 2 })]);
    expect(await store().exceptionUses(tenant)).toEqual([
      { id: 'backup', detector: 'scope-creep', alerts: 2, lastMs: noon + 5 },
      { id: 'night', detector: 'scope-creep', alerts: 1, lastMs: noon },
    ]);
    const page = { tenant, limit: 10, cursor: undefined, state: undefined, kind: undefined };
    const { items } = await store().alerts({
      ...page,
      detector: undefined,
      minSeverity: undefined,
      chainId: undefined,
    });
    expect(items.find(({ id }) => id === 'a')?.exceptions).toEqual(['backup', 'night']);
  });
}

const digest = `sha256:${'A'.repeat(43)}`;
