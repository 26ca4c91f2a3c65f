import type { AuditDraft } from '../../../src/domain/audit.ts';
import type { DeadLetter } from '../../../src/domain/dead-letter.ts';
import type { AdmittedEvent } from '../../../src/domain/event/index.ts';
import { createGuardedFetch } from '../../../src/guarded-fetch.ts';
import { createAdmit } from '../../../src/ingest/admit.ts';
import { SsfConfig, type Transmitter } from '../../../src/ingest/ssf/config.ts';
import { createSecurityEvents } from '../../../src/ingest/ssf/receiver.ts';
import { createGuard } from '../../../src/respond/index.ts';
import { RISC } from '../../support/ssf/transmitter.ts';

export const nowMs = Date.UTC(2026, 2, 1, 10);
export const iat = nowMs / 1000;
export const iss = 'https://idp.example';
export const aud = 'https://chainwarden.example/ssf';
export const ann = { format: 'iss_sub', iss, sub: 'ann' };
/** Claims that are taken. */
export const good = { iss, aud, iat, sub_id: ann, events: { [`${RISC}account-disabled`]: {} } };
export const taken = { taken: true };

interface Receiving {
  readonly transmitters?: readonly object[];
  readonly keysCooldownMs?: number;
  /** Rejects what it is given while true. */
  readonly full?: { now: boolean };
}

/** The receiver over a log that remembers, with keys from a real server. */
export function receiving(
  keysUrl: string,
  { transmitters = [{}], keysCooldownMs = 0, full }: Receiving = {},
) {
  const log: AdmittedEvent[] = [];
  const letters: DeadLetter[] = [];
  const audited: AuditDraft[] = [];
  const outcomes: string[] = [];
  const guard = createGuard({ allow: [] });
  const config = SsfConfig.parse({
    transmitters: transmitters.map((differs) => ({
      name: 'idp',
      issuer: iss,
      audience: aud,
      ...('jwks' in differs ? {} : { jwksUrl: keysUrl }),
      allowPrivate: true,
      ...differs,
    })),
  });
  const events = createSecurityEvents({
    transmitters: config.transmitters,
    tenant: 'acme',
    fetchKeys: ({ allowPrivate }: Transmitter) => {
      const fetched = createGuardedFetch({ url: new URL(keysUrl), allowPrivate }, guard);
      return (_, { headers, signal }) => fetched.get(headers, signal);
    },
    keysCooldownMs,
    clock: () => nowMs,
    admit: createAdmit(),
    sink: {
      append: async (events, refused) => {
        if (full?.now === true) throw new Error('full');
        log.push(...events);
        letters.push(...refused);
      },
    },
    audit: {
      append: async (drafts) => {
        audited.push(...drafts);
      },
    },
    onStream: (transmitter, sendsOn) => outcomes.push(`${transmitter} ${sendsOn ? 'sends' : 'is silent'}`),
    onSet: (transmitter, outcome) => outcomes.push(`${transmitter} ${outcome}`),
  });
  return { ...events, log, letters, audited, outcomes };
}
