import { matchesAny } from '../../domain/policy.ts';
import type { ResponseTarget } from '../../domain/response.ts';
import { issuerOf } from '../../domain/token.ts';

/** Whose authority it is: undefined when nobody said. */
export function issuerOfTarget(target: ResponseTarget): string | undefined {
  switch (target.kind) {
    case 'token':
      return issuerOf(target.ref);
    case 'family':
      return target.iss;
    case 'subject':
      return target.subject.iss;
  }
}

/** Whether its issuer is among those configured. One that is unknown is only in what stands for every issuer. */
export function isIssuedBy(patterns: readonly string[], target: ResponseTarget): boolean {
  return matchesAny(patterns, issuerOfTarget(target) ?? '');
}

/** Nothing subject-wide is ever done to a human: their session is not what broke. */
export function isHuman(target: ResponseTarget): boolean {
  return target.kind === 'subject' && target.subject.kind === 'human';
}
