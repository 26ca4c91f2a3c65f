import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { detectors } from '../../../detectors/registry.ts';
import { defaultPolicy, Policy } from '../../../src/domain/policy.ts';
import { worldPolicy } from '../../../src/evaluate/index.ts';
import { createOversight } from '../../../src/oversight/index.ts';
import type { CoverageShape, ExceptionShape } from '../../../src/serve/present/coverage.ts';
import { openTestStore, type TestStore } from '../../support/store.ts';
import { alertRow, chainRows, type Served, serve } from '../serve/support.ts';
import { startMs, tellWorld } from './world.ts';

type Coverage = z.infer<typeof CoverageShape>;

const night = {
  id: 'night',
  detector: 'scope-creep',
  scope: { actor: 'mail-bot' },
  owner: 'mail team',
  reason: 'nightly digest',
  ticket: 'OPS-7',
};
const excepting = Policy.parse({
  exceptions: [
    { ...night, expires: new Date(startMs + 7 * 86_400_000).toISOString() },
    { ...night, id: 'old', expires: new Date(startMs).toISOString() },
  ],
});

let opened: TestStore;
let served: Served;
let policy = defaultPolicy;
let off = '';

beforeAll(async () => {
  opened = await openTestStore();
  const { store } = opened;
  await tellWorld(store, 'acme', 200);
  const { chain, hop } = chainRows('acme', 'chn_1');
  await store.writeChains([chain]);
  await store.writeHops([hop]);
  await store.writeAlerts([
    alertRow('acme', 'alr_1', 'chn_1', { kind: 'signal', exceptions: ['night'] }),
    alertRow('acme', 'alr_2', 'chn_1', { kind: 'signal', exceptions: ['night'], lastAtMs: startMs + 9_000 }),
    alertRow('acme', 'alr_3', 'chn_1', { exceptions: ['night'], withdrawn: true }),
  ]);
  const clock = (): number => startMs + 13 * 3_600_000;
  served = await serve(store, {
    detectors,
    oversight: createOversight({
      store,
      detectors,
      policy: () => policy,
      isOn: (id) => id !== off,
      settings: (id) => ({ mode: id === 'tool-drift' ? 'draft' : 'live', config: { of: id } }),
      clock,
    }),
  });
});
afterAll(async () => {
  await served.app.close();
  await opened.close();
});

async function get<T>(url: string, as: Parameters<Served['as']> = ['analyst']): Promise<T> {
  const answer = await served.app.inject({ method: 'GET', url, headers: served.as(...as) });
  expect(answer.statusCode).toBe(200);
  return answer.json() as T;
}

function stateOf({ detectors: all }: Pick<Coverage, 'detectors'>, id: string): string | undefined {
  const found = all.find(({ detector }) => detector === id);
  return found === undefined ? undefined : `${found.state}: ${found.why}`;
}

describe('coverage', () => {
  it('says of every detector whether it is armed, partial or blind, and why', async () => {
    const shown = await get<Coverage>('/v1/coverage');
    expect(shown.detectors.map(({ detector }) => detector)).toEqual(detectors.map(({ id }) => id));
    expect(stateOf(shown, 'delegation-depth')).toBe('armed: ');
    expect(stateOf(shown, 'missing-approval')).toBe('blind: policy has no approvals.required');
    expect(stateOf(shown, 'may-act-violation')).toMatch(/^partial: .*policy has no trust\.delegates$/);
    expect(stateOf(shown, 'tool-drift')).toBe('off: a draft');
  });

  it('says it anew under another policy, and of what is turned off', async () => {
    [policy, off] = [Policy.parse(worldPolicy()), 'impersonation'];
    const shown = await get<Coverage>('/v1/coverage');
    [policy, off] = [defaultPolicy, ''];
    expect(stateOf(shown, 'missing-approval')).toBe('armed: ');
    expect(stateOf(shown, 'impersonation')).toBe('off: turned off');
  });

  it('says of every source what it tells, and to whom that is nothing', async () => {
    const { sources, leftOut } = await get<Coverage>('/v1/coverage');
    expect(leftOut).toBe(0);
    const runtime = sources.find(({ source }) => source.endsWith('/runtime'));
    const told = runtime?.types.find(({ type }) => type === 'tool.invoked');
    expect(told?.count).toBeGreaterThan(100);
    expect(told?.sampled).toBe(24);
    expect(told?.fields).toEqual(expect.arrayContaining(['actor', 'tool.name', 'token']));
    expect(stateOf(runtime ?? { detectors: [] }, 'unusual-fan-out')).toMatch(/^(?:armed|partial): /);
    expect(runtime?.blind).toContain('attribution-break');
    for (const { detectors: seen, blind } of sources)
      expect(seen.length + blind.length).toBe(detectors.length);
  });

  it('is blind of everything where nobody told anything, and never says that nothing was found', async () => {
    const shown = await get<Coverage>('/v1/coverage', ['analyst', 'rival']);
    expect(shown.sources).toEqual([]);
    const seeing = shown.detectors.filter(({ state }) => state === 'armed' || state === 'partial');
    // What it rests on is told by nobody but the service itself.
    expect(seeing.map(({ detector }) => detector)).toEqual(['unconfirmed-revocation']);
    expect(stateOf(shown, 'stale-trigger')).toBe('blind: no request events; no call events');
  });

  it('looks as far back as it is asked to', async () => {
    const { sources } = await get<Coverage>('/v1/coverage?hours=1');
    expect(sources).toEqual([]);
    const url = '/v1/coverage?hours=721';
    const refused = await served.app.inject({ method: 'GET', url, headers: served.as('analyst') });
    expect(refused.statusCode).toBe(400);
  });

  it('counts how much is known', async () => {
    const { completeness } = await get<Coverage>('/v1/coverage');
    expect(completeness).toEqual({
      chains: { all: 1, complete: 0, request: 1, authority: 1, context: 0, impact: 1 },
      owners: { all: 1, known: 0 },
      issuance: { all: 1, known: 1 },
    });
  });
});

it('lists exceptions with their state and how often each was applied', async () => {
  policy = excepting;
  const { items } = await get<{ items: z.infer<typeof ExceptionShape>[] }>('/v1/exceptions');
  policy = defaultPolicy;
  expect(items).toEqual([
    {
      ...night,
      state: 'in force',
      expires: '2026-11-28T00:00:00.000Z',
      alerts: 2,
      lastAt: expect.stringMatching(/^2026-11-21T12/),
    },
    { ...night, id: 'old', state: 'expired', expires: '2026-11-21T00:00:00.000Z', alerts: 0 },
  ]);
  const shown = await get<{ items: { id: string; exceptions?: string[] }[] }>('/v1/alerts');
  expect(shown.items.find(({ id }) => id === 'alr_1')?.exceptions).toEqual(['night']);
});

it('shows the mode and the settings of every detector', async () => {
  const { items } = await get<{ items: { id: string; mode: string; config: object }[] }>('/v1/detectors');
  const [drift] = items.filter(({ id }) => id === 'tool-drift');
  expect(drift).toMatchObject({ mode: 'draft', maturity: 'live', config: { of: 'tool-drift' }, on: true });
});
