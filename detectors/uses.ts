import type { ActionView, TokenView } from '../src/domain/chain.ts';
import type { Effect } from '../src/domain/event/index.ts';
import type { Finding, Json, Severity } from '../src/domain/finding.ts';
import type { Policy } from '../src/domain/policy.ts';
import { deedEvidence, effectIn, tookEffect } from './deed.ts';
import { actorOf, deedOf, eventIds, tokenSubject, wentThrough } from './evidence.ts';

/** One call judged by its start, with the token it carried. */
export interface Use {
  readonly action: ActionView;
  readonly token: TokenView;
  readonly policy: Policy;
}

/** What is wrong with a use. */
export interface UseVerdict {
  /** Whether a use that went through pages. */
  readonly pages: boolean;
  /** Of an alert; by default what the use did decides. */
  readonly severity?: Severity;
  /** The end of a sentence that begins with who did what. */
  readonly says: string;
  readonly evidence: { readonly [key: string]: Json };
  /** Events beside the use and the issuance that show it. */
  readonly because?: readonly string[];
}

/** A finding about a token that one of its uses shows. What was refused, and what the platform did, never pages. */
export function useFinding({ action, token, policy }: Use, fact: string, verdict: UseVerdict): Finding {
  const done = wentThrough(action);
  const pages = verdict.pages && tookEffect(action);
  const did = done ? 'did' : 'tried';
  return {
    subject: tokenSubject(token),
    fact,
    kind: pages ? 'alert' : 'signal',
    severity: pages ? (verdict.severity ?? severityOf(effectIn(action, policy))) : 'low',
    title: `${actorOf(action, token)} ${did} ${deedOf(action)} ${verdict.says}`,
    atMs: action.atMs,
    evidence: { ...deedEvidence(action, policy), ...verdict.evidence },
    eventIds: eventIds(action.eventIds, verdict.because ?? [], token.eventIds),
    revoke: token.ref,
  };
}

/** What cannot be undone, or changes who may do what, weighs most. */
function severityOf(effect: Effect): Severity {
  return effect === 'admin' || effect === 'delete' ? 'critical' : 'high';
}

/** Seconds of a NumericDate in milliseconds; null and undefined say that there is none. */
export function toMs(seconds: number | null | undefined): number | undefined {
  return seconds === undefined || seconds === null ? undefined : seconds * 1000;
}

/** A span of time as people say it. */
export function spanOf(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} days`;
}

/** Where a call presented its token: the server of a tool, or the system behind an API. */
export function systemOf(action: ActionView): string | undefined {
  if (action.kind === 'tool') return action.tool?.server;
  return action.kind === 'api' ? action.target?.system : undefined;
}

/** Whether two calls are certainly two requests: each names its HTTP requests, and they share none. */
export function areTwoRequests(ids: readonly string[], others: readonly string[]): boolean {
  return ids.length > 0 && others.length > 0 && !ids.some((id) => others.includes(id));
}
