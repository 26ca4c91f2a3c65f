import { describe, expect, it } from 'vitest';
import { createAlertBook, noticeBody } from '../../../src/alert/index.ts';
import type { LiveFinding } from '../../../src/domain/finding.ts';
import { createResponder } from '../../../src/respond/responder.ts';
import { findingOf } from '../alert/findings.ts';
import {
  acting,
  createMemoryResponses,
  createScripted,
  createTime,
  endpointOf,
  revoking,
  silent,
} from './support.ts';

function createWorld() {
  const time = createTime();
  return { time, store: createMemoryResponses(), transport: createScripted(time.clock) };
}
type World = ReturnType<typeof createWorld>;

/** One process: an empty book, a new responder, the world's store. */
function boot({ time, store, transport }: World) {
  const book = createAlertBook();
  const responder = createResponder({
    store,
    channels: transport.channels([endpointOf('ops')]),
    ...revoking(transport),
    subscriptions: [endpointOf('ops')],
    config: acting({ dryRun: true }),
    clock: time.clock,
    timer: time.timer,
    random: () => 0,
    log: silent,
    body: noticeBody,
  });
  return {
    handle: async (findings: readonly LiveFinding[]) => {
      await responder.handle(book.apply(findings));
      await time.advance(0);
    },
  };
}

function sent({ transport }: World): string[] {
  return transport.sent.map(({ endpoint, body }) => `${JSON.parse(body).type} to ${endpoint}`);
}

describe('an alert that carries on as another one', () => {
  const subject = { kind: 'token' as const, key: 'tok:sha256:x', label: 'sha256:x' };
  const old = findingOf({ subject });
  const merged = findingOf({
    subject,
    state: 'merged',
    version: 2,
    mergedInto: { id: findingOf().id, subjectKey: findingOf().subject.key },
  });
  const carriesOn = findingOf({ version: 2 });

  it('is no news: nobody is told twice, and nobody that it was withdrawn', async () => {
    const world = createWorld();
    const process = boot(world);
    await process.handle([old]);
    await process.handle([merged, carriesOn]);
    expect(sent(world)).toEqual(['alert.raised to ops']);
    await process.handle([findingOf({ state: 'withdrawn', version: 3 })]);
    expect(sent(world)).toEqual(['alert.raised to ops', 'alert.withdrawn to ops']);
  });

  it('is none after a restart either, when the book has forgotten it', async () => {
    const world = createWorld();
    await boot(world).handle([old]);
    await boot(world).handle([merged]);
    await boot(world).handle([carriesOn]);
    await boot(world).handle([old, merged, carriesOn]);
    expect(sent(world)).toEqual(['alert.raised to ops']);
  });

  it('is told of when it is worse than what was told', async () => {
    const world = createWorld();
    const process = boot(world);
    await process.handle([old]);
    await process.handle([merged, findingOf({ version: 2, severity: 'critical' })]);
    expect(sent(world)).toEqual(['alert.raised to ops', 'alert.escalated to ops']);
  });

  it('is raised for whoever has not heard of it', async () => {
    const world = createWorld();
    await boot(world).handle([merged, carriesOn]);
    expect(sent(world)).toEqual(['alert.raised to ops']);
    expect(JSON.parse(world.transport.sent[0]?.body ?? '').data.subject.key).toBe(carriesOn.subject.key);
  });

  it('is raised again when its own subject is parted from the other', async () => {
    const world = createWorld();
    const process = boot(world);
    await process.handle([old]);
    await process.handle([merged, carriesOn]);
    await process.handle([findingOf({ subject, version: 3 })]);
    expect(sent(world)).toEqual(['alert.raised to ops', 'alert.raised to ops']);
  });
});
