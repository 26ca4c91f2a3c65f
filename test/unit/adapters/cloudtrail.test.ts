import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventData } from '../../../src/domain/event/index.ts';
import { type CanonicalEvent, cloudtrail } from '../../../src/ingest/adapters/index.ts';
import {
  assumeRole,
  credentials,
  iamUser,
  record,
  roleKey,
  roleSession,
  roleSessionArn,
  samlAssertion,
  secrets,
  service,
  userKey,
} from './fixtures/records.ts';

type Fields = Record<string, unknown>;
type Data = Fields & { type: string };

function translate(value: unknown): readonly CanonicalEvent[] {
  const translation = cloudtrail.translate(value);
  if ('refused' in translation) throw new Error(`refused: ${JSON.stringify(translation.refused)}`);
  return translation.events;
}

function refusal(value: unknown): unknown {
  const translation = cloudtrail.translate(value);
  return 'refused' in translation ? translation.refused : undefined;
}

const callOf = (value: unknown) => translate(value)[0]?.data as Data;
const hopOf = (value: unknown) => translate(value)[1]?.data as Data | undefined;
const key = (jti: string) => ({ iss: 'https://sts.amazonaws.com', jti });

describe('a record that issues a key', () => {
  it('is a call and a hop from the caller’s key to the new one', () => {
    const events = translate(assumeRole());
    expect(events.map(({ id, data }) => [id, data.type])).toEqual([
      ['00000000-0000-4000-8000-000000000001', 'api.called'],
      ['00000000-0000-4000-8000-000000000001:hop', 'token.exchanged'],
    ]);
    expect(events[1]?.data).toMatchObject({
      token: key(roleKey),
      parents: [key(userKey)],
      tokenKind: 'session',
      grant: 'sts:AssumeRole',
      subject: { id: roleSessionArn, iss: 'aws', kind: 'workload' },
      iat: Date.UTC(2026, 2, 3, 10) / 1000,
      exp: Date.UTC(2026, 2, 3, 11) / 1000,
      act: { sub: iamUser['arn'] },
    });
  });

  const response = { credentials: credentials('ASIAQ7EXAMPLECHILD01') };
  const sts = { eventSource: 'sts.amazonaws.com' };
  it.each<[string, Fields, Fields]>([
    [
      'AssumeRoleWithSAML',
      {
        ...sts,
        userIdentity: { type: 'SAMLUser', principalId: 'idp:marta', userName: 'marta' },
        requestParameters: {
          roleArn: 'arn:aws:iam::210987654321:role/Ops',
          roleSessionName: 'marta',
          sAMLAssertion: secrets[2],
        },
      },
      {
        type: 'token.issued',
        subject: { id: 'arn:aws:sts::210987654321:assumed-role/Ops/marta', iss: 'aws', kind: 'human' },
      },
    ],
    [
      'AssumeRoleWithWebIdentity',
      {
        ...sts,
        userIdentity: {
          type: 'WebIdentityUser',
          principalId: 'oidc:system:serviceaccount:shop:pay',
          userName: 'pay',
        },
        requestParameters: {
          roleArn: 'arn:aws:iam::210987654321:role/pods/Pay',
          roleSessionName: 'pod-1',
          webIdentityToken: secrets[3],
        },
      },
      {
        type: 'token.issued',
        subject: { id: 'arn:aws:sts::210987654321:assumed-role/Pay/pod-1', iss: 'aws', kind: 'workload' },
      },
    ],
    [
      'GetSessionToken',
      {
        ...sts,
        requestParameters: { serialNumber: 'arn:aws:iam::210987654321:mfa/marta', tokenCode: '123456' },
      },
      {
        type: 'token.exchanged',
        parents: [key(userKey)],
        subject: { id: iamUser['arn'], iss: 'aws', kind: 'human' },
      },
    ],
    [
      'GetFederationToken',
      {
        ...sts,
        responseElements: {
          ...response,
          federatedUser: {
            arn: 'arn:aws:sts::210987654321:federated-user/kiosk',
            federatedUserId: '210987654321:kiosk',
          },
        },
      },
      {
        type: 'token.exchanged',
        subject: { id: 'arn:aws:sts::210987654321:federated-user/kiosk', iss: 'aws', kind: 'unknown' },
      },
    ],
    [
      'CreateSession',
      { eventSource: 'rolesanywhere.amazonaws.com', responseElements: { credentialSet: [response] } },
      { type: 'token.exchanged' },
    ],
  ])('%s', (eventName, over, expected) => {
    const hop = hopOf(record({ eventName, responseElements: response, ...over }));
    expect(hop).toMatchObject({ token: key('ASIAQ7EXAMPLECHILD01'), ...expected });
    if (expected['type'] === 'token.issued') expect(hop).not.toHaveProperty('parents');
  });

  it('makes a key of a user one that never expires', () => {
    const hop = hopOf(
      record({
        eventSource: 'iam.amazonaws.com',
        eventName: 'CreateAccessKey',
        readOnly: false,
        requestParameters: { userName: 'robot' },
        responseElements: {
          accessKey: { accessKeyId: 'AKIAQ7EXAMPLEROBOT01', userName: 'robot', status: 'Active' },
        },
      }),
    );
    expect(hop).toMatchObject({
      type: 'token.exchanged',
      token: key('AKIAQ7EXAMPLEROBOT01'),
      tokenKind: 'access_key',
      exp: null,
      subject: { id: 'arn:aws:iam::210987654321:user/robot' },
    });
  });

  it('keeps the source identity, which no later hop can change, behind the caller', () => {
    const chained = assumeRole({
      userIdentity: { ...roleSession, sessionContext: { sourceIdentity: 'marta@example.org' } },
    });
    expect(hopOf(chained)?.['act']).toEqual({
      sub: roleSessionArn,
      iss: 'aws',
      act: { sub: 'marta@example.org' },
    });
    expect(callOf(chained)['presented']).toEqual({ act: { sub: 'marta@example.org' } });
  });

  it.each<[string, unknown, Fields, number]>([
    ['the expiry in the response', '2026-03-03T10:20:00Z', {}, 1_200],
    ['an expiry in seconds', Date.UTC(2026, 2, 3, 10, 20) / 1000, {}, 1_200],
    ['the requested duration when there is none', undefined, {}, 1_800],
    ['an hour when nothing says more', 'soon', { requestParameters: null }, 3_600],
    [
      'twelve hours for GetSessionToken',
      null,
      { requestParameters: null, eventName: 'GetSessionToken' },
      43_200,
    ],
  ])('expires by %s', (_, expiration, over, seconds) => {
    const hop = hopOf(
      assumeRole({ responseElements: { credentials: { ...credentials(roleKey), expiration } }, ...over }),
    );
    expect(hop?.['exp']).toBe(Date.UTC(2026, 2, 3, 10) / 1000 + seconds);
  });

  it('is no hop when it was refused', () => {
    const [call, ...more] = translate(assumeRole({ errorCode: 'AccessDenied', responseElements: null }));
    expect(call?.data).toMatchObject({
      type: 'api.denied',
      outcome: 'denied',
      action: 'AssumeRole',
      token: key(userKey),
    });
    expect(more).toEqual([]);
  });

  it('is one call when two accounts report it, though their records differ', () => {
    const shared = { sharedEventID: '00000000-0000-4000-8000-00000000aaaa' };
    const there = { userIdentity: { type: 'AWSAccount', accountId: '210987654321' }, eventID: 'other' };
    const [mine, theirs] = [assumeRole(shared), assumeRole({ ...shared, ...there })];
    expect(callOf(mine)['callId']).toBe(callOf(theirs)['callId']);
    expect(hopOf(theirs)).toMatchObject({ type: 'token.issued', token: key(roleKey) });
  });

  it('ends a key that is deleted, and only then', () => {
    const change = {
      eventSource: 'iam.amazonaws.com',
      requestParameters: { accessKeyId: 'AKIAQ7EXAMPLEROBOT01' },
    };
    expect(hopOf(record({ ...change, eventName: 'DeleteAccessKey' }))).toMatchObject({
      type: 'token.revoked',
      token: key('AKIAQ7EXAMPLEROBOT01'),
    });
    expect(hopOf(record({ ...change, eventName: 'UpdateAccessKey' }))).toBeUndefined();
    expect(
      hopOf(record({ ...change, eventName: 'DeleteAccessKey', errorCode: 'NoSuchEntity' })),
    ).toBeUndefined();
  });
});

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

