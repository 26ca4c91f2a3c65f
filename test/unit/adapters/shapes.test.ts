import { describe, expect, it } from 'vitest';
import { cloudtrail } from '../../../src/ingest/adapters/index.ts';
import { iamUser, record } from './fixtures/records.ts';
import { callOf, refusal, translate } from './support.ts';

describe('a record in a shipper’s wrapping', () => {
  it.each<[string, unknown]>([
    [
      'Elasticsearch fields beside it',
      { '@timestamp': '2026-03-03T10:00:00.000Z', '@version': '1', ...record() },
    ],
    ['an Elasticsearch hit', { _index: 'trail', _source: record() }],
    ['EventBridge', { 'detail-type': 'AWS API Call via CloudTrail', source: 'aws.s3', detail: record() }],
    ['Splunk', { Event: record() }],
    ['LookupEvents', { EventId: 'x', EventName: 'GetObject', CloudTrailEvent: JSON.stringify(record()) }],
    ['CloudWatch Logs', { timestamp: 1, message: JSON.stringify(record()) }],
    ['ECS', { aws: { cloudtrail: {} }, event: { original: JSON.stringify(record()) } }],
  ])('%s', (_, wrapped) => {
    expect(cloudtrail.recognises(wrapped)).toBe(true);
    expect(translate(wrapped)).toEqual(translate(record()));
  });

  it.each<[string, unknown]>([
    ['a CloudEvent', { specversion: '1.0', type: 'x', data: {} }],
    ['an S3 notification', { eventSource: 'aws:s3', eventVersion: '2.1', s3: {} }],
    ['text', 'eventSource eventName'],
    ['nothing', null],
    ['wrappings without end', { detail: { detail: { detail: { detail: record() } } } }],
  ])('is not %s', (_, value) => {
    expect(cloudtrail.recognises(value)).toBe(false);
    expect(refusal(value)).toMatchObject({ code: 'EVENT_FORMAT_UNKNOWN' });
  });
});

describe('odd records', () => {
  it('refuses one without a time, and says which member', () => {
    expect(refusal(record({ eventTime: 'yesterday' }))).toMatchObject({
      code: 'EVENT_INVALID',
      path: 'eventTime',
    });
  });

  it('names one without an id by its content', () => {
    const [first, again] = [record({ eventID: undefined }), record({ eventID: undefined })];
    expect(translate(first)[0]?.id).toMatch(/^sha256-[0-9a-f]{64}$/);
    expect(translate(first)[0]?.id).toBe(translate(again)[0]?.id);
  });

  it.each(['', 'HIDDEN', 'REDACTED', 'XXXXXXXXXXXXXXXX', 7, null])(
    'takes %j for no key, so that strangers do not share one',
    (accessKeyId) => {
      expect(callOf(record({ userIdentity: { ...iamUser, accessKeyId } }))).not.toHaveProperty('token');
    },
  );
});
