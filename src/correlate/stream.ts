import type { ToolDefinition } from '../domain/chain.ts';
import type { AdmittedEvent } from '../domain/event/index.ts';
import type { Policy } from '../domain/policy.ts';
import type { StateRow } from '../domain/recall.ts';
import type { ForeignSpeech } from '../domain/record.ts';
import { Conflicts, type SourceConflicts } from './conflicts.ts';
import { createFeedWatch, type FeedChanges } from './feed-watch.ts';
import { ANYONE, type FeedBody, Feeds } from './feeds.ts';
import { Issuers, type Speakers, type SpeakersBody } from './speakers.ts';
import { type Tool, Tools } from './tools.ts';
import { Window, type WindowBody, Windows } from './windows.ts';

/** A part's name among those of its tenant. */
type PartKey = readonly [kind: 'window' | 'feed' | 'conflicts' | 'tool' | 'issuer', id: string];

/**
 * What a tenant's stream itself leaves behind, whichever chains are in memory: hours of principals, liveness of
 * feeds, sources that contradict themselves. It follows the log record by record and is never recalled; parts that
 * changed are written down, each with the offset it has applied.
 */
export class StreamState {
  readonly #tenant: string;
  readonly windows = new Windows();
  readonly feeds = new Feeds();
  readonly conflicts = new Conflicts();
  readonly tools = new Tools();
  readonly issuers = new Issuers();
  readonly #feedWatch = createFeedWatch(this.feeds);
  readonly #changed = new Map<string, PartKey>();

  constructor(tenant: string) {
    this.#tenant = tenant;
  }

  /**
   * Somebody spoke, whether or not what was said counts in the end. Returns the issuer that so fills in what it could
   * not say in time.
   */
  hear(event: AdmittedEvent, late: boolean): string | undefined {
    const { data, source, timeMs } = event;
    // What we say ourselves shows no feed to be alive.
    if (data.type === 'response.recorded') return undefined;
    if (this.feeds.heard(ANYONE, timeMs, false)) this.#note(['feed', ANYONE]);
    if (data.type === 'token.issued' || data.type === 'token.exchanged' || data.type === 'token.refreshed') {
      const issuer = 'iss' in data.token ? data.token.iss : source;
      if (!this.feeds.heard(issuer, timeMs, late)) return undefined;
      this.#note(['feed', issuer]);
      return late ? issuer : undefined;
    }
    const token = 'token' in data ? data.token : undefined;
    if (token !== undefined && 'iss' in token && this.feeds.named(token.iss)) this.#note(['feed', token.iss]);
    return undefined;
  }

  /** Expected feeds that fell silent, spoke again or are expected no longer, since the last call. */
  takeFeeds(policy: Policy, watermarkMs: number): FeedChanges {
    const changed = this.feeds.settle(watermarkMs, policy.clocks.latenessSeconds * 1000);
    for (const issuer of changed) this.#note(['feed', issuer]);
    return this.#feedWatch.take(policy, watermarkMs);
  }

  /** The rules have changed: the next call says everything again. */
  renewFeeds(): void {
    this.#feedWatch.renew();
  }

  /** An event was added to, or taken back from, what is known. Returns the window it changed. */
  observe(event: AdmittedEvent, seq: number, adding: boolean): Window | undefined {
    const window = this.windows.observe(event, seq, adding);
    if (window !== undefined) this.#note(['window', window.id]);
    return window;
  }

  /** Returns the tool of which the event shows another definition. */
  observeTool(event: AdmittedEvent): Tool | undefined {
    const tool = this.tools.observe(event);
    if (tool !== undefined) this.#note(['tool', tool.key]);
    return tool;
  }

  /** Returns the issuer of whose speakers an event, or a refusal, tells something new. */
  observeSpeaker(told: AdmittedEvent | ForeignSpeech): Speakers | undefined {
    const issuer = 'data' in told ? this.issuers.observe(told) : this.issuers.refuse(told);
    if (issuer !== undefined) this.#note(['issuer', issuer.issuer]);
    return issuer;
  }

  /** Of two contents under one identity, this one counts. Returns the source when that is news. */
  contradict(inForce: AdmittedEvent): SourceConflicts | undefined {
    const source = this.conflicts.note(inForce);
    if (source !== undefined) this.#note(['conflicts', source.source]);
    return source;
  }

  /** Returns the ids of the hours that are let go. */
  forgetBefore(watermarkMs: number): readonly string[] {
    const gone = this.windows.forgetBefore(watermarkMs);
    for (const id of gone) this.#note(['window', id]);
    return gone;
  }

  #note(part: PartKey): void {
    this.#changed.set(JSON.stringify([this.#tenant, ...part]), part);
  }

  /** Rows of the parts that changed since the last call, as they stand after the record at `seq`. */
  takeChanged(seq: number): StateRow[] {
    const rows = [...this.#changed].map(([key, part]) => ({ key, seq, body: this.#bodyOf(part) }));
    this.#changed.clear();
    return rows;
  }

  #bodyOf([kind, id]: PartKey): string {
    const part =
      kind === 'window'
        ? this.windows.get(id)?.body
        : kind === 'feed'
          ? this.feeds.bodyOf(id)
          : kind === 'tool'
            ? this.tools.get(id)?.definitions
            : kind === 'issuer'
              ? this.issuers.get(id)?.body
              : this.conflicts.get(id)?.body;
    return part === undefined ? '' : JSON.stringify(part);
  }

  /** Reads a part back; what detection looks at is returned. Throws a SyntaxError for a body that is not JSON. */
  restore(
    kind: string,
    id: string,
    { body, seq }: StateRow,
  ): Window | SourceConflicts | Tool | Speakers | undefined {
    const value: unknown = JSON.parse(body);
    if (kind === 'window') {
      const window = Window.of(value as WindowBody, seq);
      this.windows.put(window);
      return window;
    }
    if (kind === 'feed') {
      this.feeds.restore(id, value as FeedBody);
      return undefined;
    }
    if (kind === 'tool') return this.tools.restore(id, value as readonly ToolDefinition[]);
    if (kind === 'issuer') return this.issuers.restore(id, value as SpeakersBody);
    return this.conflicts.restore(id, value as readonly { id: string; atMs: number }[]);
  }
}
