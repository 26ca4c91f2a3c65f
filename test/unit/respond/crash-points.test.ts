import { expect, it } from 'vitest';
import type { Confirmation } from '../../../src/respond/connectors/index.ts';
import type { ResponderOptions } from '../../../src/respond/responder.ts';
import { findingOf } from '../alert/findings.ts';
import { acting, connectorOn } from './support.ts';
import { createWorld, keyOf, minute, sent, type World } from './world.ts';

/** More calls than one life makes. */
const CALLS_MAX = 80;

/** A process that is killed at its n-th call of the store, the log or the network: nothing of it counts after that. */
function mortal(world: World, diesAt: number): { parts: Partial<ResponderOptions>; isDead: () => boolean } {
  let calls = 0;
  const never = () => new Promise<never>(() => undefined);
  function lives<Args extends unknown[], T>(call: (...args: Args) => Promise<T>) {
    return (...args: Args): Promise<T> => {
      calls += 1;
      return calls > diesAt ? never() : call(...args);
    };
  }
  const store = Object.fromEntries(
    Object.entries(world.store).map(([name, member]) => [
      name,
      typeof member === 'function' ? lives(member as () => Promise<unknown>) : member,
    ]),
  ) as unknown as World['store'];
  const issuer = connectorOn(world.network, { declared: { confirms: 'introspection' } });
  const asked = new Map<string, number>();
  const confirm = async ({ target }: { target: { key: string } }): Promise<Confirmation> => {
    asked.set(target.key, (asked.get(target.key) ?? 0) + 1);
    return asked.get(target.key) === 1 ? 'alive' : 'ended';
  };
  return {
    parts: {
      store,
      connectors: [{ ...issuer, send: lives(issuer.send), confirm: lives(confirm) }],
      record: lives(async (record) => void world.records.push(record)),
    },
    isDead: () => calls > diesAt,
  };
}

it('comes to one effect under one id, wherever a process is killed', async () => {
  let deaths = 0;
  for (let diesAt = 0; diesAt < CALLS_MAX; diesAt += 1) {
    const world = createWorld();
    const first = mortal(world, diesAt);
    const { handle, responder } = world.boot(acting(), first.parts);
    // What hangs in a dead process is not awaited.
    void responder.start();
    await world.time.advance(5);
    void handle([findingOf()]);
    await world.time.advance(minute);
    if (!first.isDead()) break;
    deaths += 1;

    const second = mortal(world, Number.POSITIVE_INFINITY);
    const next = world.boot(acting(), second.parts);
    await next.handle([findingOf()]);
    await next.responder.start();
    await world.time.advance(5 * minute);
    const ids = world.network.sent.map(({ id }) => id);
    const states = await world.store.findResponses('acme', [...new Set(ids)]);
    const how = `killed at call ${diesAt}`;
    expect(new Set(sent(world)), how).toEqual(new Set(['token.revoke t1', 'token.revoke t2']));
    expect(new Set(ids).size, how).toBe(2);
    expect(
      states.map(({ state }) => state),
      how,
    ).toEqual(['confirmed', 'confirmed']);
    // Whoever reads the log knows both before either is sent, and hears that they have ended.
    const told = new Set(world.records.map(({ state, target }) => `${state} ${target.key}`));
    expect([...told].sort(), how).toEqual(
      ['confirmed', 'requested'].flatMap((state) => ['t1', 't2'].map((jti) => `${state} ${keyOf(jti)}`)),
    );
    expect(world.store.tables.plans.size, how).toBe(1);
  }
  expect(deaths).toBeGreaterThan(20);
  expect(deaths).toBeLessThan(CALLS_MAX);
});
