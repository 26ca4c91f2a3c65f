import { deterministicId } from '../domain/ids.ts';
import type { Notice } from '../domain/notice.ts';
import type { ResponseStore } from '../domain/ports.ts';
import type { ConnectorDeclaration, Response } from '../domain/response.ts';
import { refLabel } from '../domain/token.ts';
import { type Ledger, nextRow } from './ledger.ts';
import type { Outbox } from './outbox.ts';
import { findResponses, keyOf } from './rows.ts';
import { SELF } from './usage.ts';

/** The receiver took it: the authority may be gone. */
export const carriedOut: ReadonlySet<Response['state']> = new Set(['accepted', 'confirmed', 'unconfirmed']);

/** The response that takes another one back; the same for whoever asks. */
export function undoOf(
  done: Response,
  over: Pick<Response, 'state' | 'atMs' | 'reason' | 'requestedBy' | 'approvedBy'>,
): Response {
  const { firstAttemptMs: _, acceptedMs, messageId: __, ...same } = done;
  return {
    ...same,
    ...over,
    id: deterministicId('rsp', [done.tenant, 'undo', done.targetKey, done.id, acceptedMs ?? '']),
    action: 'undo',
    confirms: 'none',
    attempt: 0,
    httpStatus: 0,
    causedMs: over.atMs,
    undoes: done.id,
  };
}

export interface WithdrawalParts {
  readonly store: Pick<ResponseStore, 'responsesOfAlerts' | 'findResponses'>;
  readonly ledger: Ledger;
  readonly outbox: Pick<Outbox, 'cancel'>;
  readonly declarationOf: (response: Response) => ConnectorDeclaration | undefined;
  readonly clock: () => number;
}

/**
 * After a withdrawal: what waits for a person is over, what was not sent is stopped, and what was done stands; a person
 * is asked to give it back, where that can be done.
 */
export async function unwind(notices: readonly Notice[], parts: WithdrawalParts): Promise<void> {
  const { store, ledger, outbox, clock } = parts;
  for (const [tenant, alertIds] of withdrawnIn(notices)) {
    const found = await store.responsesOfAlerts(tenant, alertIds);
    // What a person asked for is theirs to give back, whatever became of the alert that they saw.
    const rows = found.filter(({ requestedBy }) => requestedBy === SELF);
    const open = rows.filter(({ state }) => state === 'proposed');
    await ledger.change(open, (row) =>
      row.state === 'proposed' && row.action !== 'undo'
        ? nextRow(row, clock(), { state: 'expired', reason: 'the alert was withdrawn' })
        : undefined,
    );
    const real = rows.filter(({ mode, action }) => mode === 'real' && action !== 'undo');
    const done: Response[] = [];
    for (const row of real) {
      if (row.state === 'requested') {
        const id = row.messageId ?? row.id;
        if (await outbox.cancel(tenant, id, 'the alert was withdrawn')) continue;
      } else if (!carriedOut.has(row.state)) continue;
      done.push(row);
    }
    await propose(
      done.map((row) => proposalOf(row, parts)),
      parts,
    );
  }
}

function proposalOf(done: Response, { declarationOf, clock }: WithdrawalParts): Response {
  const declared = declarationOf(done);
  const why = `undo: alert ${done.alertId} was withdrawn after ${labelOf(done)} had been revoked`;
  const isPossible = declared?.undoes === true;
  return undoOf(done, {
    state: isPossible ? 'proposed' : 'refused',
    reason: isPossible ? why : `${why}; ${done.endpoint} cannot give it back`,
    atMs: clock(),
    requestedBy: SELF,
    approvedBy: [],
  });
}

async function propose(undone: readonly Response[], { store, ledger }: WithdrawalParts): Promise<void> {
  if (undone.length === 0) return;
  await ledger.alone(async () => {
    const known = await findResponses(store, undone);
    await ledger.writeResponses(undone.filter((row) => !known.has(keyOf(row))));
  });
}

function withdrawnIn(notices: readonly Notice[]): ReadonlyMap<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { type, about } of notices) {
    if (type !== 'alert.withdrawn') continue;
    const ids = found.get(about.tenant) ?? [];
    ids.push(about.id);
    found.set(about.tenant, ids);
  }
  return found;
}

export function labelOf({ target }: Response): string {
  return target.kind === 'token' ? refLabel(target.ref) : target.key;
}
