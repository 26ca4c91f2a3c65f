import type { Admit } from './domain/admission.ts';
import { ChainwardenError } from './domain/errors.ts';
import { type EventOf, OWN_ADAPTER, OWN_SOURCE } from './domain/event/index.ts';
import { deterministicId } from './domain/ids.ts';
import type { EventSink } from './domain/ports.ts';
import type { ResponseTarget } from './domain/response.ts';

/** What is to be known, by everybody who reads the log, of what was done about a credential. */
export interface OwnChange {
  readonly tenant: string;
  readonly responseId: string;
  readonly target: ResponseTarget;
  readonly state: EventOf<'response.recorded'>['state'];
  /** Empty, as undefined: none. */
  readonly connector: string | undefined;
  readonly atMs: number;
}

export interface Recorder {
  /**
   * Resolves when it is durable in the log, and rejects when the log does not take it. The same change may be recorded
   * again. Never to be awaited by whoever takes records from the log: it pauses while they do not go on.
   */
  record(change: OwnChange): Promise<void>;
}

/** Writes Chainwarden's own deeds into its log, through admission like everything else. */
export function createRecorder(parts: {
  readonly admit: Admit;
  readonly sink: EventSink;
  readonly clock: () => number;
}): Recorder {
  return {
    async record(change) {
      const { tenant } = change;
      const admission = parts.admit(
        { raw: eventOf(change) },
        {
          publisher: { name: OWN_ADAPTER, tenant, issuers: '*' },
          adapter: OWN_ADAPTER,
          position: { source: OWN_ADAPTER, partition: 0, offset: 0 },
          nowMs: parts.clock(),
          // What is repeated after a long outage may be old.
          history: true,
        },
      );
      if (admission.kind === 'refused') {
        const { code, path, reason } = admission.letter;
        throw new ChainwardenError('INTERNAL', `an own record was refused: ${path} ${reason}`, {
          detail: { code },
        });
      }
      await parts.sink.append([admission.event], []);
    },
  };
}

/** The time is part of the id: what is asked for again after it was undone is another record. */
function eventOf({ tenant, responseId, target, state, connector, atMs }: OwnChange) {
  return {
    specversion: '1.0',
    id: deterministicId('own', [tenant, responseId, state, atMs]),
    source: OWN_SOURCE,
    type: 'io.chainwarden.response.recorded.v1',
    time: new Date(atMs).toISOString(),
    data: {
      v: 1,
      type: 'response.recorded',
      ...membersOf(target),
      response: responseId,
      state,
      ...(connector === undefined || connector === '' ? {} : { connector }),
    },
  };
}

function membersOf(target: ResponseTarget) {
  switch (target.kind) {
    case 'token':
      return { token: target.ref };
    case 'family':
      return { family: target.family, ...(target.iss === undefined ? {} : { iss: target.iss }) };
    case 'subject':
      return { subject: target.subject, cutOff: new Date(target.cutOffMs).toISOString() };
  }
}
