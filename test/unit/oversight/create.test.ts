import { expect, it } from 'vitest';
import { detectors } from '../../../detectors/registry.ts';
import type { EventMix } from '../../../src/domain/coverage.ts';
import { OWN_SOURCE } from '../../../src/domain/event/index.ts';
import { defaultPolicy } from '../../../src/domain/policy.ts';
import { createOversight } from '../../../src/oversight/index.ts';

const told = (source: string, type: EventMix['type']): EventMix => {
  return { source, type, count: 1, lastMs: 1, sampled: 1, fields: ['token', 'response', 'state'] };
};
const none = { all: 0, known: 0 };

function oversee(mix: readonly EventMix[]) {
  return createOversight({
    store: {
      eventMix: async () => ({ mix, leftOut: 0 }),
      completeness: async () => ({
        chains: { all: 0, complete: 0, request: 0, authority: 0, context: 0, impact: 0 },
        owners: none,
        issuance: none,
      }),
      exceptionUses: async () => [],
    },
    detectors,
    policy: () => defaultPolicy,
    isOn: () => true,
    settings: () => ({ mode: 'live', config: {} }),
    clock: () => 3_600_000,
  }).coverage('acme', 1);
}

it('counts Chainwarden itself among no sources, and waits for no word of it', async () => {
  const mix = [told('//as.example', 'token.issued')];
  const quiet = await oversee(mix);
  const busy = await oversee([...mix, told(OWN_SOURCE, 'response.recorded')]);
  for (const { sources, detectors: seen } of [quiet, busy]) {
    expect(sources.map(({ source }) => source)).toEqual(['//as.example']);
    const own = seen.find(({ detector }) => detector === 'unconfirmed-revocation');
    expect(own).toMatchObject({ state: 'armed', why: '' });
  }
});
