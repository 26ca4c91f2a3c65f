import { describe, expect, it } from 'vitest';
import type { Backtest } from '../../../src/domain/backtest.ts';
import type { BacktestLook, ModeChange } from '../../../src/domain/mode.ts';
import type { Store } from '../../../src/domain/ports.ts';
import { anAlertAction, noon } from './rows.ts';

/** Quotes, signs beyond ASCII and half a character come back as they were. */
const hard = 'it’s "so"\ud800';

function aChange(over: Partial<ModeChange> = {}): ModeChange {
  return {
    tenant: 'modes',
    detector: 'scope-creep',
    mode: 'propose',
    atMs: noon,
    by: 'ann',
    keyId: 'k1',
    backtestId: '',
    reason: hard,
    ...over,
  };
}

function aBacktest(over: Partial<Backtest> = {}): Backtest {
  const none = { acted: 0, proposed: 0, refused: 0, tokens: 0, holders: 0, production: 0, usedAfter: 0 };
  return {
    tenant: 'modes',
    id: 'bt_1',
    detector: 'scope-creep',
    detectorVersion: 1,
    madeMs: noon,
    by: 'ann',
    keyId: 'k1',
    fromMs: noon - 1,
    toMs: noon,
    isCut: false,
    isSupposed: true,
    counts: { alerts: 0, ...none, falseActed: 0, withdrawnActed: 0, mostInAnHour: 0 },
    cases: [],
    digest: hard,
    ...over,
  };
}

function aLook(over: Partial<BacktestLook> = {}): BacktestLook {
  return { tenant: 'modes', backtestId: 'bt_1', keyId: 'k1', by: 'ann', role: 'admin', atMs: noon, ...over };
}

/** Modes of detectors, backtests, and closings by people. */
export function modeSuite(open: () => Store): void {
  describe('modes of detectors', () => {
    it('are what was said last, of each tenant and detector', async () => {
      const store = open();
      const last = aChange({ mode: 'observe', atMs: noon + 2 });
      const others = [
        aChange({ detector: 'other', mode: 'auto', backtestId: 'bt_1' }),
        aChange({ tenant: 'rival' }),
      ];
      for (const change of [aChange(), last, aChange({ mode: 'auto', atMs: noon + 1 }), ...others, last]) {
        await store.writeResponseMode(change);
      }
      const found = (await store.responseModes()).filter(({ tenant }) => ['modes', 'rival'].includes(tenant));
      const name = ({ tenant, detector }: ModeChange) => `${tenant} ${detector}`;
      expect(found.toSorted((a, b) => (name(a) < name(b) ? -1 : 1))).toEqual([others[0], last, others[1]]);
    });
  });

  describe('backtests', () => {
    it('are found by tenant and id, with whoever opened them, oldest first', async () => {
      const store = open();
      await store.writeBacktest(aBacktest());
      await store.writeBacktest(aBacktest({ tenant: 'rival', by: 'eve' }));
      expect(await store.backtest('modes', 'bt_1')).toEqual(aBacktest());
      expect(await store.backtest('modes', 'bt_2')).toBeUndefined();
      const looks = [aLook({ keyId: 'k2', atMs: noon + 1 }), aLook(), aLook({ backtestId: 'bt_2' })];
      for (const look of [...looks, ...looks]) await store.writeBacktestLook(look);
      expect(await store.backtestLooks('modes', 'bt_1')).toEqual([looks[1], looks[0]]);
      expect(await store.backtestLooks('rival', 'bt_1')).toEqual([]);
    });
  });

  describe('closings', () => {
    it('are told from a time on, of all tenants, oldest first and no more than asked for', async () => {
      const store = open();
      const from = noon + 500 * 86_400_000;
      const row = (id: string, atMs: number, over: object = {}) =>
        anAlertAction({
          tenant: 'closers',
          id,
          alertId: `alr_${id}`,
          verb: 'close',
          state: 'closed',
          atMs,
          ...over,
        });
      const rows = [row('c', from + 2, { tenant: 'rival' }), row('a', from), row('b', from + 1)];
      for (const one of [
        ...rows,
        row('old', from - 1),
        row('d', from + 3, { verb: 'reopen', state: 'open' }),
      ]) {
        await store.writeAlertAction(one);
      }
      expect(await store.closingsSince(from, 10)).toEqual([rows[1], rows[2], rows[0]]);
      expect(await store.closingsSince(from, 2)).toEqual([rows[1], rows[2]]);
    });
  });
}
