import { type Fields, isFields, textAt } from '../fields.ts';

/** Where shippers put the record: EventBridge, Splunk, Elasticsearch hits, ECS, LookupEvents, CloudWatch Logs. */
const wrappers = ['detail', 'Event', 'event', '_source', 'CloudTrailEvent', 'message', 'original'];
const WRAPPERS_MAX = 3;

/** The CloudTrail record in whatever a shipper made of it, undefined when there is none. */
export function unwrap(value: unknown, wrapped = 0): Fields | undefined {
  if (!isFields(value)) return undefined;
  if (isRecord(value)) return value;
  if (wrapped === WRAPPERS_MAX) return undefined;
  for (const name of wrappers) {
    const found = unwrap(opened(value[name]), wrapped + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isRecord(value: Fields): boolean {
  if (textAt(value, 'eventSource') === undefined || textAt(value, 'eventName') === undefined) return false;
  return ['userIdentity', 'eventID', 'eventVersion', 'awsRegion'].some((name) => name in value);
}

/** LookupEvents and CloudWatch Logs carry the record as JSON text. */
function opened(member: unknown): unknown {
  if (typeof member !== 'string' || !member.startsWith('{')) return member;
  try {
    return JSON.parse(member);
  } catch {
    return undefined;
  }
}
