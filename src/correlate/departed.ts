import type { Principal } from '../domain/event/index.ts';
import { DISTINCT_MAX } from '../domain/limits.ts';
import { principalKey } from '../domain/principal.ts';
import type { Call, CallCounts } from './call.ts';
import { Tally } from './tally.ts';

/** What a hot place keeps of calls that are no longer in memory: sums, sets, first and last use. */
export class Departed {
  calls = 0;
  events = 0;
  platform = 0;
  impact = 0;
  firstMs = Number.POSITIVE_INFINITY;
  lastMs = 0;
  lastEventMs = 0;
  readonly targets = new Tally();
  readonly tools = new Tally();
  readonly needs = new Tally();
  readonly txns = new Tally();
  readonly actors = new Map<string, Principal>();

  add(call: Call): void {
    const counted: CallCounts = call.counted ?? call.counts;
    this.calls += 1;
    this.events += call.facts.length;
    this.firstMs = Math.min(this.firstMs, call.atMs);
    this.lastMs = Math.max(this.lastMs, call.atMs);
    for (const { event } of call.facts) this.lastEventMs = Math.max(this.lastEventMs, event.timeMs);
    if (counted.platform) this.platform += 1;
    if (counted.impact) this.impact += 1;
    if (counted.target !== undefined) this.targets.add(counted.target);
    if (counted.tool !== undefined) this.tools.add(counted.tool);
    if (counted.needs !== undefined) this.needs.add(counted.needs);
    if (call.txn !== undefined) this.txns.add(call.txn);
    const { actor } = call;
    if (actor !== undefined && this.actors.size < DISTINCT_MAX) this.actors.set(principalKey(actor), actor);
  }
}
