import { describe, expect, it } from 'vitest';
import { detectors } from '../../../detectors/registry.ts';
import { createAlertBook } from '../../../src/alert/index.ts';
import type { Alert } from '../../../src/domain/alert.ts';
import type { Chain } from '../../../src/domain/chain.ts';
import type { Notice } from '../../../src/domain/notice.ts';
import { Policy } from '../../../src/domain/policy.ts';
import type { LogRecord } from '../../../src/domain/record.ts';
import { createEngine } from '../../../src/engine.ts';
import { createAdmit } from '../../../src/ingest/admit.ts';

const minuteMs = 60_000;
const startMs = Date.UTC(2026, 0, 5, 8);
const iss = 'https://as.example';
const agent = { id: 'agent/crm', kind: 'agent' };
const policy = Policy.parse({ expects: { issuers: [iss] } });
const admit = createAdmit();

function minted(grant: string): object {
  const [iat, exp] = [startMs / 1000, startMs / 1000 + 7_200];
  const subject = { id: 'ann', kind: 'human' };
  return { tokenKind: 'access_token', grant, subject, actor: agent, scope: ['crm:read'], iat, exp };
}

/** An engine with its alerts; time is told in minutes from the start. */
function stage() {
  const engine = createEngine({ detectors, policy });
  const book = createAlertBook();
  const alerts = new Map<string, Alert>();
  const chains = new Map<string, Chain>();
  const notices: Notice[] = [];
  let seq = 0;

  let waiting: LogRecord[] = [];

  /** What came since the last look, as one batch. */
  function flush(): void {
    const output = engine.apply(waiting);
    waiting = [];
    for (const chain of output.chains) chains.set(chain.id, chain);
    const changes = book.apply(output.findings);
    for (const alert of changes.alerts) alerts.set(alert.id, alert);
    notices.push(...changes.notices.filter(({ type }) => type.startsWith('alert.')));
  }

  function tell(id: string, minute: number, data: object): void {
    const type = (data as { type: string }).type;
    const raw = {
      specversion: '1.0',
      id,
      source: '//world',
      type: `io.chainwarden.${type}.v1`,
      time: new Date(startMs + minute * minuteMs).toISOString(),
      data: { v: 1, ...data },
    };
    const admission = admit(
      { raw },
      {
        publisher: { name: 'world', tenant: 'acme', issuers: '*' },
        adapter: 'cloudevents',
        position: { source: 'world', partition: 0, offset: seq },
        nowMs: startMs,
        history: true,
      },
    );
    if (admission.kind !== 'admitted') throw new Error(admission.letter.reason);
    seq += 1;
    waiting.push({ kind: 'event', seq, event: admission.event });
  }

  return {
    alerts,
    chains,
    notices,
    mint(jti: string, minute: number) {
      tell(`mint-${jti}`, minute, {
        type: 'token.issued',
        token: { iss, jti },
        ...minted('authorization_code'),
      });
    },
    /** The agent trades the credential for another issuer's, and acts with that. */
    use(jti: string, minute: number) {
      const leaf = { iss: 'https://sts.example', jti: `leaf-${jti}` };
      const parents = [{ iss, jti }];
      tell(`trade-${jti}`, minute, { type: 'token.exchanged', token: leaf, parents, ...minted('exchange') });
      const did = {
        token: leaf,
        target: { system: 'crm' },
        action: 'read',
        effect: 'read',
        outcome: 'success',
      };
      tell(`call-${jti}`, minute, { type: 'api.called', actor: agent, ...did });
    },
    time(minute: number) {
      seq += 1;
      waiting.push({ kind: 'watermark', seq, watermarkMs: startMs + minute * minuteMs });
      flush();
    },
    paging: () => [...alerts.values()].filter((alert) => alert.settled && !alert.withdrawn),
  };
}

/** Ten minutes of a healthy feed; then it is silent until minute 70 while a thousand chains go on. */
function silentHour(world: ReturnType<typeof stage>): string[] {
  const unseen: string[] = [];
  for (let minute = 0; minute < 70; minute += 1) {
    for (let each = 0; each < 17; each += 1) {
      const jti = `${minute}-${each}`;
      const at = minute + each / 17;
      // The feed dies in the middle of its last minute.
      if (at < 10.5) world.mint(jti, at);
      else unseen.push(jti);
      world.use(jti, at + 0.01);
    }
    world.time(minute - 10);
  }
  return unseen;
}

describe('a feed that is silent for an hour', () => {
  it('is one alert, whatever hangs on it, and none when it comes back with what it kept', () => {
    const world = stage();
    const unseen = silentHour(world);
    expect(unseen.length).toBeGreaterThan(1_000);
    expect(world.paging().map(({ detector, subject }) => [detector, subject.label])).toEqual([
      ['silent-feed', iss],
    ]);
    // Back: what happens now, and in any order what happened then.
    unseen.toReversed().forEach((jti, index) => {
      if (index % 20 === 0) world.mint(`live-${index}`, 70 + index / 200);
      world.mint(jti, Number(jti.split('-')[0]));
      if (index % 100 === 0) world.time(60 + index / 200);
    });
    world.time(90);
    expect(world.paging()).toEqual([]);
    expect(world.notices.map(({ type, about }) => [type, about.detector])).toEqual([
      ['alert.raised', 'silent-feed'],
      ['alert.withdrawn', 'silent-feed'],
    ]);
    const open = [...world.chains.values()].filter(({ state }) => state !== 'merged');
    expect(open.filter(({ hopCount }) => hopCount > 1)).toHaveLength(70 * 17);
    expect(open.filter(({ verdict }) => verdict === 'gap' || verdict === 'unissued')).toEqual([]);
  }, 60_000);

  it('leaves no orphans when what it should have said never comes', () => {
    const world = stage();
    silentHour(world);
    for (let minute = 70; minute < 100; minute += 1) {
      world.mint(`after-${minute}`, minute + 0.5);
      world.time(minute - 10);
    }
    expect(world.paging()).toEqual([]);
    expect(world.notices.map(({ about }) => about.detector)).toEqual(['silent-feed', 'silent-feed']);
  }, 60_000);

  it('hides nothing once it is back, and is told of again when it is silent again', () => {
    const world = stage();
    silentHour(world);
    for (let minute = 70; minute < 112; minute += 1) {
      world.mint(`after-${minute}`, minute + 0.1);
      if (minute === 90) world.use('forged', minute + 0.5);
      world.time(minute - 10);
    }
    expect(world.paging().map(({ detector, facts }) => [detector, facts])).toEqual([
      ['orphaned-chain', ['unissued']],
    ]);
    world.use('unseen', 129);
    world.time(130);
    expect(
      world.notices
        .filter(({ about }) => about.detector === 'silent-feed')
        .map(({ type, epoch }) => [type, epoch]),
    ).toEqual([
      ['alert.raised', 1],
      ['alert.withdrawn', 1],
      ['alert.raised', 2],
    ]);
  }, 60_000);
});
