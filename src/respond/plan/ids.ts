import type { Principal, TokenRef } from '../../domain/event/index.ts';
import { deterministicId } from '../../domain/ids.ts';
import { principalKey } from '../../domain/principal.ts';
import type { PlanStep, ResponseTarget } from '../../domain/response.ts';
import { refKey } from '../../domain/token.ts';

/** Constant for what exists once: whoever asks again asks for the same thing. */
const ONCE = 0;

const actions = { token: 'token.revoke', family: 'family.revoke', subject: 'subject.revoke' } as const;

export function actionOn(target: ResponseTarget): PlanStep['action'] {
  return actions[target.kind];
}

/** What tells two revocations of one target apart: a subject goes on getting tokens, a token and a family do not. */
export function epochOf(target: ResponseTarget): number {
  return target.kind === 'subject' ? target.cutOffMs : ONCE;
}

/** The idempotency key (tenant, action, target, epoch), whichever alert asks. Never contains a dot. */
export function responseId(tenant: string, target: ResponseTarget): string {
  return deterministicId('rsp', [tenant, actionOn(target), target.key, epochOf(target)]);
}

export function tokenTarget(ref: TokenRef): ResponseTarget & { kind: 'token' } {
  return { kind: 'token', key: refKey(ref), ref };
}

/** A family's name means something only beside its issuer's. */
export function familyTarget(iss: string | undefined, family: string): ResponseTarget & { kind: 'family' } {
  return { kind: 'family', key: `fam:${JSON.stringify([iss ?? null, family])}`, iss, family };
}

export function subjectTarget(subject: Principal, cutOffMs: number): ResponseTarget & { kind: 'subject' } {
  return { kind: 'subject', key: principalKey(subject), subject, cutOffMs };
}
