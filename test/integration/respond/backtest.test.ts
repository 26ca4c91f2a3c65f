import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Alert } from '../../../src/domain/alert.ts';
import type { AuditDraft, AuditSink } from '../../../src/domain/audit.ts';
import type { Hop } from '../../../src/domain/chain.ts';
import { Policy } from '../../../src/domain/policy.ts';
import { refKey } from '../../../src/domain/token.ts';
import { OutboundConfig } from '../../../src/respond/config.ts';
import { createBacktests, createModes } from '../../../src/respond/index.ts';
import { openTestStore, type TestStore } from '../../support/store.ts';
import { chainwarden } from '../../unit/cli/support.ts';
import { nowMs, type Served, serve } from '../serve/support.ts';
import { aHop, anAction, anAlert, anAlertAction } from '../store/rows.ts';

const iss = 'https://issuer.test';
const hour = 3_600_000;
const tenant = 'acme';
const ref = (jti: string) => ({ iss, jti });

const policy = Policy.parse({ sensitive: { targets: ['payroll*'] } });
let nowIs = nowMs;
let opened: TestStore;
let served: Served;
const audited: AuditDraft[] = [];
const audit: AuditSink = { append: async (drafts) => void audited.push(...drafts) };

/** A token of a chain: issued an hour before its alert, and alive for two. */
function hop(jti: string, parent: string | undefined, atMs: number, over: Partial<Hop> = {}): Hop {
  const chainId = `chn_${jti.slice(0, 1)}`;
  return aHop({
    tenant,
    chainId,
    key: refKey(ref(jti)),
    parentKey: parent === undefined ? undefined : refKey(ref(parent)),
    level: 1,
    label: jti,
    token: ref(jti),
    issuedMs: atMs - hour,
    expiresMs: atMs + hour,
    ...over,
  });
}

function alert(id: string, jti: string, atMs: number, over: Partial<Alert> = {}): Alert {
  const fact = { revoke: ref(jti), revocable: true, weakestLink: 1, liveUntilMs: atMs + hour } as const;
  const at = {
    firstAtMs: atMs,
    lastAtMs: atMs,
    subject: { kind: 'token', key: refKey(ref(jti)), label: jti },
  } as const;
  return anAlert({
    tenant,
    id,
    title: `${jti} gained mail.write`,
    chainId: `chn_${jti.slice(0, 1)}`,
    ...fact,
    ...at,
    ...over,
  });
}

beforeAll(async () => {
  opened = await openTestStore();
  const { store } = opened;
  const [a, b, c, d, e] = [1, 2, 3, 4, 5].map((days) => nowMs - days * 24 * hour) as [
    number,
    number,
    number,
    number,
    number,
  ];
  await store.writeHops([
    hop('a-root', undefined, a, { to: { id: 'ann', kind: 'human' }, expiresMs: a + 5 * hour }),
    hop('a1', 'a-root', a, { environment: 'production', lastUsedMs: a + 60_000, revokedMs: a + 120_000 }),
    hop('a2', 'a1', a, { to: { id: 'agent-2', kind: 'agent' }, lastUsedMs: a + 30_000 }),
    hop('a3', 'a1', a, { issuedMs: a + 1_000 }),
    hop('b1', undefined, b),
    hop('c1', undefined, c),
    hop('d1', undefined, d),
    hop('e1', undefined, e, { expiresMs: e - 1 }),
  ]);
  await store.writeActions([
    anAction({
      tenant,
      id: 'act_1',
      token: ref('a2'),
      hopKey: refKey(ref('a2')),
      atMs: a + 30_000,
      system: 'payroll',
      resource: 'run',
    }),
    anAction({
      tenant,
      id: 'act_2',
      token: ref('a2'),
      hopKey: refKey(ref('a2')),
      atMs: a - 1,
      system: 'before',
    }),
  ]);
  await store.writeAlerts([
    alert('alr_a', 'a1', a),
    alert('alr_b', 'b1', b),
    alert('alr_c', 'c1', c, { withdrawn: true }),
    alert('alr_d', 'd1', d, { revocable: false }),
    alert('alr_e', 'e1', e),
    alert('alr_old', 'b1', nowMs - 31 * 24 * hour),
    alert('alr_other', 'a2', a, { detector: 'reuse-after-expiry' }),
    alert('alr_rival', 'a1', a, { tenant: 'rival' }),
    alert('alr_signal', 'a1', a, { kind: 'signal' }),
  ]);
  await store.writeAlertAction(
    anAlertAction({
      tenant,
      alertId: 'alr_b',
      verb: 'close',
      state: 'closed',
      reason: 'False positive: planned',
      atMs: b + hour,
    }),
  );
  const { response: config } = OutboundConfig.parse({ response: { mode: 'auto' } });
  const clock = () => nowIs;
  const modes = createModes({ store, audit, clock, log: { warn: () => undefined }, most: 'auto' });
  await modes.load();
  const backtests = createBacktests({ store, connectors: [], config, policy: () => policy, audit, clock });
  served = await serve(store, { modes, backtests, clock });
}, 60_000);
afterAll(async () => {
  await served.app.close();
  await opened.close();
});

