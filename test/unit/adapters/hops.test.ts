import { describe, expect, it } from 'vitest';
import {
  assumeRole,
  credentials,
  iamUser,
  record,
  roleKey,
  roleSession,
  roleSessionArn,
  secrets,
  userKey,
} from './fixtures/records.ts';
import { callOf, type Fields, hopOf, key, translate } from './support.ts';

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
