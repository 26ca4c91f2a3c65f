import { alertId } from './alert/index.ts';
import type { Correlator } from './correlate/correlator.ts';
import type { Supposition } from './correlate/supposition.ts';
import type { Arming } from './detect/arming.ts';
import { type Foreseeing, type Foreseen, foresee, type Soothsaying } from './detect/foresee.ts';
import type { Judge, JudgedFinding } from './detect/judge.ts';
import type { LinkLevel, TokenView } from './domain/chain.ts';
import type { Sighting } from './domain/detector.ts';
import { type Finding, severityRank } from './domain/finding.ts';
import { type Exceptable, exceptionFor } from './domain/govern.ts';
import { ancestorsOf } from './domain/lineage.ts';
import type { Policy } from './domain/policy.ts';
import { principalLabel } from './domain/principal.ts';
import type { Asking, Foresight, Objection, StepQuestion } from './domain/step.ts';
import { refLabel } from './domain/token.ts';

export interface ForesightParts {
  readonly correlator: Correlator;
  readonly judge: Judge;
  readonly arming: Arming;
  readonly off: ReadonlySet<string>;
  readonly policy: Policy;
  readonly watermarkMs: number;
  readonly asking: Asking;
}

/** For whoever has time and wants to know everything. */
export const unhurried: Asking = { minSeverity: 'info', isLate: () => false, isClosed: () => false };

export const nothingForeseen: Foresight = { known: false, chainId: undefined, objections: [], failed: [] };

/**
 * What speaks against a step: the state of its credential, what stands against its chain at the hop it would hang on
 * or above it, and what detectors would say of it. Looks at the state and leaves it as it is.
 */
export function foreseeStep(question: StepQuestion, parts: ForesightParts): Foresight {
  const { correlator, arming, off, asking } = parts;
  const policy = atOnce(parts.policy);
  const supposed = correlator.suppose(question, policy);
  const { known, chainId } = supposed;
  const certain = [...ofCredential(supposed, question, policy), ...standing(supposed, parts)];
  const answer = { known, chainId, failed: [] };
  // One firm reason is enough: whoever asks wants to go on.
  if (certain.some(({ firm }) => firm)) return { ...answer, objections: sorted(certain) };
  const seen = look(supposed, { arming, off, isLate: asking.isLate }, { policy, correlator });
  const foreseen = seen.flatMap(({ instance, foreseen: said }) =>
    said.flatMap((one) => wouldAlert(one, instance, supposed, { ...parts, policy })),
  );
  return {
    ...answer,
    objections: sorted([...certain, ...foreseen]),
    failed: [...new Set(seen.flatMap(({ failed }) => failed))],
  };
}

interface Look extends Foreseeing {
  /** The sighting that it replaces; undefined for that of the step, which replaces none. */
  readonly instance: string | undefined;
}

/** The sightings of the step; of the hour, the source, the issuer, the feed or the tool a step alone says nothing. */
function look(
  { action, token, chain, people }: Supposition,
  asking: Soothsaying,
  { policy, correlator }: Pick<ForesightParts, 'policy' | 'correlator'>,
): readonly Look[] {
  const ask = (instance: string | undefined, sighting: Sighting): Look => ({
    instance,
    ...foresee(sighting, asking),
  });
  const looks = [ask(undefined, { on: 'action', action, people, policy })];
  if (token !== undefined) looks.push(ask(`token:${token.key}`, { on: 'token', token, people, policy }));
  if (chain !== undefined) {
    const instance = `chain:${chain.rootKey}`;
    looks.push(ask(instance, { on: 'chain', chain, feeds: correlator.feeds, people, policy }));
  }
  return looks;
}

/** Resource servers have to hear of a revocation first; this one has. */
const immediate = new WeakMap<Policy, Policy>();

function atOnce(policy: Policy): Policy {
  if (policy.clocks.revocationPropagationSeconds === 0) return policy;
  let known = immediate.get(policy);
  if (known === undefined) {
    known = { ...policy, clocks: { ...policy.clocks, revocationPropagationSeconds: 0 } };
    immediate.set(policy, known);
  }
  return known;
}

function ofCredential({ token }: Supposition, { atMs }: StepQuestion, policy: Policy): Objection[] {
  if (token === undefined) return [];
  const about = { severity: 'high', firm: true, key: token.key } as const;
  const objections: Objection[] = [];
  const label = refLabel(token.ref);
  if (token.revocation !== undefined)
    objections.push({ code: 'revoked', says: `${label} was revoked`, ...about });
  for (const { key, level, about: ended } of tombstonesAbove(token)) {
    const firm = level <= 3;
    const says = `${ended} is being revoked${key === token.key ? '' : `, and ${label} was made of it`}`;
    objections.push({ ...about, code: 'tombstoned', says, firm, key, level });
  }
  const skewMs = policy.clocks.skewSeconds * 1000;
  if (typeof token.expMs === 'number' && atMs >= token.expMs + skewMs)
    objections.push({ code: 'expired', says: `${label} has expired`, ...about });
  return objections;
}

