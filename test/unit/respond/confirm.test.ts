import { describe, expect, it } from 'vitest';
import type { RecalledEvent } from '../../../src/domain/recall.ts';
import type { Response } from '../../../src/domain/response.ts';
import type { Confirmation } from '../../../src/respond/connectors/index.ts';
import { observedIn } from '../../../src/respond/observed.ts';
import { findingOf } from '../alert/findings.ts';
import { acting, connectorOn, startMs, status } from './support.ts';
import { createWorld, keyOf, minute, rows, sent, tokenHop, type World } from './world.ts';

/** Newest state of each response. */
function states({ store }: World): string[] {
  const newest = new Map(store.responses.map((row) => [row.id, row]));
  return [...newest.values()].map(({ action, target, state }) =>
    [action === 'undo' ? 'undo of' : '', target.key.slice(0, -2).split('"').at(-1), state].join(' ').trim(),
  );
}

const recorded = ({ records }: World) => records.map(({ state, target }) => `${state} ${target.key}`);

function asked(...answers: Confirmation[]) {
  const questions: number[] = [];
  return {
    questions,
    confirm: async () => {
      questions.push(questions.length);
      return answers[Math.min(questions.length, answers.length) - 1] ?? 'unknown';
    },
  };
}

describe('what was accepted', () => {
  it('is confirmed once the issuer says that it has ended, and the log hears of it', async () => {
    const issuer = asked('alive', 'alive', 'unknown', 'ended');
    const world = createWorld({ confirms: 'introspection', confirm: issuer.confirm });
    const seen: string[] = [];
    const note = (word: string) => (response: Response, afterMs: number) =>
      seen.push(`${word} ${response.target.key} after ${afterMs} ms`);
    const { handle, responder } = world.boot(acting(), {
      observer: { changed: () => undefined, attempted: note('attempted'), confirmed: note('confirmed') },
    });
    world.store.hops.length = 0;
    await handle([findingOf()]);
    expect(states(world)).toEqual(['t1 accepted']);
    expect(responder.unconfirmed).toBe(1);
    await world.time.advance(20_000);
    expect(states(world)).toEqual(['t1 confirmed']);
    expect(recorded(world)).toEqual([`requested ${keyOf('t1')}`, `confirmed ${keyOf('t1')}`]);
    expect(responder.unconfirmed).toBe(0);
    expect(issuer.questions).toHaveLength(4);
    expect(seen[0]).toBe(`attempted ${keyOf('t1')} after 0 ms`);
    expect(seen[1]).toMatch(/^confirmed .* after 80\d\d ms$/);
  });

  it('and lives on is unconfirmed after its bound, which the log hears of too', async () => {
    const world = createWorld({ confirms: 'introspection', ...asked('alive') });
    const { handle } = world.boot(acting({ confirmSeconds: 60 }));
    await handle([findingOf()]);
    await world.time.advance(59_000);
    expect(states(world)).toEqual(['t1 accepted', 't2 accepted']);
    await world.time.advance(2_000);
    expect(states(world)).toEqual(['t1 unconfirmed', 't2 unconfirmed']);
    expect(world.store.responses.at(-1)?.reason).toBe('unconfirmed after 60 s: it is still active');
    expect(recorded(world).slice(2)).toEqual([`unconfirmed ${keyOf('t1')}`, `unconfirmed ${keyOf('t2')}`]);
    await world.time.advance(60 * minute);
    expect(world.records).toHaveLength(4);
  });

  it('waits for the callback of its receiver, and takes a late one', async () => {
    const world = createWorld({ confirms: 'callback' });
    const { handle, desk } = world.boot(acting({ confirmSeconds: 60 }));
    world.store.hops.length = 0;
    await handle([findingOf()]);
    await world.time.advance(61_000);
    expect(states(world)).toEqual(['t1 unconfirmed']);
    const responseId = world.store.responses[0]?.id ?? '';
    await desk.confirm({ tenant: 'acme', responseId, who: { keyId: 'k', by: 'idp' }, reason: 'queue' });
    expect(states(world)).toEqual(['t1 confirmed']);
    expect(world.store.responses.at(-1)?.reason).toBe('confirmed by idp: queue');
  });

  it('is confirmed by a refusal of the token itself, after it was accepted', async () => {
    const world = createWorld({ confirms: 'observed' });
    const events: RecalledEvent[] = [];
    const names: string[] = [];
    const observed = observedIn({
      recall: async ([lookup]) => {
        names.push(`${lookup?.tenant} ${lookup?.name}`);
        return { events, aliases: [], truncated: [] };
      },
    });
    const { handle } = world.boot(acting(), { observed });
    world.store.hops.length = 0;
    await handle([findingOf()]);
    const refusal = (atMs: number, reason?: 'scope') => {
      const data = { type: 'token.rejected', error: 'invalid_token', by: 'gateway', reason };
      events.push({ seq: 1, late: false, event: { data, timeMs: atMs } as never });
    };
    refusal(startMs - 1);
    refusal(startMs + minute, 'scope');
    await world.time.advance(2 * minute);
    expect(states(world)).toEqual(['t1 accepted']);
    refusal(startMs + 2 * minute);
    await world.time.advance(minute);
    expect(states(world)).toEqual(['t1 confirmed']);
    expect(new Set(names)).toEqual(new Set([`acme ${keyOf('t1')}`]));
  });

  it('ends there where nothing confirms', async () => {
    const world = createWorld();
    const { handle, responder } = world.boot(acting());
    await handle([findingOf()]);
    await world.time.advance(60 * minute);
    expect([states(world), responder.unconfirmed]).toEqual([['t1 accepted', 't2 accepted'], 0]);
  });

  it('is followed by the next process, and by it alone', async () => {
    const issuer = asked('alive', 'alive', 'ended');
    const world = createWorld({ confirms: 'introspection', confirm: issuer.confirm });
    world.store.hops.length = 0;
    const first = world.boot(acting());
    await first.handle([findingOf()]);
    await first.responder.stop();
    await world.time.advance(minute);
    expect(states(world)).toEqual(['t1 accepted']);
    const second = world.boot(acting());
    await second.responder.start();
    await world.time.advance(minute);
    expect(states(world)).toEqual(['t1 confirmed']);
  });

  it('goes on being followed while the store or the log does not answer', async () => {
    const world = createWorld({ confirms: 'introspection', ...asked('ended') });
    let isDown = false;
    const { handle } = world.boot(acting(), {
      record: (record) => {
        if (isDown && record.state === 'confirmed') return Promise.reject(new Error('down'));
        world.records.push(record);
        return Promise.resolve();
      },
    });
    isDown = true;
    world.store.hops.length = 0;
    await handle([findingOf()]);
    await world.time.advance(10_000);
    expect(states(world)).toEqual(['t1 accepted']);
    isDown = false;
    await world.time.advance(10_000);
    expect(states(world)).toEqual(['t1 confirmed']);
  });
});

