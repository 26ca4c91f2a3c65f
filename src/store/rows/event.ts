import type { AdmittedEvent, EventData, Principal, TokenRef } from '../../domain/event/index.ts';
import type { LoggedEvent } from '../../domain/ports.ts';
import { refKey } from '../../domain/token.ts';
import type { TableOf } from '../database.ts';
import { isWellFormed } from '../text.ts';
import { NEVER_MS, principalCell, textCell } from './cell.ts';

/** Identity, digest and text are stored exactly as they are or refused; the cells beside them are copies for hunting. */
export const eventsTable: TableOf<LoggedEvent> = {
  table: 'events',
  columns: [
    'tenant',
    'seq',
    'source',
    'id',
    'time',
    'ingested_at',
    'written_at',
    'type',
    'txn',
    'token_key',
    'actor',
    'system',
    'resource',
    'action',
    'outcome',
    'publisher',
    'adapter',
    'issuer_bound',
    'digest',
    'text',
  ],
  fault: ({ seq, event }) => {
    // Measured: half a character is sometimes refused and sometimes stored as another; 2^64 is stored as 0.
    if (!Number.isSafeInteger(seq) || seq < 1) return 'its place in the log is not a positive integer';
    if (Math.abs(event.timeMs) > NEVER_MS) return 'its time is beyond what a column holds';
    const { publisher, adapter } = event.origin;
    const exact = [event.tenant, event.source, event.id, event.digest, event.text, publisher, adapter];
    return exact.every(isWellFormed) ? undefined : 'its text is not well-formed Unicode';
  },
  row: ({ seq, ingestedMs, event }, writtenMs) => {
    const seen = huntedMembers(event.data);
    return [
      event.tenant,
      seq,
      event.source,
      event.id,
      event.timeMs,
      ingestedMs,
      writtenMs,
      event.data.type,
      textCell(event.data.txn),
      seen.token === undefined ? '' : textCell(refKey(seen.token)),
      principalCell(seen.actor),
      textCell(seen.target?.system),
      textCell(seen.target?.resource),
      textCell(seen.action),
      textCell(event.data.outcome),
      event.origin.publisher,
      event.origin.adapter,
      event.origin.issuerBound,
      event.digest,
      event.text,
    ];
  },
};

/** The columns that `readEvent` needs, in its order. */
export const eventColumns =
  'seq, tenant, source, id, toUnixTimestamp64Milli(time), digest, publisher, adapter, issuer_bound, text';

export function readEvent(row: readonly unknown[]): { readonly seq: number; readonly event: AdmittedEvent } {
  const [seq, tenant, source, id, timeMs, digest, publisher, adapter, issuerBound, text] = row;
  const { data } = JSON.parse(String(text)) as { data: EventData };
  return {
    seq: Number(seq),
    event: {
      tenant: String(tenant),
      source: String(source),
      id: String(id),
      timeMs: Number(timeMs),
      data,
      text: String(text),
      digest: String(digest),
      origin: { publisher: String(publisher), adapter: String(adapter), issuerBound: issuerBound === true },
    },
  };
}

interface Hunted {
  readonly token?: TokenRef | undefined;
  readonly actor?: Principal | undefined;
  readonly target?: { readonly system: string; readonly resource?: string | undefined } | undefined;
  readonly action?: string | undefined;
}

/** Who, with which credential, did what to what: wherever an event's type keeps it. */
function huntedMembers(data: EventData): Hunted {
  const action = actionOf(data);
  return {
    token: 'token' in data ? data.token : undefined,
    actor: actorOf(data),
    target: 'target' in data ? data.target : undefined,
    action,
  };
}

function actorOf(data: EventData): Principal | undefined {
  if ('actor' in data && data.actor !== undefined) return data.actor;
  if ('subject' in data && data.type !== 'policy.decision') return data.subject;
  if ('initiator' in data) return data.initiator;
  if ('approver' in data) return data.approver;
  return 'principal' in data ? data.principal : undefined;
}

function actionOf(data: EventData): string | undefined {
  if ('tool' in data) return data.tool.name;
  if ('change' in data) return data.change;
  if (!('action' in data)) return undefined;
  return typeof data.action === 'string' ? data.action : data.action.name;
}