describe('the caller', () => {
  const mfa = { sessionContext: { attributes: { mfaAuthenticated: 'true' } } };
  const slr = {
    sessionContext: {
      sessionIssuer: { arn: 'arn:aws:iam::1:role/aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS' },
    },
  };
  const sso = {
    sessionContext: {
      sessionIssuer: {
        arn: 'arn:aws:iam::1:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Ops_1',
      },
    },
  };
  it.each<[string, Fields, string]>([
    ['a user', iamUser, 'unknown'],
    ['a user with a second factor', { ...iamUser, ...mfa }, 'human'],
    ['root', { type: 'Root', arn: 'arn:aws:iam::1:root' }, 'human'],
    ['a role session', roleSession, 'workload'],
    ['a role session of the directory', { ...roleSession, ...sso }, 'human'],
    ['a service-linked role', { ...roleSession, ...slr }, 'system'],
    ['a service', service, 'system'],
    ['a federated user, which a program named', { type: 'FederatedUser', arn: 'arn:f' }, 'unknown'],
    ['something new', { type: 'Wombat', principalId: 'w' }, 'unknown'],
    ['nobody', {}, 'unknown'],
  ])('%s', (_, userIdentity, kind) => {
    expect(callOf(record({ userIdentity }))['actor']).toMatchObject({ iss: 'aws', kind });
  });
});

