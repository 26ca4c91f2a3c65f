import { describe, expect, it } from 'vitest';
import { detectors } from '../../../detectors/registry.ts';
import type { AdmittedEvent, EventData } from '../../../src/domain/event/index.ts';
import { ACTIONS_PER_HOP_MAX } from '../../../src/domain/limits.ts';
import { Policy } from '../../../src/domain/policy.ts';
import type { Engine, LogRecord } from '../../../src/domain/record.ts';
import { createEngine } from '../../../src/engine.ts';
import { createRecallMemory, type RecallMemory } from '../../support/recall-store.ts';
import { createRows } from './picture.ts';
import { admitted, START_MS } from './worlds.ts';

const iss = 'https://as.example';
const policy = Policy.parse({ expects: { issuers: [iss] }, clocks: { latenessSeconds: 60 } });
const agent = { id: 'agent', kind: 'agent' } as const;
const BATCH = 1_000;

/** Batches of events, each closed by a watermark that is so far behind the newest of them. */
function batchesOf(events: readonly AdmittedEvent[], behindMs: number): LogRecord[][] {
  const batches: LogRecord[][] = [];
  let seq = 0;
  for (let at = 0; at < events.length; at += BATCH) {
    const part = events.slice(at, at + BATCH);
    const newestMs = Math.max(...part.map(({ timeMs }) => timeMs));
    batches.push([
      ...part.map((event, index): LogRecord => ({ kind: 'event', seq: seq + index + 1, event })),
      { kind: 'watermark', seq: seq + part.length + 1, watermarkMs: newestMs - behindMs },
    ]);
    seq += part.length + 1;
  }
  batches.push([{ kind: 'watermark', seq: seq + 1, watermarkMs: Number.POSITIVE_INFINITY }]);
  return batches;
}

function play(engine: Engine, memory: RecallMemory | undefined, batches: readonly LogRecord[][]) {
  const rows = createRows();
  let most = 0;
  for (const batch of batches) {
    rows.take(memory?.run(engine, batch) ?? engine.apply(batch));
    if (Number.isFinite(engine.watermarkMs)) most = Math.max(most, engine.stats.liveEvents);
  }
  return { picture: rows.picture(), most };
}

describe('a publisher that mints roots', () => {
  const events: AdmittedEvent[] = [];
  for (let root = 0; root < 6_000; root += 1) {
    const atMs = START_MS + root * 5;
    const token = { iss, jti: `t${root}` };
    // Every tenth is used and never issued: an offence once the watermark is past it, not before.
    const mint = {
      ...{ v: 1, type: 'token.issued', token, tokenKind: 'access_token', grant: 'x', subject: agent },
      ...{ scope: ['crm:read'], iat: START_MS / 1000, exp: START_MS / 1000 + 3_600 },
    } as EventData;
    const use = {
      v: 1,
      type: 'tool.invoked',
      callId: `c${root}`,
      actor: agent,
      tool: { name: 'get' },
      token,
    } as EventData;
    if (root % 10 !== 0) events.push(admitted(mint, { id: `m${root}`, atMs }));
    events.push(admitted(use, { id: `u${root}`, atMs: atMs + 1 }));
  }
  // All of them are within the grace of all others: nothing settles before the end.
  const batches = batchesOf(events, 60_000);

  it('fills no memory although nothing settles, and every offence is found in time', {
    timeout: 60_000,
  }, () => {
    const whole = play(
      createEngine({ detectors, policy, liveChainsMax: Number.POSITIVE_INFINITY }),
      undefined,
      batches,
    );
    const engine = createEngine({ detectors, policy, liveEventsMax: 2_000, recallable: true });
    const lean = play(engine, createRecallMemory(), batches);
    expect(whole.most).toBe(events.length);
    // The bound, and the batch that goes beyond it before chains leave.
    expect(lean.most).toBeLessThanOrEqual(2_000);
    // All but the first, which was used before its issuer had said a word.
    expect((whole.picture.findings as unknown[]).length).toBeGreaterThanOrEqual(599);
    expect(lean.picture.findings).toEqual(whole.picture.findings);
    expect(lean.picture.chains).toEqual(whole.picture.chains);
  });
});

describe('a hot chain', () => {
  const CALLS = ACTIONS_PER_HOP_MAX + 5_000;
  const token = { iss, jti: 'hot' };
  const call = (n: number): AdmittedEvent =>
    admitted(
      {
        v: 1,
        type: 'tool.invoked',
        callId: `c${n}`,
        actor: agent,
        tool: { name: `tool-${n % 7}` },
        token,
      } as EventData,
      { id: `u${n}`, atMs: START_MS + n * 100 },
    );
  const calls = Array.from({ length: CALLS }, (_, n) => call(n));

  it('keeps its counts, first and last use, and a bounded number of calls', { timeout: 60_000 }, () => {
    const engine = createEngine({ detectors, policy, recallable: true });
    const memory = createRecallMemory();
    // What left comes again: it is known, and counted once.
    const { picture } = play(engine, memory, batchesOf([...calls, ...calls.slice(0, 50)], 60_000));
    const [[, chain]] = picture.chains as [
      [string, { actionCount: number; eventCount: number; incomplete: string }],
    ];
    expect(chain).toMatchObject({ actionCount: CALLS, eventCount: CALLS, incomplete: 'limit' });
    const hop = (picture.hops as [string, object][]).find(([key]) => key.includes('hot'))?.[1];
    expect(hop).toMatchObject({
      useCount: CALLS,
      firstUsedMs: START_MS,
      lastUsedMs: START_MS + (CALLS - 1) * 100,
    });
    expect(engine.stats.liveEvents).toBeLessThan(ACTIONS_PER_HOP_MAX);
    expect(engine.stats.duplicates).toBe(50);
  });
});
