import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { ChainwardenError } from '../../../../src/domain/errors.ts';
import type { Topic } from '../../../../src/respond/notify/parts.ts';
import { entryOf, incidentOf } from '../../../support/notices.ts';
import { partsOf } from '../../../support/notify-parts.ts';
import { type Heard, startPeer } from '../../../support/peer.ts';
import { faults } from '../../domain/ocsf/schema.ts';
import { connect } from './connect.ts';

const raised = entryOf({ type: 'incident.raised', epoch: 1, about: incidentOf() }, 'ops');

describe('OCSF over HTTP', () => {
  it('is authorized and signed, names its message, and is the version that was asked for', async () => {
    const peer = await startPeer();
    peer.answer = () => ({ status: 200 });
    const secret = `whsec_${randomBytes(32).toString('base64')}`;
    const over = { authorization: { env: 'AUTH' }, secrets: [{ env: 'SECRET' }], url: `${peer.url}/collect` };
    const env = { AUTH: 'Splunk 0123-4567', SECRET: secret };
    for (const version of ['1.8.0', '1.9.0'] as const) {
      const channel = connect({ kind: 'ocsf', version, ...over }, env);
      expect(await channel.send(raised)).toMatchObject({ kind: 'answered', status: 200 });
      const { body, headers } = peer.heard.at(-1) as Heard;
      expect(faults(body, version)).toEqual([]);
      expect(body['metadata']).toMatchObject({ version, uid: raised.id });
      expect(body['time']).toBe(raised.createdMs);
      expect(headers).toMatchObject({ authorization: 'Splunk 0123-4567', 'idempotency-key': raised.id });
      expect(new Webhook(secret).verify(JSON.stringify(body), headers as Record<string, string>)).toEqual(
        body,
      );
    }
    expect(await connect({ kind: 'ocsf', url: peer.url }, {}).send(raised)).toMatchObject({ status: 200 });
    expect(peer.heard.at(-1)?.headers).not.toHaveProperty('webhook-signature');
    expect(peer.heard.at(-1)?.headers).not.toHaveProperty('authorization');
  });

  it('refuses what is no message of ours before it asks anybody', async () => {
    const peer = await startPeer();
    const channel = connect({ kind: 'ocsf', url: peer.url }, {});
    const none = { ...raised, body: '{"type":"token.revoke"}' };
    expect(await channel.send(none)).toMatchObject({ kind: 'failed', retriable: false });
    expect(await channel.rehearse(none)).toMatch(/none of ours/);
    expect(await channel.rehearse(raised)).toBeUndefined();
    expect(peer.heard).toEqual([]);
  });

  it('keeps away from addresses that are not public, as every endpoint does', async () => {
    const peer = await startPeer();
    const { guard: _, ...parts } = partsOf();
    const { createGuard } = await import('../../../../src/respond/guard.ts');
    const channel = connect(
      { kind: 'ocsf', url: peer.url, allowPrivate: false },
      {},
      { ...parts, guard: createGuard({ allow: [] }) },
    );
    expect(await channel.send(raised)).toMatchObject({ kind: 'failed', code: 'DESTINATION_FORBIDDEN' });
    expect(await channel.rehearse(raised)).toMatch(/127\.0\.0\.1/);
    expect(peer.heard).toEqual([]);
  });
});

describe('OCSF into a topic', () => {
  const config = { kind: 'ocsf', to: 'kafka' };

  it('is keyed by its incident, and taken once the brokers have it', async () => {
    const got: Parameters<Topic['send']>[0][] = [];
    const topic: Topic = { send: async (message) => void got.push(message) };
    expect(await connect(config, {}, partsOf({ topic })).send(raised)).toMatchObject({ status: 202 });
    expect(got.map(({ key, headers }) => [key, headers['message-id'], headers['type']])).toEqual([
      ['inc_1', raised.id, 'incident.raised'],
    ]);
    expect(faults(JSON.parse(got[0]?.value ?? '') as object, '1.8.0')).toEqual([]);
  });

  it.each([
    ['KAFKA_UNAVAILABLE', true],
    ['DELIVERY_REFUSED', false],
  ] as const)('waits or ends as the brokers say: %s', async (code, retriable) => {
    const topic: Topic = { send: () => Promise.reject(new ChainwardenError(code, 'no')) };
    const attempt = await connect(config, {}, partsOf({ topic })).send(raised);
    expect(attempt).toMatchObject({ kind: 'failed', code, retriable });
  });

  it('needs brokers', () => {
    expect(() => connect(config, {})).toThrow(/no Kafka brokers/);
  });

  it.each([
    ['an address', { ...config, url: 'https://siem.example' }],
    ['HTTP without one', { kind: 'ocsf' }],
    ['a version that nobody knows', { kind: 'ocsf', url: 'https://siem.example', version: '1.7.0' }],
    ['a kind that nobody knows', { kind: 'smtp', url: 'https://siem.example' }],
  ])('refuses %s', (_, over) => {
    expect(() => connect(over, {})).toThrow();
  });
});
