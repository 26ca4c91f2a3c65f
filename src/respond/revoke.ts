import type { Notice, RevocationWish } from '../domain/notice.ts';
import type { ResponseStore } from '../domain/ports.ts';
import type { OutboxEntry, Response } from '../domain/response.ts';
import type { Outcome } from './attempt.ts';
import type { ResponseConfig } from './config.ts';
import type { Outbox } from './outbox.ts';
import { planRevocation, proposeUndo, reconsider, revocationBody, revocationId } from './plan.ts';
import { afterOutcome } from './progress.ts';
import { findResponses, keyOf, newEntry } from './rows.ts';
import type { Channel, Clock, Log } from './types.ts';

/** A decision about a wish, durable. */
export interface Decided {
  readonly wish: RevocationWish;
  readonly response: Response;
  /** fresh: first decided now; again: an older decision was changed; known: it stands, its entry may be missing. */
  readonly how: 'fresh' | 'again' | 'known';
}

export interface Revoker {
  decide(
    wishes: readonly RevocationWish[],
    isHistory: (wish: RevocationWish) => boolean,
  ): Promise<readonly Decided[]>;
  /** Messages that carry out what was decided; none in a dry run. */
  entries(decided: readonly Decided[]): OutboxEntry[];
  /** The dry run's last part: signature and destination. Never rejects. */
  rehearse(decided: readonly Decided[]): Promise<void>;
  /** After a withdrawal: what was not sent is stopped; what was sent stands, and its undo is proposed. */
  unwind(notices: readonly Notice[], outbox: Pick<Outbox, 'cancel'>): Promise<void>;
  /** Why a revocation that waits must not be sent after all: the configuration may have changed since. */
  veto(entry: OutboxEntry): string | undefined;
  /** Notes in the responses how the attempts to carry them out went. */
  note(outcomes: readonly Outcome[]): Promise<void>;
}

export interface RevokerOptions {
  readonly store: Pick<ResponseStore, 'findResponses' | 'writeResponses'>;
  readonly channels: readonly Channel[];
  readonly config: ResponseConfig;
  readonly clock: Clock;
  readonly log: Log;
}

/** Carries revocations from the wish to the note of what the receiver said. */
export function createRevoker(options: RevokerOptions): Revoker {
  const { store, channels, clock, log } = options;
  const executor = channels.find(({ name, disabled }) => name === options.config.endpoint && !disabled);
  const config: ResponseConfig = { ...options.config, endpoint: executor?.name };

  async function write(rows: readonly Response[]): Promise<void> {
    if (rows.length > 0) await store.writeResponses(rows);
  }

  function entryOf({ wish, response }: Decided): OutboxEntry {
    return newEntry(response, clock(), {
      endpoint: response.endpoint,
      type: response.action,
      body: revocationBody(wish, response),
      responseId: response.id,
      // What gives back never overtakes what takes.
      orderKey: response.targetKey,
    });
  }

  async function rehearseOne(channel: Channel, one: Decided): Promise<void> {
    const { response } = one;
    const problem = await channel.rehearse(entryOf(one));
    if (problem === undefined) return;
    const reason = `dry run: not sent, and it would have failed: ${problem}`;
    await write([{ ...response, state: 'failed', reason, atMs: Math.max(clock(), response.atMs + 1) }]);
  }

  return {
    async decide(wishes, isHistory) {
      const nowMs = clock();
      const names = wishes.map(({ alert, target }) => ({
        tenant: alert.tenant,
        id: revocationId(alert.tenant, target),
      }));
      const known = await findResponses(store, names);
      const decided: Decided[] = [];
      for (const wish of wishes) {
        const plan = planRevocation(wish, { config, nowMs, imported: isHistory(wish) });
        const earlier = known.get(keyOf(plan));
        const response = reconsider(earlier, plan, wish);
        if (response !== undefined) {
          known.set(keyOf(response), response);
          decided.push({ wish, response, how: earlier === undefined ? 'fresh' : 'again' });
        } else if (earlier !== undefined) {
          decided.push({ wish, response: earlier, how: 'known' });
        }
      }
      await write(decided.filter(({ how }) => how !== 'known').map(({ response }) => response));
      return decided;
    },

    entries: (decided) =>
      decided
        .filter(({ response }) => response.state === 'requested' && response.mode === 'real')
        .map(entryOf),

    async rehearse(decided) {
      if (executor === undefined) return;
      for (const one of decided) {
        const { mode, state, id } = one.response;
        if (one.how === 'known' || mode !== 'dry_run' || state !== 'requested') continue;
        await rehearseOne(executor, one).catch((error: unknown) =>
          log.error({ err: error, id }, 'rehearsal broke'),
        );
      }
    },

    async unwind(notices, outbox) {
      const named = withdrawnTargets(notices);
      if (named.length === 0) return;
      const known = await findResponses(store, named);
      const undone: Response[] = [];
      for (const name of named) {
        const response = known.get(keyOf(name));
        if (response?.alertId !== name.alertId || response.mode !== 'real') continue;
        const waits = response.state === 'requested';
        if (!waits && !carriedOut.has(response.state)) continue;
        if (waits && (await outbox.cancel(name.tenant, name.id, 'the alert was withdrawn'))) continue;
        undone.push(proposeUndo(response, clock()));
      }
      const proposed = await findResponses(store, undone);
      await write(undone.filter((response) => !proposed.has(keyOf(response))));
    },

    veto(entry) {
      if (entry.type !== 'token.revoke') return undefined;
      if (config.killSwitch) return 'the kill switch is on';
      if (config.dryRun) return 'responses are in dry run';
      return config.mode === 'auto' ? undefined : 'nothing is revoked without a person';
    },

    async note(outcomes) {
      const carried = outcomes.filter(({ entry }) => entry.responseId !== '');
      const names = carried.map(({ entry }) => ({ tenant: entry.tenant, id: entry.responseId }));
      const known = await findResponses(store, names);
      await write(
        carried.flatMap((outcome) => {
          const { tenant, responseId } = outcome.entry;
          const row = known.get(keyOf({ tenant, id: responseId }));
          return row === undefined ? [] : (afterOutcome(row, outcome) ?? []);
        }),
      );
    },
  };
}

/** The receiver took it: the authority may be gone. */
const carriedOut: ReadonlySet<Response['state']> = new Set(['accepted', 'confirmed', 'unconfirmed']);

function withdrawnTargets(notices: readonly Notice[]) {
  return notices.flatMap((notice) => {
    if (notice.type !== 'alert.withdrawn') return [];
    const { tenant, id, revoke } = notice.about;
    return revoke === undefined ? [] : [{ tenant, alertId: id, id: revocationId(tenant, revoke) }];
  });
}
