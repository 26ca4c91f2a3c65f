import type { Admit, AdmitContext } from '../../domain/admission.ts';
import type { AuditSink } from '../../domain/audit.ts';
import type { DeadLetter } from '../../domain/dead-letter.ts';
import type { AdmittedEvent } from '../../domain/event/index.ts';
import { deterministicId } from '../../domain/ids.ts';
import type { EventSink } from '../../domain/ports.ts';
import type { SecurityEvents, SetAnswer } from '../../domain/security-event.ts';
import { deadLetter } from '../letter.ts';
import type { SetClaims } from './claims.ts';
import type { Transmitter } from './config.ts';
import { translate } from './events.ts';
import { SetFailure } from './failure.ts';
import { createVerifier, type VerifierParts } from './verify.ts';

/** Ids of tokens that were taken, of all transmitters: an hour of twenty a second. Older ones the log knows. */
const TAKEN_MAX = 65_536;

/** `ignored`: what it says is nothing that is kept. */
export type SetOutcome = 'recorded' | 'repeated' | 'ignored' | 'unavailable' | SetFailure['err'];

export interface ReceiverParts extends VerifierParts {
  /** Of transmitters that name none. */
  readonly tenant: string;
  readonly admit: Admit;
  readonly sink: EventSink;
  readonly audit?: AuditSink | undefined;
  /** `transmitter` is a configured name, or `unknown`. */
  readonly onSet: (transmitter: string, outcome: SetOutcome) => void;
  /** It says whether it goes on sending: a stream that is paused looks like one on which nothing happens. */
  readonly onStream: (transmitter: string, sendsOn: boolean) => void;
}

/** Takes what other systems say about sessions, accounts and tokens (OpenID Shared Signals, RFC 8935) into the log. */
export function createSecurityEvents(parts: ReceiverParts): SecurityEvents {
  const present = createVerifier(parts);
  /** Tokens that were taken, and those that are under way. */
  const taken = new Map<string, Promise<SetOutcome>>();

  async function take(transmitter: Transmitter, claims: SetClaims): Promise<SetOutcome> {
    const key = JSON.stringify([transmitter.name, claims.jti]);
    const known = taken.get(key);
    if (known !== undefined) return known.then(() => 'repeated');
    const outcome = record(transmitter, claims, parts);
    taken.set(key, outcome);
    try {
      return await outcome;
    } catch (error) {
      taken.delete(key);
      throw error;
    } finally {
      const [oldest] = taken.keys();
      if (taken.size > TAKEN_MAX && oldest !== undefined) taken.delete(oldest);
    }
  }

  return {
    async receive(token): Promise<SetAnswer> {
      let name = 'unknown';
      try {
        const { transmitter, verify } = present(token);
        name = transmitter.name;
        parts.onSet(name, await take(transmitter, await verify()));
        return { taken: true };
      } catch (error) {
        parts.onSet(name, error instanceof SetFailure ? error.err : 'unavailable');
        if (!(error instanceof SetFailure)) throw error;
        return { taken: false, err: error.err, description: error.message };
      }
    },
  };
}

async function record(
  transmitter: Transmitter,
  claims: SetClaims,
  parts: ReceiverParts,
): Promise<SetOutcome> {
  const nowMs = parts.clock();
  const { events, issuers, unknown, sendsOn } = translate(claims, transmitter, nowMs);
  if (sendsOn !== undefined) parts.onStream(transmitter.name, sendsOn);
  const tenant = transmitter.tenant ?? parts.tenant;
  const allowed = transmitter.issuers ?? [transmitter.issuer];
  const context: AdmitContext = {
    publisher: { name: transmitter.name, tenant, issuers: allowed },
    adapter: 'ssf',
    position: { source: 'ssf', partition: 0, offset: 0 },
    nowMs,
    history: false,
  };
  const foreign = issuers.find((issuer) => !allowed.includes(issuer));
  if (foreign !== undefined) {
    await parts.sink.append([], [deadLetter({ ...notTheirs, issuer: foreign }, '', undefined, context)]);
    throw new SetFailure('access_denied', notTheirs.reason);
  }
  const { admitted, letters } = admitAll(events, parts.admit, context);
  const [letter] = letters;
  if (letter !== undefined) {
    // All of a token or nothing: the transmitter is told of one outcome.
    await parts.sink.append([], letters);
    throw new SetFailure('invalid_request', `what it says is refused: ${letter.reason}`);
  }
  await parts.audit?.append([
    {
      tenant,
      id: deterministicId('aud', ['ssf.received', tenant, transmitter.name, claims.jti]),
      kind: 'ssf.received',
      atMs: nowMs,
      actor: transmitter.name,
      subjectId: claims.jti,
      about: admitted.map(({ id }) => id),
      body: { issuer: claims.iss, types: Object.keys(claims.events), unknown },
    },
  ]);
  if (admitted.length === 0) return 'ignored';
  await parts.sink.append(admitted, []);
  return 'recorded';
}

const notTheirs = {
  code: 'EVENT_ISSUER_FORBIDDEN',
  path: 'data',
  reason: 'the transmitter may not speak for this issuer',
} as const;

function admitAll(events: readonly object[], admit: Admit, context: AdmitContext) {
  const admitted: AdmittedEvent[] = [];
  const letters: DeadLetter[] = [];
  for (const raw of events) {
    const admission = admit({ raw }, context);
    if (admission.kind === 'admitted') admitted.push(admission.event);
    else letters.push(admission.letter);
  }
  return { admitted, letters };
}
