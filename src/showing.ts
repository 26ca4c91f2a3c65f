import type { Correlator, TouchedViews } from './correlate/correlator.ts';
import type { Arming } from './detect/arming.ts';
import type { Judge, JudgedFinding } from './detect/judge.ts';
import type { Sighting } from './domain/detector.ts';
import type { LiveFinding } from './domain/finding.ts';
import { govern } from './domain/govern.ts';
import type { Pausing } from './domain/pausing.ts';
import type { Policy } from './domain/policy.ts';

/** Shows detection what was touched since it last looked; a pause after every sighting. */
export function* look(
  correlator: Correlator,
  judge: Judge,
  policy: Policy,
  watermarkMs: number,
): Pausing<void> {
  const touched = yield* correlator.takeTouched(policy, watermarkMs);
  for (const instance of touched.gone) judge.forget(instance);
  for (const [instance, sighting] of sightings(touched, correlator, policy)) {
    judge.look(instance, sighting);
    yield;
  }
}

/** Each is put together when it is its turn. */
function* sightings(
  touched: TouchedViews,
  correlator: Correlator,
  policy: Policy,
): Iterable<readonly [instance: string, sighting: Sighting]> {
  const { people } = touched;
  for (const token of touched.tokens) yield [`token:${token.key}`, { on: 'token', token, people, policy }];
  for (const action of touched.actions) yield [`call:${action.id}`, { on: 'action', action, people, policy }];
  for (const chain of touched.chains) {
    const instance = `chain:${chain.rootKey}`;
    yield [instance, { on: 'chain', chain, feeds: correlator.feedsFor(instance), people, policy }];
  }
  for (const window of touched.windows)
    yield [`principal:${window.hourMs}:${window.key}`, { on: 'principal', window, policy }];
  for (const source of touched.sources) yield [`source:${source.source}`, { on: 'source', source, policy }];
  for (const issuer of touched.issuers) yield [`issuer:${issuer.issuer}`, { on: 'issuer', issuer, policy }];
  for (const tool of touched.tools) yield [`tool:${tool.key}`, { on: 'tool', tool, policy }];
  for (const feed of touched.feeds) yield [`feed:${feed.issuer}`, { on: 'feed', feed, policy }];
}

export interface Judgement {
  readonly policy: Policy;
  readonly arming: Arming;
  /** Offset of the log record that led to it. */
  readonly version: number;
}

/** Says where a finding happened, and what policy makes of it. */
export function place(correlator: Correlator, judged: JudgedFinding, judgement: Judgement): LiveFinding {
  const { policy, arming, version } = judgement;
  const { sighting, ...finding } = judged;
  const placed = { ...finding, ...correlator.locate(finding, sighting, policy), version };
  return govern(placed, arming.mode(finding.detector, policy), policy);
}
