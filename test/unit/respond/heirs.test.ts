import { describe, expect, it } from 'vitest';
import { findingOf } from '../alert/findings.ts';
import { acting } from './support.ts';
import { createWorld, rows, sent, tokenHop, type World, withAlert } from './world.ts';

const nothing = { alerts: [], incidents: [], notices: [], revocations: [], excepted: [] };

/** A token below the one that was revoked, of which its issuer tells now. */
async function tells(world: World, process: ReturnType<World['boot']>, child = tokenHop('t3', 't2')) {
  world.store.hops.push(child);
  await process.responder.handle(nothing, { hops: [child] });
  await world.time.advance(5);
}

describe('a token that turns up below what was ended', () => {
  it('ends with it, once, by a plan that names nothing else', async () => {
    const world = createWorld();
    withAlert(world);
    const process = world.boot(acting());
    await process.handle([findingOf()]);
    expect(sent(world)).toEqual(['token.revoke t1', 'token.revoke t2']);
    await tells(world, process);
    await tells(world, process);
    expect(sent(world)).toEqual(['token.revoke t1', 'token.revoke t2', 'token.revoke t3']);
    expect([...world.store.tables.plans.values()].at(-1)?.steps.map(({ label }) => label)).toEqual(['t3']);
  });

  it.each(['callback', 'none'] as const)(
    'is found by a process that did not end the other, too (confirmed by %s)',
    async (confirms) => {
      const world = createWorld({ confirms });
      withAlert(world);
      await world.boot(acting()).handle([findingOf()]);
      const later = world.boot(acting());
      await later.responder.start();
      await tells(world, later);
      expect(sent(world)).toContain('token.revoke t3');
    },
  );

  it('is asked for again until the store has taken it', async () => {
    const world = createWorld();
    withAlert(world);
    const process = world.boot(acting());
    await process.handle([findingOf()]);
    world.store.down = true;
    await expect(tells(world, process)).rejects.toThrow('the store is down');
    world.store.down = false;
    await process.responder.handle(nothing, { hops: world.store.hops });
    await world.time.advance(5);
    expect(sent(world).filter((order) => order.endsWith('t3'))).toEqual(['token.revoke t3']);
  });

  it.each([
    ['whose end was a rehearsal', acting({ dryRun: true }), {}],
    ['of which the alert was withdrawn', acting(), { withdrawn: true }],
  ] as const)('is left alone below one %s', async (_, config, over) => {
    const world = createWorld();
    withAlert(world, over);
    const process = world.boot(config);
    await process.handle([findingOf()]);
    const before = rows(world).length;
    await tells(world, process);
    expect(rows(world)).toHaveLength(before);
  });

  it('is spared where another parent of it stands', async () => {
    const world = createWorld();
    withAlert(world);
    const process = world.boot(acting());
    await process.handle([findingOf()]);
    const other = tokenHop('other', 'root');
    world.store.hops.push(other);
    const ref = { iss: 'iss', jti: 'other' };
    await tells(world, process, tokenHop('t3', 't2', { alternatives: [{ key: other.key, ref, level: 1 }] }));
    expect(sent(world)).toEqual(['token.revoke t1', 'token.revoke t2']);
  });
});
