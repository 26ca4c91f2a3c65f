import type { Detector } from '../../src/domain/detector.ts';
import type { Principal } from '../../src/domain/event/index.ts';
import type { Finding, Severity } from '../../src/domain/finding.ts';
import { matchesAny, type Policy } from '../../src/domain/policy.ts';
import { principalLabel } from '../../src/domain/principal.ts';
import { refLabel } from '../../src/domain/token.ts';
import { effectIn, severityOfDeed, tookEffect } from '../deed.ts';
import { clocksOf, deedOf, eventIds, tokenSubject, wentThrough } from '../evidence.ts';
import { frameworks } from '../frameworks.ts';
import { sameParty } from '../parties.ts';
import { ReuseConfig } from './config.ts';
import { holderIn, isBehind, isItsOwn, ownerOf, registryOf, type Use } from './hands.ts';

const none: readonly Finding[] = [];

/** Fires when a credential works for somebody else than the one to whom it was given. */
export const identityReuse: Detector<ReuseConfig> = {
  id: 'identity-reuse',
  version: 1,
  title: 'A credential is used by somebody to whom it was not given',
  maturity: 'live',
  // Two names may yet be linked to one party.
  nature: 'exonerable',
  basis: 'deterministic',
  severity: 'critical',
  covers: ['R22', 'R28', 'R62'],
  requires: {
    events: ['token.issued', 'token.exchanged', 'tool.invoked', 'api.called'],
    fields: ['token', 'tokenKind', 'subject', 'actor', 'client'],
  },
  frameworks: frameworks({
    nhi: [9, 10],
    asi: [3, 7],
    attack: ['T1078.004', 'T1550.001', 'T1550.004'],
    atlas: ['AML.T0012', 'AML.T0091.000'],
    csf: ['PR.AA-01', 'PR.AA-03', 'PR.AA-05'],
    tenets: ['session', 'evaluated'],
    pages: ['P4', 'P5'],
  }),
  config: ReuseConfig,
  looksAt: ['action'],

  evaluate(sighting, config) {
    if (sighting.on !== 'action') return none;
    const { action, people, policy } = sighting;
    const { actor: user, token } = action;
    if (user === undefined || token === undefined) return none;
    const use = { action, token, user, people };
    if (isItsOwn(use)) return none;
    const found = registryOf(user) === 'person' ? lentToPerson(use) : lentToMachine(use, config);
    return found === undefined ? none : [finding(use, policy, found)];
  },
};

interface Loan {
  readonly fact: string;
  readonly pages: boolean;
  /** Of a use that went through but does not page by itself. */
  readonly severity: Severity;
  readonly says: string;
}

/** A person's own session, key or password does the work of a machine (R22, R62); another one's credential (NHI9). */
function lentToMachine(use: Use, config: ReuseConfig): Loan | undefined {
  const { token, user } = use;
  const registry = registryOf(user);
  if (registry === undefined) return undefined;
  const owner = ownerOf(use);
  if (owner !== undefined) {
    if (!isPersonal(use, owner, config)) return undefined;
    return {
      fact: 'agent-on-human-credential',
      // Scripts on people's own keys are everywhere; agents decide for themselves what to do with them.
      pages: registry === 'agent',
      severity: 'medium',
      says: `with a ${token.tokenKind ?? 'credential'} of ${principalLabel(owner)}, which names nobody else as its actor`,
    };
  }
  const holder = holderIn(token);
  // Names of two registries do not compare: an agent and the workload that it runs in are told by different names.
  if (holder === undefined || registryOf(holder) !== registry) return undefined;
  return {
    fact: 'two-hands',
    pages: true,
    severity: 'medium',
    says: `with ${refLabel(token.ref)}, which was given to ${principalLabel(holder)}`,
  };
}

/** Made to be held by its owner: its kind says so, no other client got it, or it lives on and names no client. */
function isPersonal({ token, people }: Use, owner: Principal, config: ReuseConfig): boolean {
  const { client, standing, tokenKind } = token;
  if (tokenKind !== undefined && matchesAny(config.personalKinds, tokenKind)) return true;
  return client === undefined ? standing : sameParty(people, { id: client }, owner);
}

/** A person behind a machine's credential leaves no trace of their own (NHI10); often the way out in an emergency. */
function lentToPerson(use: Use): Loan | undefined {
  const holder = holderIn(use.token);
  if (holder === undefined || isBehind(use)) return undefined;
  return {
    fact: 'human-on-machine-credential',
    pages: false,
    severity: 'medium',
    says: `with ${refLabel(use.token.ref)}, a credential of ${principalLabel(holder)}`,
  };
}

function finding({ action, token, user }: Use, policy: Policy, loan: Loan): Finding {
  const done = tookEffect(action);
  const isAlert = loan.pages && done;
  const holder = token.actor ?? token.subject;
  return {
    subject: tokenSubject(token),
    fact: loan.fact,
    kind: isAlert ? 'alert' : 'signal',
    severity: isAlert ? severityOfDeed(action, policy) : done ? loan.severity : 'low',
    title: `${principalLabel(user)} ${wentThrough(action) ? 'did' : 'tried'} ${deedOf(action)} ${loan.says}`,
    atMs: action.atMs,
    evidence: {
      user: user.id,
      userKind: user.kind,
      holder: holder?.id ?? null,
      holderKind: holder?.kind ?? null,
      subject: token.subject?.id ?? null,
      client: token.client ?? null,
      tokenKind: token.tokenKind ?? null,
      action: deedOf(action),
      effect: effectIn(action, policy),
      outcome: action.outcome,
    },
    eventIds: eventIds(action.eventIds, token.eventIds),
    settlesAtMs: action.atMs + clocksOf(policy).latenessMs,
    revoke: token.ref,
  };
}
