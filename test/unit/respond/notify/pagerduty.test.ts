import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { severities } from '../../../../src/domain/finding.ts';
import type { Incident } from '../../../../src/domain/incident.ts';
import type { OutboxEntry } from '../../../../src/domain/response.ts';
import { entryOf, hostile, incidentOf } from '../../../support/notices.ts';
import { partsOf } from '../../../support/notify-parts.ts';
import { type Heard, type Peer, startPeer } from '../../../support/peer.ts';
import { connect } from './connect.ts';

type Word = 'raised' | 'escalated' | 'withdrawn' | 'merged';
const say = (word: Word, over: Partial<Incident> = {}, epoch = 1): OutboxEntry =>
  entryOf({ type: `incident.${word}`, epoch, about: incidentOf(over) }, 'ops');

const key = 'R0123456789abcdefghijklmnopqrstu';
let peer: Peer;
beforeAll(async () => {
  peer = await startPeer();
});
beforeEach(() => {
  peer.heard.length = 0;
  peer.answer = () => ({ status: 202, body: { status: 'success' } });
});
const pager = (said: readonly OutboxEntry[] = []) =>
  connect(
    { kind: 'pagerduty', routingKey: { env: 'KEY' }, url: `${peer.url}/v2/enqueue` },
    { KEY: key },
    partsOf({ said }),
  );
const told = () => peer.heard.map(({ body }) => `${body['event_action']} ${body['dedup_key']}`);

describe('PagerDuty', () => {
  it('gets one alert for an incident, in the form of the Events API v2', async () => {
    expect(await pager().send(say('raised'))).toMatchObject({ kind: 'answered', status: 202 });
    expect(peer.heard[0]?.path).toBe('/v2/enqueue');
    expect(peer.heard[0]?.body).toEqual({
      routing_key: key,
      event_action: 'trigger',
      dedup_key: 'inc_1',
      client: 'Chainwarden',
      client_url: 'https://cw.example/base/v1/incidents/inc_1',
      links: [{ href: 'https://cw.example/base/v1/incidents/inc_1', text: 'inc_1' }],
      payload: {
        summary: 'agent-7 gained mail.send at an exchange',
        severity: 'error',
        source: 'mail',
        timestamp: '2026-06-01T12:01:00.000Z',
        component: 'agent-7',
        group: 'acme',
        class: 'scope-creep',
        custom_details: {
          'Started by': 'ada',
          'Approved by': 'grace',
          'Acted as': 'agent-7',
          'Owned by': 'team:ops',
          With: 't1',
          On: 'mail',
          Environment: 'production',
          Outcome: 'accepted',
          'Writes since': '2',
          'Live until': '2026-06-01T13:00:00.000Z',
          Alerts: '1',
          Next: 'Revoke t1: it works until 2026-06-01T13:00:00.000Z.',
          Detectors: 'scope-creep, use-after-revocation',
          Runbook: 'detectors/scope-creep/README.md',
          Chain: 'chn_1',
        },
      },
    });
  });

  it('is triggered again by an escalation, and resolved by withdrawal and by people', async () => {
    const channel = pager();
    await channel.send(say('escalated', { severity: 'critical' }));
    await channel.send(say('withdrawn'));
    const about = incidentOf();
    await channel.send(
      entryOf({ type: 'incident.closed', epoch: 1, about, by: 'ada', reason: 'done' }, 'ops'),
    );
    expect(told()).toEqual(['trigger inc_1', 'resolve inc_1', 'resolve inc_1']);
    expect(peer.heard[0]?.body).toMatchObject({ payload: { severity: 'critical' } });
  });

  it('knows every severity', async () => {
    const channel = pager();
    for (const severity of severities) await channel.send(say('raised', { severity }));
    expect(peer.heard.map(({ body }) => (body['payload'] as { severity: string }).severity)).toEqual([
      'info',
      'info',
      'warning',
      'error',
      'critical',
    ]);
  });

  it('is never left with nothing open when incidents merge', async () => {
    const merged = say('merged', { mergedInto: 'inc_2' });
    await pager().send(merged);
    expect(told()).toEqual(['trigger inc_2', 'resolve inc_1']);
  });

  it('does not open again what is over by now', async () => {
    const heir = (word: Word, epoch: number) => say(word, { id: 'inc_2' }, epoch);
    const merged = say('merged', { mergedInto: 'inc_2' });
    await pager([heir('raised', 1), heir('withdrawn', 1)]).send(merged);
    await pager([heir('raised', 1), heir('withdrawn', 1), heir('raised', 2)]).send(merged);
    expect(told()).toEqual(['resolve inc_1', 'trigger inc_2', 'resolve inc_1']);
  });

  it('keeps the old one open until the new one is', async () => {
    peer.answer = (_, n) => ({ status: n === 0 ? 503 : 202 });
    const merged = say('merged', { mergedInto: 'inc_2' });
    expect(await pager().send(merged)).toMatchObject({ kind: 'answered', status: 503 });
    expect(await pager().send(merged)).toMatchObject({ kind: 'answered', status: 202 });
    expect(told()).toEqual(['trigger inc_2', 'trigger inc_2', 'resolve inc_1']);
  });

  it('says that an event or a key is refused, without the key', async () => {
    peer.answer = () => ({
      status: 400,
      body: { status: 'invalid event', errors: [`bad routing_key ${key}`] },
    });
    const attempt = await pager().send(say('raised'));
    expect(attempt).toMatchObject({ kind: 'failed', code: 'DELIVERY_REFUSED', retriable: false });
    expect(JSON.stringify(attempt)).not.toContain(key);
    peer.answer = () => ({ status: 429, headers: { 'retry-after': '60' } });
    expect(await pager().send(say('raised'))).toMatchObject({ status: 429, retryAfter: '60' });
  });

  it('gets one line of text of every name, cut to what it takes', async () => {
    await pager().send(say('raised', { title: hostile.repeat(30), actor: hostile, target: hostile }));
    const [{ body }] = peer.heard as [Heard];
    const payload = body['payload'] as Record<string, string>;
    expect([...(payload['summary'] ?? '')].length).toBeLessThanOrEqual(1_024);
    for (const text of [payload['summary'], payload['source'], payload['component']]) {
      expect(text).not.toMatch(/[\n\p{Cc}\p{Cf}]/u);
      expect(text).not.toMatch(/\p{Cs}/u);
    }
  });

  it('refuses a key that is none, without quoting it', () => {
    const config = { kind: 'pagerduty', routingKey: { env: 'KEY' } };
    expect(() => connect(config, { KEY: 'short-secret' })).toThrow(
      /the variable KEY must hold the integration key/,
    );
    expect(() => connect(config, { KEY: 'short-secret' })).not.toThrow(/short-secret/);
  });
});
