import { describe, expect, it } from 'vitest';
import type { Hop } from '../../../src/domain/chain.ts';
import type { Store } from '../../../src/domain/ports.ts';
import type { Database } from '../../../src/store/database.ts';
import { aHop, noon } from './rows.ts';

const token = (name: string) => `tok:["https://issuer.test","${name}"]`;

function tokenHop(tenant: string, name: string, over: Partial<Hop> = {}): Hop {
  const ref = { iss: 'https://issuer.test', jti: name };
  return aHop({ tenant, key: token(name), label: name, token: ref, level: 1, ...over });
}

/** What the store finds below a credential, and of whom. */
export function reachSuite(store: () => Store, database: () => Database): void {
  describe('the reach of a credential', () => {
    const reach = async (tenant: string, ...names: string[]) => {
      const { tokens, isCut } = await store().lineage(tenant, names.map(token));
      expect(isCut).toBe(false);
      return new Map(tokens.map((found) => [found.label, found]));
    };

    it('is its chain, with the links between tokens past what is none', async () => {
      const tenant = 'reach';
      await store().writeHops([
        tokenHop(tenant, 'root', { family: 'f1', session: 's1', subject: { id: 'ann', kind: 'human' } }),
        tokenHop(tenant, 'mid', { parentKey: token('root'), environment: 'prod', standing: false }),
        aHop({
          tenant,
          key: 'inv:1',
          kind: 'invocation',
          token: undefined,
          parentKey: token('mid'),
          level: 4,
        }),
        tokenHop(tenant, 'leaf', { parentKey: 'inv:1', level: 2, revokedMs: noon + 1 }),
      ]);
      const found = await reach(tenant, 'mid');
      expect([...found.keys()].sort()).toEqual(['leaf', 'mid', 'root']);
      expect(found.get('leaf')).toMatchObject({
        parents: [{ key: token('mid'), level: 4 }],
        revokedMs: noon + 1,
        standing: true,
      });
      expect(found.get('mid')).toMatchObject({
        chainId: 'chn_1',
        parents: [{ key: token('root'), level: 1 }],
        holder: { id: 'agent-1' },
        environment: 'prod',
        standing: false,
      });
      expect(found.get('root')).toMatchObject({
        parents: [],
        family: 'f1',
        session: 's1',
        subject: { id: 'ann' },
      });
      expect((await reach('default', 'mid')).size).toBe(0);
    });

    it('goes on in other chains: below it, at any depth, and through its family', async () => {
      const tenant = 'far';
      await store().writeHops([
        tokenHop(tenant, 'key', { chainId: '' }),
        tokenHop(tenant, 'a', { chainId: 'chn_a', ancestorKey: token('key'), parentKey: token('key') }),
        tokenHop(tenant, 'b', {
          chainId: 'chn_b',
          parentKey: 'request',
          ancestorKey: token('a'),
          family: 'f',
        }),
        tokenHop(tenant, 'c', { chainId: 'chn_c', parentKey: token('x'), family: 'f' }),
        tokenHop(tenant, 'd', {
          chainId: 'chn_d',
          parentKey: token('y'),
          alternatives: [{ key: token('c'), ref: { iss: 'https://issuer.test', jti: 'c' }, level: 3 }],
        }),
        tokenHop(tenant, 'x', { chainId: 'chn_x' }),
        tokenHop(tenant, 'z', { chainId: 'chn_c' }),
        tokenHop(tenant, 'other', { chainId: 'chn_x', parentKey: token('x') }),
      ]);
      const found = await reach(tenant, 'key');
      // x is told of because c hangs on it too; what else hangs on x, or is beside c in its chain, is none of it.
      expect([...found.keys()].sort()).toEqual(['a', 'b', 'c', 'd', 'x']);
      expect(found.get('d')?.parents).toEqual([
        { key: token('y'), level: 1 },
        { key: token('c'), level: 3 },
      ]);
    });

    it('knows every token as it is now, whichever chain it once was in', async () => {
      const tenant = 'moved tokens';
      await store().writeHops([tokenHop(tenant, 'child', { chainId: 'old', parentKey: token('wrong') })]);
      await store().writeHops([
        tokenHop(tenant, 'root', { chainId: 'new', version: 2 }),
        tokenHop(tenant, 'child', { chainId: 'new', parentKey: token('root'), version: 2 }),
        tokenHop(tenant, 'gone', { chainId: 'new', parentKey: token('root') }),
      ]);
      await store().writeHops([tokenHop(tenant, 'gone', { chainId: '', version: 3 })]);
      expect([...(await reach(tenant, 'root')).keys()].sort()).toEqual(['child', 'root']);
      expect((await reach(tenant, 'wrong')).get('child')?.parents).toEqual([
        { key: token('root'), level: 1 },
      ]);
    });

    it('counts the tokens that live, by their newest rows', async () => {
      const tenant = 'live';
      const at = (name: string, over: Partial<Hop>) =>
        tokenHop(tenant, name, { expiresMs: noon + 1, ...over });
      await store().writeHops([
        at('a', {}),
        at('b', { revokedMs: noon }),
        at('c', { expiresMs: noon }),
        at('d', { expiresMs: null }),
        at('e', { expiresMs: undefined }),
        at('f', {}),
        at('g', {}),
        aHop({ tenant, key: 'inv:1', kind: 'invocation', token: undefined, expiresMs: undefined }),
      ]);
      await store().writeHops([
        at('f', { revokedMs: noon, version: 2 }),
        at('g', { chainId: '', version: 2 }),
      ]);
      expect(await store().liveTokens(tenant, noon)).toBe(2);
      expect(await store().liveTokens('default', noon)).toBe(0);
      const held = (id: string) => store().tokensHeldBy(tenant, id, noon);
      expect([...(await held('agent-1'))].sort()).toEqual(['a', 'b', 'd', 'f'].map(token));
      expect(await held('agent-2')).toEqual([]);
    });

    it('finds what hangs on a token in rows that do not list parents', async () => {
      const tenant = 'older';
      const hop = tokenHop(tenant, 'below', { parentKey: token('above') });
      await database().insert(
        'hops',
        ['tenant', 'chain_id', 'key', 'version', 'parent_key', 'body', 'written_at'],
        [[tenant, hop.chainId, hop.key, 1, hop.parentKey ?? '', JSON.stringify(hop), Date.now()]],
      );
      expect([...(await reach(tenant, 'above')).keys()]).toEqual(['below']);
    });
  });
}
