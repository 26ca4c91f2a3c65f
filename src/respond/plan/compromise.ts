import type { PlanTrigger } from '../../domain/response.ts';

/** Why a fact means that its holder, and not this one credential alone, is in wrong hands. */
export interface Compromise {
  readonly reason: string;
  /** What else the holder got in the chain goes with it; otherwise a person decides. */
  readonly isCertain: boolean;
}

/**
 * By detector and fact. A credential that was merely broader, older or elsewhere than it should be says nothing of the
 * others. A refresh token that was used twice is not here: its family ends with it (RFC 9700 section 4.14.2).
 */
export const compromises: Readonly<Record<string, Readonly<Record<string, Compromise>>>> = {
  'canary-used': {
    'canary-exchanged': { reason: 'its holder traded on a canary, which nobody honest has', isCertain: true },
    'canary-used': { reason: 'its holder took up a canary, which nobody honest has', isCertain: true },
  },
  'exposed-credential': {
    'minted-after-exposure': { reason: 'a credential that led to it is out', isCertain: false },
    'used-after-exposure': { reason: 'a credential that led to it is out', isCertain: false },
  },
  'identity-reuse': {
    'two-hands': { reason: 'somebody else works with what its holder was given', isCertain: false },
  },
  'outlived-initiator': {
    'agent-offboarded': { reason: 'its holder, or who acts above it, is gone', isCertain: false },
  },
  'sender-constraint': {
    'proof-replayed': { reason: 'somebody copied what its holder sent', isCertain: false },
    'wrong-key': { reason: 'somebody without the key of its holder uses it', isCertain: false },
  },
};

export function compromiseIn(trigger: PlanTrigger): Compromise | undefined {
  return trigger.kind === 'alert' ? compromises[trigger.detector]?.[trigger.fact] : undefined;
}

/** Facts that say of a dead credential that it works: ending it once more is the point. */
const undead: Readonly<Record<string, readonly string[]>> = {
  'reuse-after-expiry': ['ancestor-revoked', 'used-after-inactive', 'used-after-revocation'],
};

/** A person who names a credential, and a finding that it works although it was revoked, mean it all the same. */
export function meansEvenRevoked(trigger: PlanTrigger): boolean {
  return trigger.kind === 'person' || undead[trigger.detector]?.includes(trigger.fact) === true;
}
