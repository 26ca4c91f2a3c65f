import { describe, expect, it } from 'vitest';
import type { AlertWithLife } from '../../../../src/domain/alert.ts';
import type { Backtest } from '../../../../src/domain/backtest.ts';
import { BACKTEST_ALERTS_MAX } from '../../../../src/domain/limits.ts';
import { defaultPolicy } from '../../../../src/domain/policy.ts';
import type { Lineage, LineageToken } from '../../../../src/domain/reach.ts';
import { createBacktests } from '../../../../src/respond/backtest/index.ts';
import { OutboundConfig } from '../../../../src/respond/config.ts';
import type { PlanningConnector } from '../../../../src/respond/plan/index.ts';
import { anAlert } from '../../../integration/store/rows.ts';
import { keyOf, ref, token } from '../plan/support.ts';

const tenant = 'acme';
const nowMs = Date.UTC(2026, 5, 30);
const hour = 3_600_000;
const day = 24 * hour;

function alertOf(jti: string, atMs: number, over: Partial<AlertWithLife> = {}): AlertWithLife {
  return {
    ...anAlert({ tenant, id: `alr_${jti}`, chainId: `chn_${jti}`, firstAtMs: atMs, lastAtMs: atMs }),
    revoke: ref(jti),
    revocable: true,
    weakestLink: 1,
    liveUntilMs: atMs + hour,
    state: 'open',
    assignee: '',
    closedReason: '',
    stateChangedMs: undefined,
    ...over,
  };
}

interface World {
  readonly alerts: readonly AlertWithLife[];
  readonly tokens?: readonly LineageToken[];
  readonly connectors?: readonly PlanningConnector[];
  readonly response?: object;
  /** So many alerts reach too much when they are asked for together. */
  readonly cutAbove?: number;
}

async function backtest({ alerts, tokens = [], connectors = [], response = {}, cutAbove = Infinity }: World) {
  const asked: number[] = [];
  const written: Backtest[] = [];
  const { run } = createBacktests({
    store: {
      alerts: async ({ cursor, limit }) => {
        const newest = alerts.toSorted((a, b) => b.lastAtMs - a.lastAtMs);
        const from = Number(cursor ?? 0);
        const next = from + limit < newest.length ? String(from + limit) : undefined;
        return { items: newest.slice(from, from + limit), next };
      },
      actions: async () => ({ items: [], next: undefined }),
      lineage: async (_, keys): Promise<Lineage> => {
        asked.push(keys.length);
        const isCut = keys.length > cutAbove;
        return { tenant, tokens, isCut };
      },
      liveTokens: async () => 0,
      writeBacktest: async (made) => void written.push(made),
      backtest: async () => undefined,
      backtestLooks: async () => [],
      writeBacktestLook: async () => undefined,
    },
    connectors,
    config: OutboundConfig.parse({ response }).response,
    policy: () => defaultPolicy,
    audit: { append: async () => undefined },
    clock: () => nowMs,
  });
  const made = await run({ tenant, detector: 'scope-creep', detectorVersion: 1, by: 'ann', keyId: 'k1' });
  expect(written).toEqual([made]);
  return { made, asked };
}

/** A token for each alert, minted a minute before it. */
function tokensFor(alerts: readonly AlertWithLife[]): LineageToken[] {
  return alerts.flatMap(({ revoke, firstAtMs, chainId = '' }) =>
    revoke === undefined || !('jti' in revoke)
      ? []
      : token(revoke.jti, [], {
          key: keyOf(revoke.jti),
          chainId,
          issuedMs: firstAtMs - 60_000,
          expiresMs: firstAtMs + hour,
          holder: { id: `agent:${revoke.jti}`, kind: 'agent' },
        }),
  );
}

