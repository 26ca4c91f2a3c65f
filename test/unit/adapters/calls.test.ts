import { describe, expect, it } from 'vitest';
import { iamUser, record, roleSession, secrets, userKey } from './fixtures/records.ts';
import { callOf, type Fields, key } from './support.ts';

describe('a call', () => {
  it('names caller, key, target and effect', () => {
    expect(callOf(record())).toEqual({
      v: 1,
      type: 'api.called',
      outcome: 'success',
      actor: { id: iamUser['arn'], iss: 'aws', kind: 'unknown' },
      token: key(userKey),
      target: { system: 's3', resource: 'arn:aws:s3:::ledger', kind: 'AWS::S3::Bucket' },
      action: 'GetObject',
      effect: 'read',
      callId: '00000000-0000-4000-8000-000000000001',
      presented: { exp: null },
      facts: { record: '2026/03/closing.csv' },
      source: { adapter: 'cloudtrail', ip: '198.51.100.7' },
    });
  });

  it('says of a session since when it lives, and nothing of its end', () => {
    expect(callOf(record({ userIdentity: roleSession }))['presented']).toEqual({
      iat: Date.UTC(2026, 2, 3, 10) / 1000,
    });
  });

  it.each([
    ['AccessDenied', 'api.denied', 'denied'],
    ['Client.UnauthorizedOperation', 'api.denied', 'denied'],
    ['AccessDeniedException', 'api.denied', 'denied'],
    ['ExpiredToken', 'api.denied', 'denied'],
    ['ThrottlingException', 'api.called', 'failure'],
    ['NoSuchKey', 'api.called', 'failure'],
    ['', 'api.called', 'success'],
    ['Success', 'api.called', 'success'],
  ])('that ended with %j is %s, %s', (errorCode, type, outcome) => {
    expect(callOf(record({ errorCode }))).toMatchObject({ type, outcome });
  });

  it('tells a failed sign-in by its response', () => {
    const signIn = { eventSource: 'signin.amazonaws.com', eventName: 'ConsoleLogin', readOnly: false };
    expect(callOf(record({ ...signIn, responseElements: { ConsoleLogin: 'Failure' } }))['outcome']).toBe(
      'denied',
    );
    expect(callOf(record({ ...signIn, responseElements: { ConsoleLogin: 'Success' } }))).toMatchObject({
      outcome: 'success',
      actor: { kind: 'human' },
    });
  });

  it.each<[string, string, string, unknown, string]>([
    ['what CloudTrail calls read-only', 'kms', 'Decrypt', true, 'read'],
    ['a list without that mark', 'ec2', 'DescribeInstances', undefined, 'read'],
    ['a change', 'ec2', 'RunInstances', false, 'write'],
    ['a deletion', 's3', 'DeleteBucket', false, 'delete'],
    ['anything that changes identities', 'iam', 'TagRole', false, 'admin'],
    ['a policy, wherever it lies', 's3', 'PutBucketPolicy', false, 'admin'],
    ['a change that sounds like a read', 'sts', 'GetFederationToken', false, 'write'],
    ['a verb that nobody knows', 'braket', 'Frobnicate', undefined, 'unknown'],
  ])('%s', (_, system, eventName, readOnly, effect) => {
    expect(callOf(record({ eventSource: `${system}.amazonaws.com`, eventName, readOnly }))).toMatchObject({
      effect,
      action: eventName,
      target: { system },
    });
  });

  it.each<[string, Fields, Fields]>([
    [
      'the first listed resource',
      { resources: [{ type: 'AWS::KMS::Key', ARN: 'arn:aws:kms:key/1' }] },
      { resource: 'arn:aws:kms:key/1', kind: 'AWS::KMS::Key' },
    ],
    ['a named parameter', { requestParameters: { secretId: 'db-password' } }, { resource: 'db-password' }],
    [
      'the first instance of a set',
      { requestParameters: { instancesSet: { items: [{ instanceId: 'i-1' }, { instanceId: 'i-2' }] } } },
      { resource: 'i-1' },
    ],
    [
      'an EC2 request one level down',
      { requestParameters: { DeleteFlowLogsRequest: { FlowLogId: { tag: 1, content: 'fl-1' } } } },
      { resource: 'fl-1' },
    ],
    ['the first of a list', { requestParameters: { instanceIds: ['i-3', 'i-4'] } }, { resource: 'i-3' }],
  ])('is aimed at %s', (_, over, target) => {
    expect(callOf(record({ eventSource: 'kms.amazonaws.com', ...over }))['target']).toMatchObject(target);
  });

  it.each([null, 'HIDDEN_DUE_TO_SECURITY_REASONS', [], { maxResults: 5 }])(
    'is aimed at the system alone for %j',
    (requestParameters) => {
      expect(callOf(record({ eventSource: 'ec2.amazonaws.com', requestParameters }))['target']).toEqual({
        system: 'ec2',
      });
    },
  );

  it('does not lose a call whose names look like a credential', () => {
    const call = callOf(record({ requestParameters: { bucketName: 'ledger', key: secrets[3] } }));
    expect(call).toMatchObject({ target: { resource: 'arn:aws:s3:::ledger' }, facts: { record: '[cut]' } });
  });

  it('goes by Lambda’s action name without the version of its API', () => {
    const event = {
      eventSource: 'lambda.amazonaws.com',
      eventName: 'UpdateFunctionCode20150331v2',
      readOnly: false,
    };
    expect(callOf(record(event))['action']).toBe('UpdateFunctionCode');
  });
});
