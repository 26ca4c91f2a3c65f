import { describe, expect, it } from 'vitest';
import { Config } from '../../../src/config.ts';
import { openAlertsTopic } from '../../../src/intake.ts';
import { silentLog, startReader, unique, until } from '../../support/kafka/harness.ts';
import { sharedBrokers } from '../../support/kafka/shared.ts';
import { kafkaSkipped } from '../../support/kafka/skipped.ts';
import { entryOf, incidentOf } from '../../support/notices.ts';
import { partsOf } from '../../support/notify-parts.ts';
import { faults } from '../../unit/domain/ocsf/schema.ts';
import { connect } from '../../unit/respond/notify/connect.ts';

describe.skipIf(kafkaSkipped)('the topic of what was found', () => {
  it('holds an incident as OCSF, under its key, once its channel says so', async () => {
    const brokers = await sharedBrokers();
    const alerts = unique('delegation.alerts');
    const topic = openAlertsTopic(Config.parse({ kafka: { brokers, topics: { alerts } } }), silentLog);
    const channel = connect({ kind: 'ocsf', to: 'kafka' }, {}, partsOf({ topic }));
    const about = incidentOf();
    for (const type of ['incident.raised', 'incident.withdrawn'] as const) {
      const attempt = await channel.send(entryOf({ type, epoch: 1, about }, 'ops'));
      expect(attempt).toMatchObject({ kind: 'answered', status: 202 });
    }
    await topic?.stop();

    const reader = startReader({ brokers, groupId: unique('g'), topics: [alerts] });
    await until('both of them', () => reader.got.length === 2);
    await reader.source.stop();
    const events = reader.got.map(
      ({ value }) => JSON.parse(value?.toString() ?? '') as Record<string, unknown>,
    );
    expect(events.map((event) => faults(event, '1.8.0'))).toEqual([[], []]);
    expect(events.map(({ type_uid }) => type_uid)).toEqual([200_401, 200_403]);
    expect(reader.got.map(({ key, headers }) => [key?.toString(), headers['type']])).toEqual([
      ['inc_1', 'incident.raised'],
      ['inc_1', 'incident.withdrawn'],
    ]);
  });

  it('is not there without brokers', () => {
    expect(openAlertsTopic(Config.parse({}), silentLog)).toBeUndefined();
  });
});