describe('a backtest', () => {
  it('stops where the limits would have stopped it, and goes on when their span is over', async () => {
    const burst = Array.from({ length: 12 }, (_, i) => alertOf(`b${i}`, nowMs - 5 * day + i * 1_000));
    const later = Array.from({ length: 3 }, (_, i) => alertOf(`l${i}`, nowMs - 4 * day + i * 1_000));
    const alerts = [...burst, ...later];
    const { made } = await backtest({ alerts, tokens: tokensFor(alerts) });
    // Ten of a small tenant may go in ten minutes.
    expect(made.counts).toMatchObject({ alerts: 15, acted: 13, proposed: 2, tokens: 13, mostInAnHour: 10 });
    const held = made.cases.filter(({ verdict }) => verdict === 'propose');
    expect(held.map(({ alertId }) => alertId).sort()).toEqual(['alr_b10', 'alr_b11']);
    expect(held[0]?.reasons.join()).toContain('live tokens would have gone');
  });

  it('takes what is taken once, whichever alerts ask for it', async () => {
    const alerts = [alertOf('t', nowMs - day), alertOf('t', nowMs - day + 1_000, { id: 'alr_again' })];
    const { made } = await backtest({ alerts, tokens: tokensFor(alerts.slice(0, 1)) });
    expect(made.counts).toMatchObject({ acted: 1, refused: 1, tokens: 1 });
  });

  it('is what the tokens were then: what was revoked since had not been, what was minted since was not there', async () => {
    const alert = alertOf('t', nowMs - day);
    const [source] = tokensFor([alert]);
    if (source === undefined) throw new Error('there is one');
    const at = alert.firstAtMs;
    const child = (jti: string, over: Partial<LineageToken>) =>
      token(jti, ['t'], { chainId: 'chn_t', issuedMs: at - 1_000, expiresMs: at + hour, ...over });
    const { made } = await backtest({
      alerts: [alert],
      tokens: [
        { ...source, revokedMs: at + 1 },
        child('before', {}),
        child('gone', { revokedMs: at - 1 }),
        child('after', { issuedMs: at + 1 }),
      ],
    });
    expect(made.cases[0]?.steps.map(({ label }) => label)).toEqual(['t', 'before']);
  });

  it('reads each by itself when together they reach too much, and says when that is still too much', async () => {
    const alerts = [alertOf('a', nowMs - day), alertOf('b', nowMs - day + 1)];
    const alone = await backtest({ alerts, tokens: tokensFor(alerts), cutAbove: 1 });
    expect(alone.asked).toEqual([2, 1, 1]);
    expect(alone.made).toMatchObject({ isCut: false, counts: { acted: 2 } });
    const cut = await backtest({ alerts, tokens: tokensFor(alerts), cutAbove: 0 });
    expect(cut.made).toMatchObject({ isCut: true, counts: { acted: 0, proposed: 2 } });
  });

  it('plays the newest of more alerts than it can, and says so', async () => {
    const alerts = Array.from({ length: BACKTEST_ALERTS_MAX + 3 }, (_, i) =>
      alertOf(`a${i}`, nowMs - 2 * day + i, { revoke: undefined }),
    );
    const { made } = await backtest({ alerts });
    expect(made).toMatchObject({
      isCut: true,
      counts: { alerts: BACKTEST_ALERTS_MAX, refused: BACKTEST_ALERTS_MAX },
    });
    expect(made.cases[0]?.reasons).toEqual(['it names no credential whose revocation would end it']);
    const ids = made.cases.map(({ alertId }) => alertId);
    expect(ids).not.toContain('alr_a0');
  });

  it('holds to the configuration, except for what only stops it today', async () => {
    const alerts = [alertOf('t', nowMs - day)];
    const tokens = tokensFor(alerts);
    const low = await backtest({ alerts, tokens, response: { minSeverity: 'critical' } });
    expect(low.made.counts).toMatchObject({ acted: 0, proposed: 1 });
    const stopped = await backtest({ alerts, tokens, response: { killSwitch: true, mode: 'observe' } });
    expect(stopped.made).toMatchObject({ isSupposed: true, counts: { acted: 1 } });
    const nobody: PlanningConnector = {
      declaration: { name: 'x', kind: 'oauth', ends: '', leaves: '', confirms: 'none', undoes: false },
      handles: () => false,
    };
    const out = await backtest({ alerts, tokens, connectors: [nobody] });
    expect(out.made).toMatchObject({ isSupposed: false, counts: { acted: 0 } });
  });

  it('has one digest for one past, whoever asks', async () => {
    const alerts = [alertOf('t', nowMs - day)];
    const [one, two] = [await backtest({ alerts }), await backtest({ alerts })];
    expect(two.made.digest).toBe(one.made.digest);
    const other = await backtest({
      alerts: [alertOf('t', nowMs - day, { state: 'closed', closedReason: 'benign' })],
    });
    expect(other.made.digest).not.toBe(one.made.digest);
  });
});

describe('what was none', () => {
  it.each([
    ['False positive: planned', true],
    ['expected during the migration', true],
    ['Benign', true],
    ['token rotated, actor blocked', false],
    ['falsehood is not a word we look for', false],
  ])('is read off %s: %s', async (closedReason, wasFalse) => {
    const alerts = [alertOf('t', nowMs - day, { state: 'closed', closedReason })];
    const { made } = await backtest({ alerts, tokens: tokensFor(alerts) });
    expect(made.cases[0]).toMatchObject({ wasFalse, verdict: 'act' });
    expect(made.counts.falseActed).toBe(wasFalse ? 1 : 0);
  });
});