describe('the platform', () => {
  const session = { ...iamUser, accessKeyId: 'ASIAQ7EXAMPLECONS001' };
  const old = { eventVersion: '1.05', userIdentity: session };
  const slrArn = 'arn:aws:iam::1:role/aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS';
  it.each<[string, Fields, boolean]>([
    [
      'a service on somebody’s behalf',
      { userIdentity: { ...roleSession, invokedBy: 'cloudformation.amazonaws.com' } },
      true,
    ],
    ['a service itself', { userIdentity: service }, true],
    ['a service’s address', { sourceIPAddress: 'config.amazonaws.com' }, true],
    [
      'a service-linked role',
      { userIdentity: { ...roleSession, sessionContext: { sessionIssuer: { arn: slrArn } } } },
      true,
    ],
    ['an event of the service', { eventType: 'AwsServiceEvent' }, true],
    ['the console, as the record says', { sessionCredentialFromConsole: 'true' }, true],
    ['the console, as an old record’s agent says', { ...old, userAgent: 'console.ec2.amazonaws.com' }, true],
    [
      'an agent that anybody can claim',
      { userIdentity: session, userAgent: 'console.ec2.amazonaws.com' },
      false,
    ],
    [
      'a long-lived key that claims to be the console',
      { ...old, userIdentity: iamUser, userAgent: 'console.ec2.amazonaws.com' },
      false,
    ],
    [
      'a role that is only named like a service’s',
      { userIdentity: { ...roleSession, arn: 'arn:aws:sts::1:assumed-role/AWSServiceRoleForMe/x' } },
      false,
    ],
    ['a command line', { userIdentity: session }, false],
  ])('%s', (_, over, platform) => {
    expect((callOf(record(over))['facts'] as Fields)['platform'] === true).toBe(platform);
  });

  it('is not the session that a service starts in a role: our code runs in it', () => {
    const started = assumeRole({ userIdentity: service });
    expect(callOf(started)['facts']).toMatchObject({ platform: true });
    expect(hopOf(started)).toMatchObject({ type: 'token.issued', subject: { kind: 'workload' } });
    expect(hopOf(started)).not.toHaveProperty('facts');
  });

  it('is the session of a service-linked role', () => {
    const requestParameters = { roleArn: slrArn, roleSessionName: 'rds' };
    const started = assumeRole({ userIdentity: service, requestParameters });
    expect(hopOf(started)).toMatchObject({ facts: { platform: true }, subject: { kind: 'system' } });
  });
});

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

/** A record in which any member, at any depth, may be anything. */
const mutated = fc
  .tuple(
    fc.constantFrom(record(), assumeRole(), assumeRole({ userIdentity: roleSession })),
    fc.array(fc.tuple(fc.nat(60), fc.anything()), { maxLength: 4 }),
  )
  .map(([base, changes]) => {
    const copy = structuredClone(base) as Fields;
    const places: [Fields, string][] = [];
    const walk = (at: Fields) => {
      for (const [name, member] of Object.entries(at)) {
        places.push([at, name]);
        if (typeof member === 'object' && member !== null) walk(member as Fields);
      }
    };
    walk(copy);
    for (const [index, value] of changes) {
      const [at, name] = places[index % places.length] as [Fields, string];
      at[name] = value;
    }
    return copy;
  });

describe('whatever it is shown', () => {
  it('does not throw', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withNullPrototype: true }), (value) => {
        cloudtrail.recognises(value);
        cloudtrail.translate(value);
      }),
    );
  });

  it('writes only events of the contract', () => {
    fc.assert(
      fc.property(mutated, (value) => {
        const translation = cloudtrail.translate(value);
        for (const { data } of 'events' in translation ? translation.events : []) {
          expect(EventData.safeParse(data).error).toBeUndefined();
        }
      }),
      { numRuns: 500 },
    );
  });

  it('lets no session token, secret key or assertion through, whatever member it is put into', () => {
    const holder = fc.constantFrom('requestParameters', 'responseElements', 'additionalEventData');
    // An assertion cannot be told from other base64; it is safe because its member is never read.
    const told = secrets.filter((secret) => secret !== samlAssertion);
    const leak = fc.oneof(
      fc.tuple(
        fc.constantFrom('tokenCode', 'key', 'name', 'roleSessionName', 'userName'),
        fc.constantFrom(...told),
      ),
      fc.tuple(
        fc.constantFrom('sessionToken', 'secretAccessKey', 'sAMLAssertion', 'webIdentityToken'),
        fc.constantFrom(...secrets),
      ),
    );
    fc.assert(
      fc.property(holder, leak, (where, [name, secret]) => {
        const text = JSON.stringify(
          cloudtrail.translate(
            assumeRole({ [where]: { credentials: credentials(roleKey), [name]: secret } }),
          ),
        );
        for (const value of secrets) expect(text).not.toContain(value);
      }),
    );
  });
});
