import type { ActionView, ChainView, PeopleView, RequestView } from '../../src/domain/chain.ts';
import type { Detector } from '../../src/domain/detector.ts';
import { changes } from '../../src/domain/effect.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { principalLabel } from '../../src/domain/principal.ts';
import { effectIn, isNamedBy, severityOfDeed, tookEffect } from '../deed.ts';
import { chainSubject, clocksOf, instant } from '../evidence.ts';
import { frameworks } from '../frameworks.ts';
import { deedLabel, doerLabel, fold, type Offence, shownOf, type Told } from '../offences.ts';
import { type Tie, tieOf } from '../requests.ts';
import { UnprovenConfig } from './config.ts';
import { taintOf } from './source.ts';

/** Fires when something is changed for a request that nobody proved to come from where it says. */
export const unprovenTrigger: Detector<UnprovenConfig> = {
  id: 'unproven-trigger',
  version: 1,
  title: 'Something was changed for a request whose source is unproven or compromised',
  maturity: 'live',
  // Of several requests, the one that an action was done for may be reported late.
  nature: 'exonerable',
  basis: 'deterministic',
  severity: 'critical',
  covers: ['R42', 'R51'],
  requires: {
    events: ['request.received', 'tool.invoked', 'api.called'],
    fields: ['kind', 'provenance', 'initiator', 'txn'],
  },
  frameworks: frameworks({
    nhi: [3, 4],
    asi: [1, 7],
    attack: ['T1199', 'T1528'],
    atlas: ['AML.T0051.001', 'AML.T0053'],
    csf: ['PR.AA-04', 'DE.CM-06'],
    tenets: ['communication', 'evaluated'],
    pages: ['P2'],
  }),
  config: UnprovenConfig,
  looksAt: ['chain'],

  evaluate(sighting, config) {
    if (sighting.on !== 'chain' || sighting.chain.platform) return [];
    const { chain, people, policy } = sighting;
    const of = { chain, people, policy, config };
    const suspect = chain.requests.filter((request) => request.kind !== 'human' || isRefuted(request));
    if (suspect.length === 0) return [];
    return fold(
      chain,
      policy,
      suspect.flatMap((request) => judge(request, of)),
    );
  },
};

interface Case {
  readonly chain: ChainView;
  readonly people: PeopleView;
  readonly policy: Policy;
  readonly config: UnprovenConfig;
}

interface Deed {
  readonly action: ActionView;
  readonly request: RequestView;
  readonly tie: Tie;
  /** It surely changed something, and surely for this request. */
  readonly pages: boolean;
}

function judge(request: RequestView, of: Case): readonly Offence[] {
  const { chain, policy, config } = of;
  const fromMs = request.atMs - clocksOf(policy).skewMs;
  return chain.actions.flatMap((action): Offence[] => {
    if (action.atMs < fromMs || !tookEffect(action) || isNamedBy(config.triage, action)) return [];
    const effect = effectIn(action, policy);
    const tie = tieOf(action, request, chain);
    if (effect === 'read' || tie === 'no') return [];
    const deed = { action, request, tie, pages: tie !== 'unsure' && changes(effect) };
    // Whoever took the source over signs as well as the source did.
    const offence = compromised(deed, of) ?? unverified(deed, of);
    return offence === undefined ? [] : [offence];
  });
}

/** Somebody looked, and the sender was not who it says. */
function isRefuted({ provenance }: RequestView): boolean {
  return provenance?.verified === false;
}

function unverified(deed: Deed, of: Case): Offence | undefined {
  const { request, action, pages } = deed;
  const refuted = isRefuted(request);
  if (!refuted && (request.kind !== 'webhook' || request.provenance !== undefined)) return undefined;
  const isAlert = pages && (refuted || of.config.unstated === 'alert');
  const says = refuted ? 'was not' : 'nobody says was';
  return {
    ...common(deed, of),
    fact: 'unverified-webhook',
    kind: isAlert ? 'alert' : 'signal',
    severity: isAlert ? severityOfDeed(action, of.policy) : 'low',
    tell: () => ({
      title: `${doerLabel(action)} did ${deedLabel(action)} for a ${request.kind} whose sender ${says} verified`,
      evidence: shown(deed, of),
      because: [request.eventId],
    }),
  };
}

/** Everything since the source was lost pages; what it had set off before that is worth a look. */
function compromised(deed: Deed, of: Case): Offence | undefined {
  const { request, action } = deed;
  if (request.kind === 'human') return undefined;
  const taint = taintOf(request, action.atMs, of.people);
  if (taint === undefined || request.atMs < taint.atMs - of.config.lookbackSeconds * 1000) return undefined;
  const isAlert = deed.pages && action.atMs >= taint.atMs;
  const who = principalLabel(request.initiator);
  return {
    ...common(deed, of),
    fact: 'compromised-source',
    kind: isAlert ? 'alert' : 'signal',
    severity: isAlert ? 'critical' : 'low',
    tell: () => ({
      title: `${doerLabel(action)} did ${deedLabel(action)} for a ${request.kind} of ${who}, whose source is ${taint.by}`,
      evidence: { ...shown(deed, of), source: taint.who, taint: taint.by, taintedAt: instant(taint.atMs) },
      because: [taint.eventId, request.eventId],
    }),
  };
}

function common({ action, tie }: Deed, { chain }: Case) {
  // Another request that it was done for may be reported late, unless its transaction says which.
  return { action, exonerable: tie !== 'told', subject: chainSubject(chain) };
}

function shown({ action, request, tie }: Deed, { policy }: Case): Told['evidence'] {
  const { provenance, initiator, kind, triggerId } = request;
  return {
    ...shownOf(action, policy),
    request: triggerId,
    initiator: initiator.id,
    kind,
    verified: provenance?.verified ?? null,
    method: provenance?.method ?? null,
    keyId: provenance?.keyId ?? null,
    tie,
  };
}
