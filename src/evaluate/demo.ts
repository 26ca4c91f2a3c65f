import { refundAgentNarrowed, refundAgentWidened } from './incident.ts';
import { createRandom } from './random.ts';
import { createScript, type Line, type Script, type SimulatedEvent, toEvent } from './world/script.ts';
import { MINUTE_MS } from './world/variant.ts';
import { lookAlikeVariants } from './world/variants.ts';

export interface DemoEvent {
  readonly event: SimulatedEvent;
  /** When to send it, counted from the start of the demo. */
  readonly afterMs: number;
}

/** Look-alikes that need minutes: told as the past hour and a half, played first. */
const EARLIER: readonly string[] = [
  'benign:use-within-skew',
  'benign:denied-after-expiry',
  'benign:child-outlives-parent',
  'benign:logout-local-validation',
  'benign:revocation-in-flight',
  'benign:step-up',
];
/** Look-alikes that happen while one watches. */
const LIVE: readonly string[] = [
  'benign:request-trimmed',
  'benign:foreign-scopes',
  'benign:denied-beyond-scope',
];

const EARLIER_BY_MS = 90 * MINUTE_MS;
/** The past is played in the first second, the incident right after it. */
const INCIDENT_AFTER_MS = 1_000;
const INCIDENT_PACE_MS = 150;
/** The last events are sent by then. */
const PLAYED_AFTER_MS = 6_000;
/**
 * The live look-alikes end two seconds ahead of the clock that sends them, so that the watermark (3 s behind in a
 * demo) passes the incident's own grace even when nothing follows.
 */
const LIVE_UNTIL_MS = 8_000;

/**
 * The demo: the incident "Refund agent widened" among chains that resemble one and are none. Needs no policy. Ids
 * carry the start, so that a second run is a second incident and the same start gives the same events.
 */
export function demoEvents({ startMs }: { readonly startMs: number }): DemoEvent[] {
  const run = startMs.toString(36);
  const told = (name: string, fromMs: number, tell: (script: Script) => void): Line[] => {
    const id = `demo-${run}-${name.replace('benign:', '')}`;
    const script = createScript({ txn: id, prefix: id, startMs: fromMs, random: createRandom(name) });
    tell(script);
    return script.lines;
  };
  const named = (name: string, fromMs: number): Line[] => {
    const variant = lookAlikeVariants.find((candidate) => candidate.name === name);
    if (variant === undefined) throw new RangeError(`no look-alike is called ${name}`);
    return told(name, fromMs, (script) => variant.tell(script));
  };

  const earlier = EARLIER.flatMap((name, turn) =>
    named(name, startMs - EARLIER_BY_MS + turn * 2 * MINUTE_MS),
  );
  const live = [
    ...told('refund-agent-widened', startMs + INCIDENT_AFTER_MS, (script) =>
      refundAgentWidened(script, INCIDENT_PACE_MS),
    ),
    ...squeeze(
      told('refund-agent-narrowed', startMs, (script) => refundAgentNarrowed(script, 500)),
      startMs,
    ),
    ...LIVE.flatMap((name) => squeeze(named(name, startMs), startMs)),
  ];
  const past = earlier.sort(byTime);
  return [
    ...past.map((line, rank) => ({
      event: toEvent(line),
      afterMs: Math.floor((rank / past.length) * INCIDENT_AFTER_MS),
    })),
    ...live.sort(byTime).map((line) => ({
      event: toEvent(line),
      afterMs: Math.max(INCIDENT_AFTER_MS, Math.min(PLAYED_AFTER_MS, line.atMs - startMs)),
    })),
  ];
}

/** Spreads a chain, whatever time it took, evenly over the live part of the demo. */
function squeeze(lines: readonly Line[], startMs: number): Line[] {
  const firstMs = Math.min(...lines.map(({ atMs }) => atMs));
  const lastMs = Math.max(...lines.map(({ atMs }) => atMs));
  const scale = (LIVE_UNTIL_MS - INCIDENT_AFTER_MS) / Math.max(1, lastMs - firstMs);
  const fromMs = startMs + INCIDENT_AFTER_MS;
  return lines.map((line) => ({ ...line, atMs: Math.round(fromMs + (line.atMs - firstMs) * scale) }));
}

function byTime(a: Line, b: Line): number {
  return a.atMs - b.atMs;
}