/** Orders of our own that stand against the credential, or against what it was made of. */
function tombstonesAbove(token: TokenView): { key: string; level: LinkLevel; about: string }[] {
  const line = [{ token, level: 1 as LinkLevel }, ...ancestorsOf(token)];
  return line.flatMap(({ token: held, level }) =>
    held.tombstone === undefined ? [] : [{ key: held.key, level, about: refLabel(held.ref) }],
  );
}

/** Alerts that stand at the hop of the step or above it. */
function standing({ path }: Supposition, parts: ForesightParts): Objection[] {
  const { correlator, judge, policy } = parts;
  return [...path.keys()].flatMap((key) =>
    judge.of(key).flatMap((found): Objection[] => {
      const level = path.get(correlator.hopOf(found));
      if (level === undefined || !stands(found, parts)) return [];
      if (isExcepted(found, policy, () => correlator.locate(found, found.sighting, policy))) return [];
      return objections('standing-alert', found, { level, settled: found.state === 'settled', parts });
    }),
  );
}

function stands({ detector, kind, basis }: JudgedFinding, { arming, policy }: ForesightParts): boolean {
  return kind === 'alert' && basis === 'deterministic' && arming.mode(detector, policy) === 'live';
}

function wouldAlert(
  { detector, finding }: Foreseen,
  instance: string | undefined,
  supposed: Supposition,
  parts: ForesightParts,
): Objection[] {
  const { judge, policy, watermarkMs } = parts;
  // What is so without the step is no reason against it.
  if (instance !== undefined && judge.saidOf(instance, detector, finding)?.kind === 'alert') return [];
  const found = { ...finding, detector, tenant: supposed.tenant };
  if (isExcepted(found, policy, () => placeOf(supposed))) return [];
  const { settlesAtMs } = finding;
  const settled = settlesAtMs === undefined || settlesAtMs <= watermarkMs;
  return objections('would-alert', found, { level: 1, settled, parts });
}

type Placed = Pick<Exceptable, 'actor' | 'initiator' | 'target' | 'environment' | 'txn'>;

/** Where it happened is looked up only for detectors that have exceptions at all. */
function isExcepted(finding: Omit<Exceptable, keyof Placed>, policy: Policy, placed: () => Placed): boolean {
  if (!policy.exceptions.some(({ detector }) => detector === finding.detector)) return false;
  return exceptionFor({ ...finding, ...placed() }, policy) !== undefined;
}

/** As `locate` tells it of what happened. */
function placeOf({ action, token, chain }: Supposition): Placed {
  const actor = action.actor ?? token?.actor ?? token?.subject;
  const { target, tool, details, txn } = action;
  return {
    actor: actor === undefined ? undefined : principalLabel(actor),
    initiator: chain?.initiator === undefined ? undefined : principalLabel(chain.initiator),
    target: target === undefined ? tool?.name : [target.system, target.resource].filter(Boolean).join('/'),
    environment: details.environment ?? token?.environment,
    txn: txn ?? token?.txn ?? chain?.txns[0],
  };
}

interface Weighing {
  /** Weakest link from the step to where it stands. */
  readonly level: LinkLevel;
  readonly settled: boolean;
  readonly parts: ForesightParts;
}

/** One, unless it weighs too little or people have closed it. */
function objections(
  code: 'standing-alert' | 'would-alert',
  finding: Finding & Pick<JudgedFinding, 'tenant' | 'detector'>,
  { level, settled, parts: { asking } }: Weighing,
): Objection[] {
  const { severity, detector, fact, subject } = finding;
  if (severityRank(severity) < severityRank(asking.minSeverity)) return [];
  const id = alertId(finding);
  if (asking.isClosed(id)) return [];
  const weakest = Math.max(level, finding.linkLevel ?? 1) as LinkLevel;
  const firm = settled && weakest <= 3;
  const about = { key: subject.key, detector, fact, level: weakest, alertId: id };
  return [{ code, severity, says: finding.title, firm, ...about }];
}

/** Firm ones first, then the heaviest; the order is the same whatever was looked at first. */
function sorted(objections: readonly Objection[]): readonly Objection[] {
  return objections.toSorted(
    (a, b) =>
      Number(b.firm) - Number(a.firm) ||
      severityRank(b.severity) - severityRank(a.severity) ||
      compare(`${a.code} ${a.detector} ${a.fact} ${a.key}`, `${b.code} ${b.detector} ${b.fact} ${b.key}`),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
