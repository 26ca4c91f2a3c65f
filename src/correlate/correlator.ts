import type {
  ActionView,
  ChainView,
  IssuerView,
  PeopleView,
  PrincipalWindow,
  SourceView,
  TokenView,
  ToolView,
} from '../domain/chain.ts';
import type { FeedHealth, FeedView } from '../domain/detector.ts';
import type { AdmittedEvent } from '../domain/event/index.ts';
import type { Finding, Subject } from '../domain/finding.ts';
import type { Pausing } from '../domain/pausing.ts';
import type { Policy } from '../domain/policy.ts';
import type { Lookup, Recalled, StateRow } from '../domain/recall.ts';
import type { EngineStats, ForeignSpeech } from '../domain/record.ts';
import type { StepQuestion } from '../domain/step.ts';
import { Eviction, type EvictionLimits, type Pending } from './eviction.ts';
import { identityOf } from './fact.ts';
import { TenantGraph } from './graph.ts';
import { carriedOn, type FindingPlace, locate } from './locate.ts';
import type { FiledName } from './names.ts';
import { Recollection } from './recollection.ts';
import { Reliance } from './reliance.ts';
import { type ChangedRows, Reporter, type ReportTime } from './reporter.ts';
import { Residency } from './residency.ts';
import { touchEverything, touchSighting } from './sightings.ts';
import { Speakers } from './speakers.ts';
import { standing } from './standing.ts';
import { StreamState } from './stream.ts';
import { type Supposition, suppose } from './supposition.ts';
import { Tool } from './tools.ts';
import { nothingTouched } from './touched.ts';
import { Unproven } from './unproven.ts';
import { Window } from './windows.ts';

export interface TouchedViews {
  readonly tokens: Iterable<TokenView>;
  readonly actions: Iterable<ActionView>;
  readonly chains: Iterable<ChainView>;
  readonly windows: Iterable<PrincipalWindow>;
  readonly sources: Iterable<SourceView>;
  readonly tools: Iterable<ToolView>;
  readonly issuers: Iterable<IssuerView>;
  readonly people: PeopleView;
  /** Expected feeds that fell silent, or spoke again. */
  readonly feeds: Iterable<FeedHealth>;
  readonly gone: Iterable<string>;
}

export interface Applied {
  /** It arrived behind the watermark. */
  readonly late: boolean;
  /** By which it is found again. */
  readonly names: readonly FiledName[];
}

/** One tenant's correlation, as the engine drives it. */
export interface Correlator {
  /** Notes what is about to be applied: what it needs must be recalled first. */
  expect(event: AdmittedEvent): void;
  /** What is parked and due by then must be recalled. */
  expectTime(watermarkMs: number): void;
  /** What has to be recalled before anything is applied; empty when everything is here. */
  missing(): readonly Lookup[];
  /** Takes in what was found, as it was before. Until `settle` it counts as not known yet: half may be missing. */
  recall(found: Recalled): void;
  /** Everything that came back is here, and was judged. */
  settle(): void;
  /** Returns undefined for an event that is known already. */
  apply(event: AdmittedEvent, seq: number, watermarkMs: number): Applied | undefined;
  /** Somebody spoke for an issuer that is not their own, and was refused. */
  refuse(speech: ForeignSpeech): void;
  /** The watermark moved: chains whose topmost credential never came are judged now. */
  advance(watermarkMs: number, policy: Policy): void;
  /** Marks a sighting to be looked at again. */
  revisit(instance: string): void;
  revisitAll(): void;
  /** What was touched since the last call; a pause after every chain. */
  takeTouched(policy: Policy, watermarkMs: number): Pausing<TouchedViews>;
  /** What was touched is as it was reported before: nothing of it is reported again. */
  prime(): void;
  /** Rows that changed since the last call; a pause after every one. */
  report(time: ReportTime): Pausing<ChangedRows>;
  /** Lets chains go; returns the sightings that leave with them. Only what has been reported may go. */
  evict(time: ReportTime, pending: Pending): Pausing<Iterable<string>>;
  /** What a canonical key stands for is recalled when the watermark gets to `dueMs`. */
  park(key: string, dueMs: number): void;
  /** Parts of the stream's state that changed since the last call. */
  takeState(seq: number): StateRow[];
  restore(kind: string, id: string, row: StateRow): void;
  /** The key by which a subject is known now, when that is another one. */
  carriedOn(subject: Subject): string | undefined;
  locate(finding: Finding, sighting: string, policy: Policy): FindingPlace;
  /** The feeds as one sighting is shown them. */
  feedsFor(instance: string): FeedView;
  /** The same for whoever only wants to know: nothing of it is judged again when a feed fills in its past. */
  readonly feeds: FeedView;
  /** How everything would look with one more call; nothing changes by it. */
  suppose(question: StepQuestion, policy: Policy): Supposition;
  /** Key of the hop that a finding stands at. */
  hopOf(finding: Finding): string;
  /** True while a chain waits for its topmost credential to be judged. */
  readonly waiting: boolean;
  readonly stats: EngineStats;
}

