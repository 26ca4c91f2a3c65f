import type { Principal } from '../../../domain/event/index.ts';
import { asId, type Fields, fieldsAt, isFields, textAt } from '../fields.ts';
import { parseTime } from '../time.ts';
import {
  awsPrincipal,
  isDirectoryRole,
  isLongLived,
  isServiceLinked,
  keyIdAt,
  principalOf,
  sourceIdentityOf,
} from './identity.ts';

/** Issuer of every access key, so that a key is one token wherever it appears. */
const KEY_ISSUER = 'https://sts.amazonaws.com';

/** An access key by its id, which is no secret. */
export interface KeyRef {
  readonly iss: string;
  readonly jti: string;
}

export function keyRef(key: string): KeyRef {
  return { iss: KEY_ISSUER, jti: key };
}

/**
 * Lifetimes in seconds that AWS documents for calls that name none. Used when the record shows no expiry either
 * (responses that a trail leaves out): a guess, yet the one that AWS makes.
 */
const defaultLifetimes: Readonly<Record<string, number>> = {
  GetSessionToken: 43_200,
  GetFederationToken: 43_200,
  AssumeRoot: 900,
};
const DEFAULT_LIFETIME_SECONDS = 3_600;
/** The longest that AWS grants, to a federation token. */
const LIFETIME_SECONDS_MAX = 129_600;

/** A key that the record shows being issued. */
interface Issue {
  readonly key: string;
  readonly credentials: Fields;
}

/** The hop a record makes, as the data of a token event; undefined when it issues nothing. */
export function hopOf(record: Fields, action: string, timeMs: number): Record<string, unknown> | undefined {
  const issue = issueOf(record);
  if (issue === undefined) return undefined;
  const identity = fieldsAt(record, 'userIdentity');
  const parent = keyIdAt(identity, 'accessKeyId');
  const isExchange = parent !== undefined && parent !== issue.key;
  const subject = subjectOf(record, action);
  const system = (textAt(record, 'eventSource') ?? '').split('.', 1).join();
  return {
    type: isExchange ? 'token.exchanged' : 'token.issued',
    token: keyRef(issue.key),
    tokenKind: isLongLived(issue.key) ? 'access_key' : 'session',
    grant: asId(`${system}:${action}`),
    subject,
    // The trail does not say what a role may do.
    scope: [],
    iat: Math.floor(timeMs / 1000),
    exp: expiryOf(record, issue, action, timeMs),
    client: principalOf(record).id,
    act: actOf(record),
    ...(isExchange ? { parents: [keyRef(parent)] } : {}),
    // Only a session that AWS alone can hold is the platform's: what a service starts in a role runs our code.
    ...(subject.kind === 'system' ? { facts: { platform: true } } : {}),
  };
}

function issueOf(record: Fields): Issue | undefined {
  const response = fieldsAt(record, 'responseElements');
  const sets: unknown = response['credentialSet'];
  const [first] = Array.isArray(sets) ? sets : [];
  const places = [response, isFields(first) ? first : {}].flatMap((place) => [
    fieldsAt(place, 'credentials'),
    fieldsAt(place, 'accessKey'),
  ]);
  for (const credentials of places) {
    const key = keyIdAt(credentials, 'accessKeyId');
    if (key !== undefined) return { key, credentials };
  }
  return undefined;
}

/** Seconds since the epoch; null for a key that lives until somebody deletes it. */
function expiryOf(record: Fields, issue: Issue, action: string, timeMs: number): number | null {
  if (isLongLived(issue.key)) return null;
  const statedMs = parseTime(issue.credentials['expiration']);
  if (statedMs !== undefined) return Math.floor(statedMs / 1000);
  const duration = Number(fieldsAt(record, 'requestParameters')['durationSeconds']);
  const seconds =
    duration > 0 && duration <= LIFETIME_SECONDS_MAX
      ? duration
      : (defaultLifetimes[action] ?? DEFAULT_LIFETIME_SECONDS);
  return Math.floor(timeMs / 1000 + seconds);
}

/** Whom the key speaks for. Ids are those that later records will show. */
function subjectOf(record: Fields, action: string): Principal {
  const parameters = fieldsAt(record, 'requestParameters');
  const response = fieldsAt(record, 'responseElements');
  const caller = principalOf(record);
  const isPerson = textAt(parameters, 'serialNumber') !== undefined;
  const role = textAt(parameters, 'roleArn');
  if (role !== undefined || isFields(response['assumedRoleUser'])) {
    const session = textAt(fieldsAt(response, 'assumedRoleUser'), 'arn') ?? sessionArn(role, parameters);
    if (isServiceLinked(role)) return awsPrincipal(session ?? 'unknown', 'system');
    const human = isPerson || action === 'AssumeRoleWithSAML' || isDirectoryRole(role);
    return awsPrincipal(session ?? role ?? 'unknown', human ? 'human' : 'workload');
  }
  const federated = textAt(fieldsAt(response, 'federatedUser'), 'arn');
  if (federated !== undefined) return awsPrincipal(federated, 'unknown');
  const user = textAt(fieldsAt(response, 'accessKey'), 'userName') ?? textAt(parameters, 'userName');
  if (user !== undefined && !caller.id.endsWith(`/${user}`)) return userOf(record, user);
  return isPerson ? { ...caller, kind: 'human' } : caller;
}

/** A session's ARN has the role's name without its path. */
function sessionArn(roleArn: string | undefined, parameters: Fields): string | undefined {
  const [, partition, account, role] =
    /^arn:([\w-]+):iam::(\d*):role\/(?:.*\/)?([^/]+)$/.exec(roleArn ?? '') ?? [];
  const session = textAt(parameters, 'roleSessionName');
  if (role === undefined || session === undefined) return undefined;
  return `arn:${partition}:sts::${account}:assumed-role/${role}/${session}`;
}

/** The path of a user made for somebody else is not in the record; almost all have none. */
function userOf(record: Fields, user: string): Principal {
  const account =
    textAt(fieldsAt(record, 'userIdentity'), 'accountId') ?? textAt(record, 'recipientAccountId');
  return awsPrincipal(account === undefined ? user : `arn:aws:iam::${account}:user/${user}`, 'unknown');
}

/** Who acts by means of the key: the caller, behind it the name that a chain of roles carries unchanged. */
function actOf(record: Fields): Record<string, unknown> {
  const identity = fieldsAt(record, 'userIdentity');
  const parameters = fieldsAt(record, 'requestParameters');
  const source = textAt(parameters, 'sourceIdentity') ?? sourceIdentityOf(identity);
  const { id: sub, iss } = principalOf(record);
  return { sub, iss, ...(source === undefined ? {} : { act: { sub: asId(source) } }) };
}
