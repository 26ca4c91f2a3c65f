import type { Principal } from '../../../domain/event/index.ts';
import { asId, type Fields, fieldsAt, isTrue, textAt } from '../fields.ts';

/** Issuer of every AWS principal: ARNs are unique over all accounts and partitions. */
export const AWS_ISSUER = 'aws';

type Kind = Principal['kind'];

const kinds: Readonly<Record<string, Kind>> = {
  Root: 'human',
  SAMLUser: 'human',
  IdentityCenterUser: 'human',
  Directory: 'human',
  AssumedRole: 'workload',
  Role: 'workload',
  WebIdentityUser: 'workload',
  AWSService: 'system',
};

export function awsPrincipal(id: string, kind: Kind): Principal {
  return { id: asId(id), iss: AWS_ISSUER, kind };
}

/** Who made the call. */
export function principalOf(record: Fields): Principal {
  const identity = fieldsAt(record, 'userIdentity');
  const id =
    textAt(identity, 'arn') ??
    textAt(identity, 'invokedBy') ??
    textAt(identity, 'principalId') ??
    textAt(identity, 'userName') ??
    textAt(identity, 'accountId') ??
    'unknown';
  return awsPrincipal(id, kindOf(record, identity));
}

/**
 * An IAM user is a person or a program, and nothing in the key tells which; a federated user is whatever the
 * program that asked for the token says. Only a sign-in, a second factor or a directory proves a person.
 */
function kindOf(record: Fields, identity: Fields): Kind {
  if (isServiceLinked(roleOf(identity))) return 'system';
  const isSignIn = textAt(record, 'eventSource') === 'signin.amazonaws.com';
  if (isSignIn || hasSecondFactor(identity) || isDirectoryRole(roleOf(identity))) return 'human';
  return kinds[textAt(identity, 'type') ?? ''] ?? 'unknown';
}

function hasSecondFactor(identity: Fields): boolean {
  return isTrue(fieldsAt(fieldsAt(identity, 'sessionContext'), 'attributes')['mfaAuthenticated']);
}

/** ARN of the role that a session belongs to, with its path. */
export function roleOf(identity: Fields): string | undefined {
  return textAt(fieldsAt(fieldsAt(identity, 'sessionContext'), 'sessionIssuer'), 'arn');
}

/** Nobody can create a role under this path but AWS, and nobody but the service can assume one. */
export function isServiceLinked(roleArn: string | undefined): boolean {
  return roleArn?.includes(':role/aws-service-role/') === true;
}

/** Roles of IAM Identity Center, another reserved path: people of the directory assume them. */
export function isDirectoryRole(roleArn: string | undefined): boolean {
  return roleArn?.includes(':role/aws-reserved/sso.amazonaws.com/') === true;
}

/** The name given at the first hop, which no later hop of a role chain can change. */
export function sourceIdentityOf(identity: Fields): string | undefined {
  return textAt(fieldsAt(identity, 'sessionContext'), 'sourceIdentity');
}

const keyId = /^A[A-Z]{3}[A-Z0-9]{4,124}$/;

/** An access key id, undefined for what is missing, empty or hidden. */
export function keyIdAt(fields: Fields, name: string): string | undefined {
  const value = textAt(fields, name);
  return value !== undefined && keyId.test(value) ? value : undefined;
}

/** Keys of this prefix have no expiry; those of sessions start with ASIA. */
export function isLongLived(key: string): boolean {
  return key.startsWith('AKIA');
}
