import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAuditWriter } from '../../../src/audit/index.ts';
import type { AuditSink } from '../../../src/domain/audit.ts';
import { walkAudit } from '../../../src/domain/audit-check.ts';
import { ChainwardenError } from '../../../src/domain/errors.ts';
import { aDraft, createMemoryAudit } from './memory.ts';

type Memory = ReturnType<typeof createMemoryAudit>;

function open(store: Memory, over: Partial<Memory> = {}): AuditSink & { forks: unknown[] } {
  const forks: unknown[] = [];
  let made = 0;
  const sink = createAuditWriter({
    store: { ...store, ...over },
    writer: 'w',
    freshName: () => `w${forks.length}${++made}`,
    onFork: (fork) => forks.push(fork),
  });
  return { ...sink, forks };
}

const chainOf = ({ entries }: Memory, tenant = 'acme', writer = 'w') =>
  entries.filter((entry) => entry.tenant === tenant && entry.writer === writer).sort((a, b) => a.seq - b.seq);

const ids = (memory: Memory, tenant?: string) => chainOf(memory, tenant).map(({ id }) => id);

const away = () => new ChainwardenError('STORE_UNAVAILABLE', 'away');

describe('the writer of the audit', () => {
  it('keeps one whole chain for each tenant, whatever comes at the same time and however often', async () => {
    const drafts = fc.array(
      fc.record({ id: fc.integer({ min: 0, max: 9 }), tenant: fc.constantFrom('acme', 'rival') }),
      { maxLength: 6 },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(drafts, { maxLength: 6 }), async (appends) => {
        const memory = createMemoryAudit();
        const sink = open(memory);
        await Promise.all(
          appends.map((list) => sink.append(list.map(({ id, tenant }) => aDraft(`aud_${id}`, { tenant })))),
        );
        for (const tenant of ['acme', 'rival']) {
          const asked = new Set(
            appends.flat().flatMap((one) => (one.tenant === tenant ? `aud_${one.id}` : [])),
          );
          expect(ids(memory, tenant).sort()).toEqual([...asked].sort());
          expect(walkAudit('w', chainOf(memory, tenant)).faults).toEqual([]);
        }
      }),
    );
  });

  it('goes on where an earlier process stood, and says nothing again', async () => {
    const memory = createMemoryAudit();
    await open(memory).append([aDraft('a'), aDraft('b')]);
    const next = open(memory);
    await next.append([aDraft('b'), aDraft('c')]);
    expect(ids(memory)).toEqual(['a', 'b', 'c']);
    expect(walkAudit('w', chainOf(memory)).faults).toEqual([]);
    expect(next.forks).toEqual([]);
  });

  it('resolves when it is durable, and not before', async () => {
    const memory = createMemoryAudit();
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const sink = open(memory, { writeAudit: (rows) => held.then(() => memory.writeAudit(rows)) });
    let isDone = false;
    const appended = sink.append([aDraft('a')]).then(() => {
      isDone = true;
    });
    await new Promise(setImmediate);
    expect(isDone).toBe(false);
    release();
    await appended;
    expect(ids(memory)).toEqual(['a']);
  });

  it.each(['written all the same', 'not written'])('survives a write that failed and was %s', async (how) => {
    const memory = createMemoryAudit();
    let fails = true;
    const sink = open(memory, {
      async writeAudit(rows) {
        if (!fails || how === 'written all the same') await memory.writeAudit(rows);
        if (fails) throw away();
      },
    });
    await expect(sink.append([aDraft('a'), aDraft('b')])).rejects.toThrow('away');
    fails = false;
    // Its caller asks again, and somebody else was first.
    await sink.append([aDraft('c')]);
    await sink.append([aDraft('a'), aDraft('b')]);
    expect(ids(memory)).toEqual(['a', 'b', 'c']);
    expect(walkAudit('w', chainOf(memory)).faults).toEqual([]);
    expect(sink.forks).toEqual([]);
  });

  it('gives the place of what the store refuses to what comes next', async () => {
    const memory = createMemoryAudit();
    let isFirst = true;
    const sink = open(memory, {
      async writeAudit(rows) {
        if (!isFirst) return memory.writeAudit(rows);
        isFirst = false;
        throw new ChainwardenError('STORE_REFUSED', 'no');
      },
    });
    await expect(sink.append([aDraft('a')])).rejects.toThrow('no');
    await sink.append([aDraft('b')]);
    expect(ids(memory)).toEqual(['b']);
    expect(walkAudit('w', chainOf(memory)).faults).toEqual([]);
  });

  it('leaves a chain that another process writes into, so that neither breaks', async () => {
    const memory = createMemoryAudit();
    const [one, two] = [open(memory), open(memory)];
    await one.append([aDraft('a')]);
    await two.append([aDraft('b')]);
    await one.append([aDraft('c')]);
    await one.append([aDraft('d')]);
    await two.append([aDraft('e')]);
    expect(one.forks).toEqual([{ tenant: 'acme', from: 'w', to: 'w01' }]);
    expect(two.forks).toEqual([]);
    expect(ids(memory)).toEqual(['a', 'b', 'e']);
    const own = chainOf(memory, 'acme', 'w01');
    expect(own.map(({ id }) => id)).toEqual(['c', 'd']);
    expect([...walkAudit('w', chainOf(memory)).faults, ...walkAudit('w01', own).faults]).toEqual([]);
  });

  it('does not go on behind two entries that claim one place', async () => {
    const memory = createMemoryAudit();
    const stale = { auditHeads: async () => [] };
    await open(memory, stale).append([aDraft('a')]);
    await open(memory, stale).append([aDraft('b')]);
    expect(memory.entries).toMatchObject([{ seq: 1 }, { seq: 1 }]);
    const sink = open(memory);
    await sink.append([aDraft('c')]);
    expect(sink.forks).toHaveLength(1);
    expect(walkAudit('w', chainOf(memory)).faults).not.toEqual([]);
  });
});