interface Report {
  readonly id: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly cases: readonly {
    readonly alertId: string;
    readonly verdict: string;
    readonly reasons: readonly string[];
    readonly wasFalse: boolean;
    readonly steps: readonly {
      readonly label: string;
      readonly production: readonly string[];
      readonly targetsAfter: readonly string[];
      readonly usedAfter?: string;
    }[];
  }[];
  readonly openedBy: readonly { readonly by: string; readonly role: string }[];
}

async function ask<T>(role: 'admin' | 'analyst', method: 'GET' | 'POST', url: string, payload?: object) {
  const answer = await served.app.inject({
    method,
    url,
    headers: served.as(role),
    ...(payload === undefined ? {} : { payload }),
  });
  return { status: answer.statusCode, body: answer.json<T>() };
}
/** Each at a time of its own: the same at the same time is one. */
const backtest = () => {
  nowIs += 1;
  return ask<Report>('admin', 'POST', '/v1/detectors/scope-creep/backtest');
};
const setMode = (mode: string, over: object = {}) =>
  ask<{ mode: string; inForce: string; detail?: string }>('admin', 'POST', '/v1/detectors/scope-creep/mode', {
    mode,
    reason: 'measured',
    ...over,
  });

describe('a backtest', () => {
  it('says what would have lost its authority, what of that is production, and what was none', async () => {
    const { status, body } = await backtest();
    expect(status).toBe(201);
    expect(body.counts).toEqual({
      alerts: 5,
      acted: 3,
      proposed: 1,
      refused: 1,
      tokens: 4,
      holders: 2,
      production: 2,
      usedAfter: 2,
      falseActed: 1,
      withdrawnActed: 1,
      mostInAnHour: 2,
    });
    expect(body.cases.map(({ alertId, verdict }) => [alertId, verdict])).toEqual([
      ['alr_b', 'act'],
      ['alr_c', 'act'],
      ['alr_a', 'act'],
      ['alr_d', 'propose'],
      ['alr_e', 'refuse'],
    ]);
    const [first, , worst, proposed] = body.cases;
    expect(first).toMatchObject({ wasFalse: true });
    // What a3 was made from would have been gone, and a-root is the human's own.
    expect(worst?.steps.map(({ label }) => label)).toEqual(['a1', 'a2']);
    expect(worst?.steps[0]?.production).toEqual(['it is of production']);
    expect(worst?.steps[1]).toMatchObject({
      targetsAfter: ['payroll/run'],
      production: ['it was used on payroll/run later, which policy calls sensitive'],
    });
    expect(proposed?.reasons).toEqual([expect.stringContaining('not trusted enough')]);
  });

  it('is kept as it was, with whoever opens it', async () => {
    const made = (await backtest()).body;
    expect(made.openedBy).toEqual([]);
    await ask('analyst', 'GET', `/v1/backtests/${made.id}`);
    await ask('analyst', 'GET', `/v1/backtests/${made.id}`);
    const opened = await ask<Report>('admin', 'GET', `/v1/backtests/${made.id}`);
    expect(opened.body).toMatchObject({ id: made.id, counts: made.counts, cases: made.cases });
    expect(opened.body.openedBy.map(({ by, role }) => [by, role])).toEqual([
      ['acme analyst', 'analyst'],
      ['acme admin', 'admin'],
    ]);
  });

  it('is none of another tenant, and not for everybody to make', async () => {
    const { id } = (await backtest()).body;
    const rival = await served.app.inject({
      url: `/v1/backtests/${id}`,
      headers: served.as('admin', 'rival'),
    });
    expect(rival.statusCode).toBe(404);
    expect((await ask('analyst', 'POST', '/v1/detectors/scope-creep/backtest')).status).toBe(403);
    expect((await ask('admin', 'POST', '/v1/detectors/nobody/backtest')).status).toBe(404);
  });
});

