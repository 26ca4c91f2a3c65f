import type { Random } from '../random.ts';
import { issuers } from './cast.ts';
import { type Line, type SimulatedEvent, toEvent } from './script.ts';

/** One arrival of an event. */
export interface Arrival {
  readonly event: SimulatedEvent;
  readonly delayMs: number;
}

/** No event is later than this, its own delay included: half of what the watermark waits for by default. */
export const DELAY_MAX_MS = 5 * 60_000;
/** Clocks of issuers and of all others: an issuer and somebody else disagree by 30 s at most, two others by 40 s. */
const ISSUER_SKEW_MAX_MS = 10_000;
const OTHER_SKEW_MAX_MS = 20_000;

const issuerSources: ReadonlySet<string> = new Set(Object.values(issuers).map(({ source }) => source));

/** How the world's events really arrive: one in five late, one in fifty twice, each publisher's clock a little off. */
export function createDisorder(random: Random): (line: Line) => Arrival[] {
  const skews = new Map<string, number>();
  const skewOf = (source: string): number => {
    let skew = skews.get(source);
    if (skew === undefined) {
      const most = issuerSources.has(source) ? ISSUER_SKEW_MAX_MS : OTHER_SKEW_MAX_MS;
      skew = random.fork(source).int(-most, most);
      skews.set(source, skew);
    }
    return skew;
  };
  const delay = (own: number): number => Math.min(DELAY_MAX_MS, own + lateness(random));
  return (line) => {
    const event = toEvent(line, line.atMs + skewOf(line.source));
    const arrival = { event, delayMs: delay(line.delayMs) };
    return random.chance(0.02) ? [arrival, { event, delayMs: delay(line.delayMs) }] : [arrival];
  };
}

function lateness(random: Random): number {
  if (random.chance(0.8)) return random.int(0, 500);
  return random.chance(0.8) ? random.int(500, 20_000) : random.int(20_000, DELAY_MAX_MS);
}