export function createCorrelator(tenant: string, limits: EvictionLimits): Correlator {
  const graph = new TenantGraph(tenant);
  /** Event identity to the event in force: duplicates change nothing, of two contents the smaller digest wins. */
  const seen = new Map<string, AdmittedEvent>();
  const residency = new Residency();
  const stream = new StreamState(tenant);
  const reporter = new Reporter(graph, stream.feeds);
  const reliance = new Reliance(stream.feeds);
  const unproven = new Unproven(stream.feeds, (cell) => graph.places.cells.has(cell));
  const count = { events: 0, duplicates: 0, conflicts: 0, lateEvents: 0, uncorrelated: 0 };
  const eviction = new Eviction({
    graph,
    residency,
    limits,
    close: (cell, time) => reporter.close(cell, time),
    leave: (cell) => reporter.leave(cell),
    forget(event) {
      seen.delete(identityOf(event));
      residency.remove(event);
    },
    awaitingUntilMs: (cell, { policy }) =>
      unproven.untilMs(cell, policy) ?? reliance.untilMs(`chain:${cell.rootKey}`),
  });
  const inForce = (identity: string) => seen.get(identity);
  const recollection = new Recollection({ tenant, graph, residency, known: inForce, add, drop });

  function add(event: AdmittedEvent, late: boolean): void {
    // The text is the store's; in memory, where an event stays as long as its chain, it would be half of it.
    const kept: AdmittedEvent = { ...event, text: '' };
    seen.set(identityOf(event), kept);
    residency.add(event);
    if (graph.add(kept, late)) return;
    count.uncorrelated += 1;
    eviction.keepLoose(kept);
  }

  function drop(event: AdmittedEvent): void {
    graph.remove(event);
    residency.remove(event);
    eviction.dropLoose(event);
  }

  function apply(event: AdmittedEvent, seq: number, watermarkMs: number): Applied | undefined {
    recollection.close();
    const late = event.timeMs < watermarkMs;
    const identity = identityOf(event);
    const known = seen.get(identity);
    if (recollection.isCounted(identity)) {
      count.duplicates += 1;
      return undefined;
    }
    if (known?.digest !== event.digest) hear(event, late);
    if (known !== undefined) {
      count.duplicates += 1;
      if (known.digest === event.digest) return undefined;
      count.conflicts += 1;
      const inForce = known.digest < event.digest ? known : event;
      const source = stream.contradict(inForce);
      if (source !== undefined) graph.touched.sources.add(source);
      if (inForce === known) return { late, names: residency.namesOf(event) };
      drop(known);
      observe(known, seq, false);
    }
    count.events += 1;
    if (late) count.lateEvents += 1;
    add(event, late);
    observe(event, seq, true);
    return { late, names: residency.namesOf(event) };
  }

  /** What was judged while the feed seemed silent is judged again, once it has filled in what it missed. */
  function hear(event: AdmittedEvent, late: boolean): void {
    const tool = stream.observeTool(event);
    if (tool !== undefined) graph.touched.tools.add(tool);
    hearSpeaker(event);
    const issuer = stream.hear(event, late);
    if (issuer === undefined) return;
    reliance.heard(issuer);
    unproven.heard(issuer);
  }

  function hearSpeaker(told: AdmittedEvent | ForeignSpeech): void {
    const speakers = stream.observeSpeaker(told);
    if (speakers !== undefined) graph.touched.issuers.add(speakers);
  }

  function observe(event: AdmittedEvent, seq: number, adding: boolean): void {
    const window = stream.observe(event, seq, adding);
    if (window !== undefined) graph.touched.windows.add(window);
  }

  function* takeTouched(policy: Policy, watermarkMs: number): Pausing<TouchedViews> {
    const { touched } = graph;
    const feeds = stream.takeFeeds(policy, watermarkMs);
    for (const issuer of feeds.gone) touched.gone.add(`feed:${issuer}`);
    graph.evidence.touch(touched, graph.places.cells);
    yield* graph.touchPeople(policy);
    graph.touched = nothingTouched();
    reporter.take(touched);
    for (const cell of touched.cells) {
      cell.forgetStory();
      if (cell.stale) cell.rebuild();
      if (!cell.visible) touched.gone.add(`chain:${cell.rootKey}`);
      unproven.note(cell);
      yield;
    }
    reliance.forget(touched.gone);
    return {
      tokens: touched.tokens,
      actions: touched.calls,
      chains: [...touched.cells].filter((cell) => cell.visible),
      windows: touched.windows,
      sources: touched.sources,
      tools: touched.tools,
      issuers: touched.issuers,
      people: graph.people.view(policy),
      feeds: feeds.changed,
      gone: touched.gone,
    };
  }

  function* evict(time: ReportTime, pending: Pending): Pausing<Iterable<string>> {
    for (const id of stream.forgetBefore(time.watermarkMs)) graph.touched.gone.add(`principal:${id}`);
    if (yield* eviction.run(time, pending)) unproven.forgetGone();
    const { gone } = graph.touched;
    graph.touched = nothingTouched();
    reliance.forget(gone);
    return gone;
  }

  function restore(kind: string, id: string, row: StateRow): void {
    const part = stream.restore(kind, id, row);
    if (part instanceof Window) graph.touched.windows.add(part);
    else if (part instanceof Tool) graph.touched.tools.add(part);
    else if (part instanceof Speakers) graph.touched.issuers.add(part);
    else if (part !== undefined) graph.touched.sources.add(part);
  }

  return {
    expect: (event) => recollection.expect(event),
    expectTime: (watermarkMs) => recollection.find(eviction.takeDue(watermarkMs)),
    missing: () => recollection.missing(),
    recall(found) {
      graph.returning = graph.touched;
      recollection.take(found);
    },
    settle() {
      graph.returning = nothingTouched();
    },
    apply,
    refuse: hearSpeaker,
    advance(watermarkMs, policy) {
      recollection.close();
      for (const instance of reliance.takeDue(watermarkMs)) touchSighting(instance, graph, stream);
      for (const cell of unproven.takeDue(watermarkMs, policy)) graph.touched.cells.add(cell);
    },
    revisit: (instance) => touchSighting(instance, graph, stream),
    revisitAll: () => touchEverything(graph, stream),
    takeTouched,
    prime: () => reporter.prime(),
    report: (time) => reporter.report(time),
    evict,
    park: (key, dueMs) => eviction.park(key, dueMs),
    takeState: (seq) => stream.takeChanged(seq),
    restore,
    carriedOn: (subject) => carriedOn(graph, subject),
    locate: (finding, sighting, policy) => locate(graph, finding, sighting, policy),
    feedsFor: (instance) => reliance.feedsFor(instance),
    feeds: stream.feeds,
    suppose: (question, policy) => suppose(graph, question, policy),
    hopOf: (finding) => standing(graph, finding).hop,
    get waiting() {
      return unproven.waiting || reliance.waiting || eviction.parked > 0;
    },
    get stats() {
      return {
        ...count,
        liveChains: graph.places.cells.size,
        liveTokens: graph.tokens.size,
        liveEvents: seen.size,
        evictedChains: eviction.evictedChains,
        parkedChains: eviction.parked,
        recalledEvents: recollection.recalledEvents,
        recallsCut: recollection.cut,
      };
    },
  };
}
