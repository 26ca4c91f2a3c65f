import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Lineage } from '../../../src/domain/reach.ts';
import { readLineages } from '../../../src/respond/lineages.ts';
import { lineageIn } from '../../support/response-tables.ts';
import { keyOf, tokenHop } from './world.ts';

const jtis = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const hops = fc.tuple(
  ...jtis.map((jti) =>
    fc
      .record({
        parent: fc.option(fc.constantFrom(...jtis, 'gone'), { nil: undefined }),
        chain: fc.constantFrom('chn_1', 'chn_2', 'chn_3'),
        family: fc.constantFrom(undefined, undefined, 'f', 'g'),
        other: fc.option(fc.constantFrom(...jtis), { nil: undefined }),
      })
      .map(({ parent, chain, family, other }) =>
        tokenHop(jti, parent, {
          chainId: chain,
          ...(family === undefined ? {} : { family }),
          alternatives:
            other === undefined
              ? []
              : [{ key: keyOf(other), ref: { iss: 'iss', jti: other }, level: 2 as const }],
        }),
      ),
  ),
);
const asked = fc.array(fc.subarray([...jtis, 'gone'], { minLength: 1, maxLength: 3 }), { maxLength: 5 });

const sorted = (lineage: Lineage | undefined) => lineage?.tokens.map(({ key }) => key).sort();

describe('lineages that are read together', () => {
  it('are what each would have been alone', async () => {
    await fc.assert(
      fc.asyncProperty(hops, asked, async (known, wanted) => {
        const store = {
          lineage: async (tenant: string, keys: readonly string[]) => lineageIn(known, tenant, keys),
        };
        const batch = wanted.map((some) => ({ tenant: 'acme', tokenKeys: some.map(keyOf) }));
        const found = await readLineages(store, batch);
        for (const one of batch) {
          const alone = await store.lineage('acme', one.tokenKeys);
          expect(sorted(found.get(one))).toEqual(sorted(alone));
          expect(found.get(one)?.isCut).toBe(alone.isCut);
        }
      }),
    );
  });

  it('are few questions, and each small enough', async () => {
    const asks: number[] = [];
    const store = {
      lineage: async (tenant: string, keys: readonly string[]): Promise<Lineage> => {
        asks.push(keys.length);
        return { tenant, tokens: [], isCut: keys.length > 63 };
      },
    };
    const batch = Array.from({ length: 1_000 }, (_, index) => ({
      tenant: 'acme',
      tokenKeys: [keyOf(`t${index}`)],
    }));
    const found = await readLineages(store, batch);
    expect(found.size).toBe(1_000);
    expect([...found.values()].some(({ isCut }) => isCut)).toBe(false);
    expect(asks.filter((keys) => keys > 63)).toHaveLength(12);
    expect(asks.filter((keys) => keys <= 63)).toHaveLength(16);
  });
});
