import { describe, expect, it } from 'vitest';
import type { AuditDraft } from '../../../src/domain/audit.ts';
import type { ModeChange, ResponseMode } from '../../../src/domain/mode.ts';
import { createModes } from '../../../src/respond/modes.ts';
import { createTime } from './support.ts';

function createWorld(most: ResponseMode = 'auto') {
  const time = createTime();
  const rows: ModeChange[] = [];
  const audited: AuditDraft[] = [];
  const warned: string[] = [];
  const world = {
    down: false,
    hold: undefined as Promise<void> | undefined,
    onAudit: async (): Promise<void> => undefined,
  };
  const newest = () => [
    ...new Map(
      rows.toSorted((a, b) => a.atMs - b.atMs).map((row) => [`${row.tenant} ${row.detector}`, row]),
    ).values(),
  ];
  const open = () =>
    createModes({
      store: {
        async responseModes() {
          if (world.down) throw new Error('the store is down');
          const found = newest();
          await world.hold;
          return found;
        },
        writeResponseMode: async (row) => void rows.push(row),
        backtest: async () => undefined,
        backtestLooks: async () => [],
      },
      audit: {
        append: async (drafts) => {
          audited.push(...drafts);
          await world.onAudit();
        },
      },
      clock: time.clock,
      log: { warn: (_, message) => void warned.push(message) },
      most,
    });
  return { time, rows, audited, warned, world, open };
}

const change = (mode: ResponseMode, detector = 'scope-creep') => ({
  tenant: 'acme',
  detector,
  mode,
  by: 'ann',
  keyId: 'k1',
  backtestId: '',
  reason: 'r',
});
const row = (mode: ResponseMode, atMs: number): ModeChange => ({ ...change(mode), atMs });

describe('the mode of a detector', () => {
  it('is propose until somebody says otherwise, of its own tenant alone', async () => {
    const { open } = createWorld();
    const modes = open();
    expect(modes.modeOf('acme', 'scope-creep')).toBe('propose');
    await modes.load();
    await modes.change(change('observe'));
    expect(modes.modeOf('acme', 'scope-creep')).toBe('observe');
    expect(modes.modeOf('acme', 'other')).toBe('propose');
    expect(modes.modeOf('rival', 'scope-creep')).toBe('propose');
  });

  it.each([
    ['observe', 'auto', 'observe'],
    ['propose', 'auto', 'propose'],
    ['auto', 'alert', 'alert'],
    ['auto', 'auto', 'auto'],
  ] as const)('under a configuration of %s that of %s is %s', async (most, own, inForce) => {
    const { open, rows, time } = createWorld(most);
    rows.push(row(own, time.clock()));
    const modes = open();
    await modes.load();
    expect(modes.modeOf('acme', 'scope-creep')).toBe(inForce);
  });

  it('is what another process said, within its time, and stays while the store is away', async () => {
    const { open, rows, time, world, warned } = createWorld();
    rows.push(row('auto', time.clock()));
    const modes = open();
    await modes.load();
    rows.push(row('observe', time.clock() + 1));
    expect(modes.modeOf('acme', 'scope-creep')).toBe('auto');
    await time.advance(15_000);
    modes.modeOf('acme', 'scope-creep');
    await time.advance(0);
    expect(modes.modeOf('acme', 'scope-creep')).toBe('observe');

    world.down = true;
    await time.advance(15_000);
    for (let i = 0; i < 100; i += 1) expect(modes.modeOf('acme', 'scope-creep')).toBe('observe');
    await time.advance(0);
    expect(warned).toHaveLength(1);
  });

  it('is never set back by an answer that is older than what was said meanwhile', async () => {
    const { open, rows, time, world } = createWorld();
    rows.push(row('auto', time.clock()));
    const modes = open();
    await modes.load();
    let release: () => void = () => undefined;
    // Between the audit and the row somebody asks, and the store answers late with what was there before.
    world.onAudit = async () => {
      world.hold = new Promise((resolve) => {
        release = resolve;
      });
      await time.advance(15_000);
      modes.modeOf('acme', 'scope-creep');
    };
    await modes.change(change('observe'));
    release();
    await time.advance(0);
    expect(modes.modeOf('acme', 'scope-creep')).toBe('observe');
  });

  it('is audited before it is written, with what it was', async () => {
    const { open, rows, audited } = createWorld();
    const modes = open();
    await modes.load();
    await Promise.all([modes.change(change('alert')), modes.change(change('observe'))]);
    expect(rows.map(({ mode }) => mode)).toEqual(['alert', 'observe']);
    expect(rows[1]?.atMs).toBeGreaterThan(rows[0]?.atMs ?? 0);
    expect(audited.map(({ body }) => [body['before'], body['mode']])).toEqual([
      ['propose', 'alert'],
      ['alert', 'observe'],
    ]);
  });
});
