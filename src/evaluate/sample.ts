import { refundAgentNarrowed, refundAgentWidened } from './incident.ts';
import { createRandom } from './random.ts';
import { createScript, type Script, type SimulatedEvent, toEvent } from './world/script.ts';

/** Tuesday, 3 March 2026, 09:14 UTC. */
const SAMPLE_START_MS = Date.UTC(2026, 2, 3, 9, 14);

/** The shipped sample: one errand as it should go, and the same errand with its token widened. */
export function sampleEvents(): SimulatedEvent[] {
  const story = (name: string, startMs: number, tell: (script: Script, paceMs: number) => void) => {
    const random = createRandom(name);
    const script = createScript({ txn: `txn-${name}`, prefix: name, startMs, random });
    tell(script, 1_500);
    return script.lines;
  };
  return [
    ...story('refund-2093', SAMPLE_START_MS, refundAgentNarrowed),
    ...story('refund-2094', SAMPLE_START_MS + 60_000, refundAgentWidened),
  ].map((line) => toEvent(line));
}

/** The sample file's exact text. */
export function sampleText(): string {
  return sampleEvents()
    .map((event) => `${JSON.stringify(event)}\n`)
    .join('');
}
