import { describe, expect, it } from 'vitest';
import { EventData } from '../../../src/domain/event/index.ts';
import { Policy } from '../../../src/domain/policy.ts';
import { DELAY_MAX_MS } from '../../../src/evaluate/world/disorder.ts';
import { worldPolicy } from '../../../src/evaluate/world/policy.ts';
import type { SimulatedEvent } from '../../../src/evaluate/world/script.ts';
import {
  type ChainLabel,
  SIMULATION_START_MS,
  type SimulateOptions,
  simulate,
} from '../../../src/evaluate/world/simulate.ts';
import { attackVariants, lookAlikeVariants } from '../../../src/evaluate/world/variants.ts';
import { expectedDetectors, groupBy, knowledge, readByOracle } from './oracle.ts';

interface World {
  readonly events: SimulatedEvent[];
  readonly labels: ChainLabel[];
}

function world(options: Partial<SimulateOptions> = {}): World {
  const built: World = { events: [], labels: [] };
  for (const { event, label } of simulate({
    seed: 1,
    chains: 60,
    attacks: 'all',
    disorder: false,
    ...options,
  })) {
    built.events.push(event);
    if (label !== undefined) built.labels.push(label);
  }
  return built;
}

/** Events of a chain bear its txn or, where a publisher leaves it out, the chain's id prefix. */
function chainsOf({ events, labels }: World): { label: ChainLabel; events: SimulatedEvent[] }[] {
  const byPrefix = groupBy(events, ({ id }) => id.split('-')[0]);
  return labels.map((label) => ({ label, events: byPrefix.get(label.txn.slice(4, 20)) ?? [] }));
}

const text = ({ events, labels }: World): string =>
  [...events, ...labels].map((line) => JSON.stringify(line)).join('\n');
const identity = (event: SimulatedEvent): string => `${event.source} ${event.id}`;

describe('the same seed', () => {
  it.each([false, true])('gives the same bytes (disorder: %s)', (disorder) => {
    expect(text(world({ disorder }))).toBe(text(world({ disorder })));
  });

  it('and another seed gives others', () => {
    expect(text(world({ seed: 2, chains: 20 }))).not.toBe(text(world({ seed: 1, chains: 20 })));
  });
});

describe('every event', () => {
  const { events } = world({ chains: 450, disorder: true });

  it('meets the contract', () => {
    expect(events.length).toBeGreaterThan(5_000);
    const bad = events.flatMap(({ data }) => EventData.safeParse(data).error?.issues ?? []);
    expect(bad).toEqual([]);
  });

  it('is a CloudEvent whose type says what its data is', () => {
    const odd = events.filter(
      ({ type, specversion, data, time }) =>
        type !== `io.chainwarden.${data.type}.v1` ||
        specversion !== '1.0' ||
        new Date(time).toISOString() !== time,
    );
    expect(odd).toEqual([]);
  });
});

describe('labels', () => {
  it('stand once for every chain, and every chain names its txn', () => {
    const { events, labels } = world({ chains: 100 });
    expect(new Set(labels.map(({ txn }) => txn)).size).toBe(labels.length);
    expect(labels.filter(({ variant }) => variant !== 'benign:probe')).toHaveLength(100);
    const named = new Set(events.map(({ data }) => data.txn));
    expect(labels.filter(({ txn }) => !named.has(txn))).toEqual([]);
  });

  it('cover every variant, every look-alike and mostly ordinary work', () => {
    const chains = 20 * Math.ceil(Math.max(attackVariants.length / 5, lookAlikeVariants.length / 5));
    const variants = new Set(world({ chains }).labels.map(({ variant }) => variant));
    for (const { name } of [...attackVariants, ...lookAlikeVariants]) expect(variants).toContain(name);
    expect(variants).toContain('benign');
  });

  // Skews of publishers differ by seed, so several seeds are read.
  it.each([
    [1, false],
    [2, true],
    [3, true],
  ])('are what an independent reading of the events finds (seed %i, disorder: %s)', (seed, disorder) => {
    const built = world({ seed, disorder, chains: 260 });
    const known = knowledge(built.events);
    const disputed = chainsOf(built).flatMap(({ label, events }) => {
      const found = expectedDetectors(events, known);
      const expected = label.detectors.filter((id) => readByOracle.has(id));
      return found.join() === expected.join() ? [] : [{ label, found }];
    });
    expect(disputed).toEqual([]);
  });

  it('name an attack exactly where a detector is expected', () => {
    expect(world().labels.filter(({ attack, detectors }) => attack !== detectors.length > 0)).toEqual([]);
  });
});

describe('the choice of attacks', () => {
  const attacksIn = (attacks: SimulateOptions['attacks']): Set<string> =>
    new Set(world({ attacks }).labels.flatMap(({ attack, variant }) => (attack ? [variant] : [])));

  it('may be none', () => {
    expect(attacksIn('none').size).toBe(0);
  });

  it('goes by variant or by detector', () => {
    expect(attacksIn(['deep-widened'])).toEqual(new Set(['deep-widened']));
    expect(attacksIn(['unusual-fan-out', 'deep-widened'])).toEqual(
      new Set(['deep-widened', 'too-many-children', 'too-many-targets', 'too-many-tools']),
    );
  });

  it('refuses a name that nothing bears', () => {
    expect(() => world({ attacks: ['magic'] })).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });
});

describe('order', () => {
  it('is that of event time, but for what is told to be late', () => {
    const times = world().events.map(({ time }) => Date.parse(time));
    expect(times[0]).toBe(SIMULATION_START_MS);
    const lateBy = lags(times);
    expect(lateBy.filter((lag) => lag > 0).length).toBeLessThan(10);
    expect(Math.max(...lateBy)).toBeLessThanOrEqual(DELAY_MAX_MS);
  });

  it('is shuffled and doubled by disorder, and nothing else but the clocks changes', () => {
    const plain = world();
    const mixed = world({ disorder: true });
    const withoutTime = (events: readonly SimulatedEvent[]): string[] =>
      [
        ...new Map(events.map((event) => [identity(event), JSON.stringify({ ...event, time: '' })])).values(),
      ].sort();
    expect(withoutTime(mixed.events)).toEqual(withoutTime(plain.events));
    expect(mixed.events.length).toBeGreaterThan(plain.events.length);
    expect(new Set(mixed.events.map((event) => JSON.stringify(event))).size).toBe(plain.events.length);
    expect(new Set(mixed.labels.map(({ txn }) => txn))).toEqual(new Set(plain.labels.map(({ txn }) => txn)));
  });

  it('is never late by more than the bound and the clocks', () => {
    const lateBy = lags(world({ disorder: true }).events.map(({ time }) => Date.parse(time)));
    expect(Math.max(...lateBy)).toBeGreaterThan(60_000);
    expect(Math.max(...lateBy)).toBeLessThanOrEqual(DELAY_MAX_MS + 40_000);
  });
});

/** How far each event lies behind the newest one before it. */
function lags(times: readonly number[]): number[] {
  let newest = Number.NEGATIVE_INFINITY;
  return times.map((time) => {
    newest = Math.max(newest, time);
    return newest - time;
  });
}

describe('the policy of the world', () => {
  it('is a valid policy', () => {
    const policy = Policy.parse(worldPolicy());
    expect(policy.expects.issuers).toContain('https://login.acme.example');
    expect(policy.scopes[0]?.dialect).toBe('hierarchical');
  });
});