describe('a detector', () => {
  it('proposes until somebody says otherwise', async () => {
    const { body } = await ask<{ items: { responseMode: object }[] }>('analyst', 'GET', '/v1/detectors');
    expect(body.items[0]?.responseMode).toEqual({ mode: 'propose', inForce: 'propose' });
  });

  it('does not act alone before an admin has looked at its backtest', async () => {
    expect(await setMode('auto')).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('needs a backtest') },
    });
    const { id } = (await backtest()).body;
    await ask('analyst', 'GET', `/v1/backtests/${id}`);
    const unseen = await setMode('auto', { backtest: id });
    expect(unseen).toMatchObject({ status: 409, body: { detail: 'no admin has opened the backtest' } });
    expect(await setMode('auto', { backtest: 'bt_0' })).toMatchObject({ status: 409 });

    await ask('admin', 'GET', `/v1/backtests/${id}`);
    const set = await setMode('auto', { backtest: id });
    expect(set).toMatchObject({
      status: 200,
      body: { mode: 'auto', inForce: 'auto', backtest: id, by: 'acme admin' },
    });
    const { body } = await ask<{ items: { responseMode: object }[] }>('analyst', 'GET', '/v1/detectors');
    expect(body.items[0]?.responseMode).toMatchObject({ mode: 'auto', reason: 'measured', backtest: id });
    const draft = audited.find(({ kind }) => kind === 'mode.changed');
    expect(draft).toMatchObject({
      actor: 'acme admin',
      subjectId: 'scope-creep',
      about: [id],
      body: { mode: 'auto', before: 'propose' },
    });
  });

  it('goes back at once, without a reason to look at anything', async () => {
    expect(await setMode('observe')).toMatchObject({
      status: 200,
      body: { mode: 'observe', inForce: 'observe' },
    });
    expect(await setMode('observe', { backtest: 'bt_0' })).toMatchObject({ status: 400 });
    const again = createModes({
      store: opened.store,
      audit,
      clock: () => nowIs,
      log: { warn: () => undefined },
      most: 'auto',
    });
    expect(again.modeOf(tenant, 'scope-creep')).toBe('propose');
    await again.load();
    expect(again.modeOf(tenant, 'scope-creep')).toBe('observe');
  });

  it('does not act by what was looked at yesterday', async () => {
    const { id } = (await backtest()).body;
    await ask('admin', 'GET', `/v1/backtests/${id}`);
    nowIs += 24 * hour + 1;
    expect(await setMode('auto', { backtest: id })).toMatchObject({
      status: 409,
      body: { detail: 'the backtest is older than 24 hours' },
    });
    nowIs = nowMs;
  });
});

describe('the command line', () => {
  it('shows a backtest to whoever decides, and sets the mode', async () => {
    const address = await served.app.listen({ port: 0, host: '127.0.0.1' });
    const env = {
      CHAINWARDEN_URL: address,
      CHAINWARDEN_KEY: served.as('admin').authorization.slice('Bearer '.length),
    };
    const on = (...argv: string[]) => chainwarden(['detectors', ...argv], [], env);
    nowIs += 1;
    const shown = await on('backtest', 'scope-creep');
    expect(shown).toMatchObject({ code: 0, err: '' });
    const [, id = ''] = /^(bt_[0-9a-f]{32}): scope-creep v1/.exec(shown.out) ?? [];
    expect(shown.out).toContain('acted on 3, left 1 to a person, refused 1\n');
    expect(shown.out).toContain(
      'act     alr_b b1 gained mail.write (closed as false: False positive: planned)\n',
    );
    expect(shown.out).toContain('opened by acme admin (admin)\n');
    expect((await on('backtest', 'scope-creep', '--open', id)).out).toBe(shown.out);

    const bare = await on('mode', 'scope-creep', 'auto', '--reason', 'looked at');
    expect(bare.err).toContain('auto needs a backtest');
    const set = await on('mode', 'scope-creep', 'auto', '--reason', 'looked at', '--backtest', id);
    expect(set).toEqual({ code: 0, out: 'scope-creep: auto\n', err: '' });
    expect((await on('mode', 'scope-creep', 'everything', '--reason', 'x')).code).toBe(2);
  });
});
