import { describe, expect, it } from 'vitest';
import { assumeRole, iamUser, record, roleSession, service } from './fixtures/records.ts';
import { callOf, type Fields, hopOf } from './support.ts';

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
