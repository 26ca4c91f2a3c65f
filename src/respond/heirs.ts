import type { Alert } from '../domain/alert.ts';
import type { Hop } from '../domain/chain.ts';
import type { RevocationWish } from '../domain/notice.ts';
import type { QueryStore, ResponseStore } from '../domain/ports.ts';
import type { Plan, Response } from '../domain/response.ts';
import { findPlans } from './decide.ts';
import type { EffectiveMode } from './plan/index.ts';
import { type Asked, inHandStates, isInHand } from './planner.ts';
import { keyOf } from './rows.ts';
import type { Clock } from './types.ts';

/** Credentials whose end was ordered, and tokens below them that were seen: 200 bytes each. */
const REMEMBERED_MAX = 50_000;
/** What was made from a token just before it expired may outlive it, and be told of late. */
const OUTLIVED_MS = 24 * 3_600_000;

export interface HeirsOptions {
  readonly store: Pick<ResponseStore, 'endedTokens' | 'findPlans'> & Pick<QueryStore, 'alert'>;
  readonly modeOf: (tenant: string, detector: string) => EffectiveMode;
  readonly clock: Clock;
}

/**
 * Tokens that turn up below a credential after its end was ordered: minted before that and told of later, or minted by
 * whoever had not heard of it yet. The plan that ended it is made again, so that they end with it, whatever they did.
 */
export interface Heirs {
  /** Takes up what earlier processes ordered, of tokens that may still have heirs. */
  start(): Promise<void>;
  /** Notes what is ordered to end, and what is given back. */
  see(rows: readonly Response[]): void;
  /** What has to be asked again because of these hops; the same until they are `settled`. */
  askAgain(hops: readonly Hop[]): Promise<readonly Asked[]>;
  /** What was asked because of them is on its way. */
  settled(hops: readonly Hop[]): void;
}

export function createHeirs({ store, modeOf, clock }: HeirsOptions): Heirs {
  const ending = new Map<string, Response>();
  const seen = new Set<string>();

  function see(rows: readonly Response[]): void {
    for (const row of rows) {
      if (row.mode !== 'real' || row.action !== 'token.revoke') continue;
      const key = keyOf({ tenant: row.tenant, id: row.targetKey });
      ending.delete(key);
      if (!isInHand(row, false)) continue;
      ending.set(key, row);
      const oldest = ending.size > REMEMBERED_MAX ? ending.keys().next().value : undefined;
      if (oldest !== undefined) ending.delete(oldest);
    }
  }

  /** The response that ended what a hop hangs on, when that is news. */
  function endOf({ tenant, key, parentKey, token }: Hop): Response | undefined {
    if (token === undefined || parentKey === undefined) return undefined;
    const name = keyOf({ tenant, id: key });
    return ending.has(name) || seen.has(name) ? undefined : ending.get(keyOf({ tenant, id: parentKey }));
  }

  async function again(parent: Response, plan: Plan): Promise<Asked | undefined> {
    const { tenant, target } = parent;
    if (target.kind !== 'token') return undefined;
    const { trigger, chainId } = plan;
    const common = { tenant, chainId, tokenKeys: [target.key] };
    if (trigger.kind === 'person') {
      return { ...common, trigger, source: { kind: 'token', ref: target.ref }, mode: 'propose' };
    }
    const alert = await store.alert(tenant, trigger.alertId);
    if (alert === undefined || alert.withdrawn) return undefined;
    return {
      ...common,
      trigger,
      source: { kind: 'token', ref: target.ref, linkLevel: alert.weakestLink },
      mode: modeOf(tenant, trigger.detector),
      wish: wishOf(alert, trigger, target.ref),
    };
  }

  return {
    async start() {
      const latestFirst = await store.endedTokens(inHandStates, clock() - OUTLIVED_MS);
      see(latestFirst.toReversed());
    },
    see,
    async askAgain(hops) {
      const asked: Asked[] = [];
      for (const parent of new Set(hops.flatMap((hop) => endOf(hop) ?? []))) {
        const [plan] = await findPlans(store, [parent]);
        const one = plan === undefined ? undefined : await again(parent, plan);
        if (one !== undefined) asked.push(one);
      }
      return asked;
    },
    settled(hops) {
      for (const hop of hops) {
        if (endOf(hop) === undefined) continue;
        if (seen.size >= REMEMBERED_MAX) seen.clear();
        seen.add(keyOf({ tenant: hop.tenant, id: hop.key }));
      }
    },
  };
}

function wishOf(
  alert: Alert,
  { fact, severity }: Extract<Plan['trigger'], { kind: 'alert' }>,
  target: RevocationWish['target'],
): RevocationWish {
  const { liveUntilMs, weakestLink: linkLevel, revocable } = alert;
  return { alert, fact, severity, target, liveUntilMs, linkLevel, revocable };
}
