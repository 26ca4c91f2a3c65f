import { hash } from 'node:crypto';
import type { Adapter, CanonicalEvent, Translation } from '../adapter.ts';
import { asId, type Fields, fieldsAt, textAt } from '../fields.ts';
import { parseTime } from '../time.ts';
import { effectOfCall, outcomeOf } from './effect.ts';
import { isLongLived, keyIdAt, principalOf, sourceIdentityOf } from './identity.ts';
import { hopOf, keyRef } from './issue.ts';
import { isPlatform } from './platform.ts';
import { resourceOf } from './resource.ts';
import { unwrap } from './unwrap.ts';

/** One for all trails, accounts and regions: a record that two trails deliver is one event. */
const SOURCE = '//cloudtrail.amazonaws.com';

/**
 * AWS CloudTrail. Every record is a call; one that issues an access key is a hop as well. Members are picked one by
 * one and nothing is copied whole, so neither session tokens nor request bodies survive.
 */
export const cloudtrail: Adapter = {
  format: 'cloudtrail',

  recognises(record) {
    try {
      return unwrap(record) !== undefined;
    } catch {
      return false;
    }
  },

  translate(record) {
    try {
      return translated(record);
    } catch {
      // A proxy or a getter: nothing that JSON can carry.
      return { refused: { code: 'EVENT_INVALID', path: '', reason: 'is not a JSON value' } };
    }
  },
};

function translated(value: unknown): Translation {
  const record = unwrap(value);
  if (record === undefined) {
    return { refused: { code: 'EVENT_FORMAT_UNKNOWN', path: '', reason: 'is not a CloudTrail record' } };
  }
  const timeMs = parseTime(record['eventTime']) ?? parseTime(record['@timestamp']);
  if (timeMs === undefined) {
    return { refused: { code: 'EVENT_INVALID', path: 'eventTime', reason: 'is not a time' } };
  }
  const action = actionOf(record);
  const eventId = asId(textAt(record, 'eventID') ?? digestOf(record));
  const hop = outcomeOf(record) === 'success' ? hopOf(record, action, timeMs) : undefined;
  const revoked = outcomeOf(record) === 'success' ? revocationOf(record, action) : undefined;
  const common = { v: 1, source: sourceOf(record) } as const;
  const events = [
    eventOf(eventId, timeMs, { ...callOf(record, action, eventId), ...common }),
    ...[hop, revoked].flatMap((data) =>
      data === undefined ? [] : [eventOf(`${eventId.slice(0, 500)}:hop`, timeMs, { ...data, ...common })],
    ),
  ];
  return { events };
}

function eventOf(id: string, timeMs: number, data: Record<string, unknown>): CanonicalEvent {
  const type = String(data['type']);
  return {
    specversion: '1.0',
    id,
    source: SOURCE,
    type: `com.amazonaws.cloudtrail.${type}.v1`,
    time: new Date(timeMs).toISOString(),
    data: { ...data, type, v: 1 },
  };
}

function callOf(record: Fields, action: string, eventId: string): Record<string, unknown> {
  const system = systemOf(record);
  const outcome = outcomeOf(record);
  const found = resourceOf(record, system);
  const key = keyIdAt(fieldsAt(record, 'userIdentity'), 'accessKeyId');
  const facts = {
    ...(found?.record === undefined ? {} : { record: found.record }),
    ...(isPlatform(record) ? { platform: true } : {}),
  };
  const presented = presentedOf(record, key);
  return {
    type: outcome === 'denied' ? 'api.denied' : 'api.called',
    outcome,
    actor: principalOf(record),
    target: {
      system,
      ...(found === undefined ? {} : { resource: found.resource }),
      ...(found?.kind === undefined ? {} : { kind: found.kind }),
    },
    action,
    effect: effectOfCall(system, action, record['readOnly']),
    // Both accounts of a cross-account call get a record. (A requestID is no identity: calls that differ share it.)
    callId: asId(textAt(record, 'sharedEventID') ?? eventId),
    ...(key === undefined ? {} : { token: keyRef(key) }),
    ...(presented === undefined ? {} : { presented }),
    ...(Object.keys(facts).length === 0 ? {} : { facts }),
  };
}

/** What the service read in the key: since when the session lives, that a user's key never ends, on whose behalf. */
function presentedOf(record: Fields, key: string | undefined): Record<string, unknown> | undefined {
  if (key === undefined) return undefined;
  const identity = fieldsAt(record, 'userIdentity');
  if (isLongLived(key)) return { exp: null };
  const createdMs = parseTime(fieldsAt(fieldsAt(identity, 'sessionContext'), 'attributes')['creationDate']);
  const source = sourceIdentityOf(identity);
  const presented = {
    ...(createdMs === undefined ? {} : { iat: Math.floor(createdMs / 1000) }),
    ...(source === undefined ? {} : { act: { sub: asId(source) } }),
  };
  return Object.keys(presented).length === 0 ? undefined : presented;
}

/** A deleted key is gone for good; one that is only deactivated may come back. */
function revocationOf(record: Fields, action: string): Record<string, unknown> | undefined {
  const key = keyIdAt(fieldsAt(record, 'requestParameters'), 'accessKeyId');
  if (action !== 'DeleteAccessKey' || key === undefined) return undefined;
  return {
    type: 'token.revoked',
    token: keyRef(key),
    by: principalOf(record).id,
    reason: 'access key deleted',
  };
}

function systemOf(record: Fields): string {
  return asId((textAt(record, 'eventSource') ?? 'unknown').replace(/\.amazonaws\.com(?:\.cn)?$/, ''));
}

/** Lambda appends the version of its API: `UpdateFunctionCode20150331v2`. */
function actionOf(record: Fields): string {
  return asId((textAt(record, 'eventName') ?? 'unknown').replace(/(?<=[a-z])20\d{6}(?:v\d+)?$/, ''));
}

function sourceOf(record: Fields): Record<string, string> {
  const ip = textAt(record, 'sourceIPAddress');
  return { adapter: 'cloudtrail', ...(ip === undefined ? {} : { ip: asId(ip) }) };
}

/** Records without an id get one from their content, so that reading a file twice changes nothing. */
function digestOf(record: Fields): string {
  return `sha256-${hash('sha256', JSON.stringify(record), 'hex')}`;
}
