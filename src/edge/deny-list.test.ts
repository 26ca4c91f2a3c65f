import { describe, expect, it } from 'vitest';
import type { DenyEntry, DenyRow, DenyStore } from '../domain/deny-list.ts';
import { refKey } from '../domain/token.ts';
import { createDenyList } from './deny-list.ts';

const iss = 'https://as.example';
const hash = `sha256:${'a'.repeat(43)}`;

function entry(jti: string, over: Partial<DenyEntry> = {}): DenyEntry {
  const ref = over.ref ?? { iss, jti };
  return { tenant: 'acme', key: refKey(ref), untilMs: 10_000, ...over, ref };
}

function harness(options: { entriesMax?: number; changesMax?: number } = {}) {
  const rows = new Map<string, DenyRow>();
  const state = { nowMs: 1_000, away: false, writes: 0 };
  const store: DenyStore = {
    async writeDenyRows(written) {
      if (state.away) throw new Error('away');
      state.writes += written.length;
      for (const row of written) rows.set(`${row.tenant} ${row.key}`, row);
    },
    denyRows: async (nowMs) =>
      [...rows.values()]
        .filter(({ untilMs }) => untilMs === null || untilMs > nowMs)
        .sort((a, b) => a.version - b.version),
  };
  const open = () => createDenyList({ store, clock: () => state.nowMs, ...options });
  return { state, open, list: open() };
}

describe('the deny list', () => {
  it('finds a token by either of its names, and only in its own tenant', async () => {
    const { list } = harness();
    await list.add(entry('a', { ref: { iss, jti: 'a', hash } }));
    expect(list.find('acme', { iss, jti: 'a' })).toBeDefined();
    expect(list.find('acme', { hash })).toBeDefined();
    expect(list.find('acme', { iss, jti: 'b', hash })).toBeDefined();
    expect(list.find('acme', { iss, jti: 'b' })).toBeUndefined();
    expect(list.find('rival', { hash })).toBeUndefined();
  });

  it('finds an entry by hash for a question that also knows the jti', async () => {
    const { list } = harness();
    await list.add(entry('', { ref: { hash } }));
    expect(list.find('acme', { iss, jti: 'a', hash })).toBeDefined();
  });

  it('ends an entry with its token', async () => {
    const { list, state } = harness();
    await list.add(entry('a'));
    await list.add(entry('never', { untilMs: null }));
    state.nowMs = 10_000;
    expect(list.find('acme', { iss, jti: 'a' })).toBeUndefined();
    expect(list.changes('acme', undefined).entries.map(({ ref }) => ref)).toEqual([{ iss, jti: 'never' }]);
  });

  it('says what is new since a version, and what was taken back', async () => {
    const { list } = harness();
    await list.add(entry('a'));
    const { version } = list.changes('acme', undefined);
    await list.add(entry('b'));
    await list.remove(entry('a'));
    const changes = list.changes('acme', version);
    expect(changes.isWhole).toBe(false);
    expect(changes.entries.map(({ key }) => key)).toEqual([entry('b').key]);
    expect(changes.removed.map(({ key }) => key)).toEqual([entry('a').key]);
    expect(list.changes('acme', changes.version)).toMatchObject({ entries: [], removed: [] });
  });

  it('gives everything to whoever asks for what nobody remembers', async () => {
    const { list } = harness({ changesMax: 2 });
    await list.add(entry('kept'));
    const { version } = list.changes('acme', undefined);
    for (const jti of ['a', 'b', 'c']) {
      await list.add(entry(jti));
      await list.remove(entry(jti));
    }
    expect(list.changes('acme', version)).toMatchObject({
      isWhole: true,
      entries: [{ key: entry('kept').key }],
    });
    expect(list.changes('acme', Number.MAX_SAFE_INTEGER).isWhole).toBe(true);
  });

  it('changes nothing when the same is asked for twice', async () => {
    const { list, state } = harness();
    await list.add(entry('a'));
    const { version } = list.changes('acme', undefined);
    await list.add(entry('a'));
    await list.remove(entry('b'));
    expect(list.changes('acme', undefined).version).toBe(version);
    expect(state.writes).toBe(1);
  });

  it('denies although the store is away, and writes when it is asked again', async () => {
    const { list, state, open } = harness();
    state.away = true;
    await expect(list.add(entry('a'))).rejects.toThrow('away');
    expect(list.find('acme', { iss, jti: 'a' })).toBeDefined();
    state.away = false;
    await list.add(entry('a'));
    const next = open();
    await next.load();
    expect(next.find('acme', { iss, jti: 'a' })).toBeDefined();
  });

  it('takes back only what is durably taken back', async () => {
    const { list, state } = harness();
    await list.add(entry('a'));
    state.away = true;
    await expect(list.remove(entry('a'))).rejects.toThrow('away');
    expect(list.find('acme', { iss, jti: 'a' })).toBeDefined();
  });

  it('goes on after a restart, past every version that anybody was given', async () => {
    const { list, state, open } = harness();
    await list.add(entry('kept', { untilMs: null }));
    await list.add(entry('short', { untilMs: 2_000 }));
    const { version } = list.changes('acme', undefined);
    state.nowMs = 3_000;
    const next = open();
    await next.load();
    await next.add(entry('new'));
    expect(next.changes('acme', version).entries.map(({ ref }) => ref)).toEqual([{ iss, jti: 'new' }]);
  });

  it('refuses what does not fit once all that has ended is gone', async () => {
    const { list, state } = harness({ entriesMax: 1 });
    await list.add(entry('a'));
    await expect(list.add(entry('b'))).rejects.toThrow('no more');
    state.nowMs = 10_000;
    await list.add(entry('b', { untilMs: 20_000 }));
    expect(list.size).toBe(1);
  });
});
