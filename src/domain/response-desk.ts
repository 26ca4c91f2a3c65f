import type { Principal, TokenRef } from './event/index.ts';
import type { Plan, PlanDecision, Response } from './response.ts';

/** Who asks or decides: an API key, and its name for people. */
export interface Person {
  readonly keyId: string;
  readonly by: string;
}

/** What a person wants to end: what an alert names, one token, or all that an agent, service or workload was given. */
export type PlanSubject =
  | { readonly kind: 'alert'; readonly alertId: string }
  | { readonly kind: 'token'; readonly ref: TokenRef }
  | { readonly kind: 'subject'; readonly subject: Principal };

export interface PlanRequest {
  readonly tenant: string;
  readonly subject: PlanSubject;
  readonly who: Person;
  readonly reason: string;
  /** Also what another parent still vouches for. */
  readonly strict?: boolean | undefined;
}

/** A person's word on a plan, bound to the digest of the plan that they saw. */
export interface PlanWord {
  readonly tenant: string;
  readonly planId: string;
  readonly digest: string;
  readonly who: Person;
  readonly reason: string;
}

/** A person's or a receiver's word on one response. */
export interface ResponseWord {
  readonly tenant: string;
  readonly responseId: string;
  readonly who: Person;
  readonly reason: string;
}

/** What a person wanted and did not get. */
export interface Refusal extends Person {
  readonly tenant: string;
  readonly verb: 'revoke' | PlanDecision['verb'] | 'undo' | 'confirm';
  /** A plan, a response, an alert, or the key of the token or of the principal. */
  readonly subjectId: string;
  /** Ids of all else that it concerns. */
  readonly about: readonly (string | undefined)[];
  /** Of the plan as the person saw it. */
  readonly digest?: string | undefined;
  /** The person's own reason. */
  readonly said: string;
  /** Why it was refused. */
  readonly why: string;
  readonly atMs: number;
}

/**
 * Where people ask for revocations and decide about them. What cannot be done rejects: NOT_FOUND, or CONFLICT with the
 * reason. The same word said again changes nothing.
 */
export interface ResponseDesk {
  /** What would be done. Writes nothing. */
  plan(request: PlanRequest): Promise<Plan>;
  /** Asks for it: done at once, or proposed to another person, or refused, as the plan says. */
  propose(request: PlanRequest): Promise<Plan>;
  /** Resolves with the plan; done once as many persons agree as it needs. */
  approve(word: PlanWord): Promise<Plan>;
  deny(word: PlanWord): Promise<Plan>;
  /** Gives back what was taken, where the connector can. Resolves with the response that does so. */
  undo(word: ResponseWord): Promise<Response>;
  /** Somebody who knows says that the authority has ended. */
  confirm(word: ResponseWord): Promise<Response>;
  /** Ends proposals that nobody decided in time; resolves with how many responses it ended. */
  expire(): Promise<number>;
}