describe('a revocation', () => {
  it('leaves only after the log has heard of it, whoever waits for that', async () => {
    const world = createWorld();
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const { handle } = world.boot(acting(), {
      record: async (record) => {
        await gate;
        world.records.push(record);
      },
    });
    // The pipeline goes on: it is what empties the log.
    await handle([findingOf()]);
    expect([sent(world), rows(world)]).toEqual([[], ['t1 requested', 't2 requested']]);
    open();
    await world.time.advance(5);
    expect(sent(world)).toEqual(['token.revoke t1', 'token.revoke t2']);
  });

  it('is tried again when the log does not take it, under the same record', async () => {
    const world = createWorld();
    let refusals = 1;
    const { handle } = world.boot(acting(), {
      record: async (record) => {
        world.records.push(record);
        if (refusals-- > 0) throw new Error('full');
      },
    });
    world.store.hops.length = 0;
    await handle([findingOf()]);
    expect(sent(world)).toEqual([]);
    await world.time.advance(2_000);
    expect(sent(world)).toEqual(['token.revoke t1']);
    expect(new Set(world.records.map((record) => JSON.stringify(record))).size).toBe(1);
  });

  it('takes what was minted later with it when a detector asks for that', async () => {
    const world = createWorld();
    const { handle } = world.boot(acting());
    await handle([findingOf()]);
    world.store.hops.push(tokenHop('t3', 't1', { issuedMs: startMs + 1_000 }));
    await world.time.advance(2_000);
    const late = findingOf({
      detector: 'use-after-revocation',
      subject: { kind: 'token', key: keyOf('t3'), label: 't3' },
      revoke: { iss: 'iss', jti: 't3' },
      atMs: startMs + 1_000,
      version: 2,
    });
    await handle([late]);
    await handle([late]);
    expect(sent(world)).toEqual(['token.revoke t1', 'token.revoke t2', 'token.revoke t3']);
  });

  it('reaches what the same cause has reached since, when there is news of it', async () => {
    const world = createWorld();
    const { handle } = world.boot(acting());
    await handle([findingOf()]);
    world.store.hops.push(tokenHop('t3', 't2', { issuedMs: startMs + 1_000 }));
    await world.time.advance(minute);
    await handle([findingOf({ fact: 'use', severity: 'critical', atMs: startMs + minute, version: 2 })]);
    expect(sent(world)).toEqual(['token.revoke t1', 'token.revoke t2', 'token.revoke t3']);
    const plans = [...world.store.tables.plans.values()];
    expect(plans.map(({ steps }) => steps.map(({ label }) => label))).toEqual([['t1', 't2'], ['t3']]);
  });

  it('whose alert is withdrawn stops where it is: the rest is not sent, an undo of what was is proposed', async () => {
    const world = createWorld();
    const [source] = ['t1'];
    world.network.answer = () =>
      sent(world)
        .at(-1)
        ?.endsWith(source ?? '')
        ? status(200)
        : status(503);
    const { handle } = world.boot(acting());
    await handle([findingOf()]);
    await handle([findingOf({ state: 'withdrawn', version: 2 })]);
    await world.time.advance(30 * minute);
    expect(states(world)).toEqual(['t1 accepted', 't2 failed', 'undo of t1 proposed']);
    await world.time.advance(24 * 60 * minute);
    expect(sent(world)).toEqual(['token.revoke t1', 'token.revoke t2']);
  });

  it('that waits for a person is over when its alert is withdrawn', async () => {
    const world = createWorld();
    const { handle } = world.boot();
    await handle([findingOf()]);
    await handle([findingOf({ state: 'withdrawn', version: 2 })]);
    expect(states(world)).toEqual(['t1 expired', 't2 expired']);
  });

  it('is left to people where its detector may only propose, whatever the configuration says', async () => {
    const world = createWorld();
    const { handle } = world.boot(acting(), { modeOf: () => 'propose' });
    await handle([findingOf()]);
    expect(rows(world)).toEqual(['t1 proposed', 't2 proposed']);
  });

  it('does not go to a connector that is disabled', async () => {
    const world = createWorld();
    const { handle } = world.boot(acting(), {
      connectors: [connectorOn(world.network, { disabled: true })],
    });
    await handle([findingOf()]);
    expect(rows(world)).toEqual(['t1 proposed', 't2 proposed']);
  });

  it('counts against the limits of those that follow, in the same batch too', async () => {
    const world = createWorld();
    world.store.hops.length = 0;
    const { limits } = acting();
    const { handle } = world.boot(acting({ limits: { ...limits, perChain: 2 } }));
    const about = (jti: string) =>
      findingOf({
        subject: { kind: 'token', key: keyOf(jti), label: jti },
        revoke: { iss: 'iss', jti },
      });
    await handle([about('a1'), about('a2'), about('a3')]);
    await handle([about('a4')]);
    expect(rows(world).slice(0, 3)).toEqual(['a1 requested', 'a2 requested', 'a3 proposed']);
    expect(rows(world).at(-1)).toBe('a4 proposed');
  });
});
