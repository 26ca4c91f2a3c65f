import type * as z from 'zod';
import type { NoiseShape } from '../../../src/serve/present/operations.ts';
import { type Html, html } from '../html.ts';

export type Noise = z.infer<typeof NoiseShape>;

const states = ['open', 'acknowledged', 'closed', 'withdrawn', 'merged'] as const;

/** `3 open, 1 closed`; what is none is left out. */
export function countsIn(counts: Noise['alerts']): string {
  return states
    .flatMap((state) =>
      (counts[state] ?? 0) > 0 ? [`${(counts[state] ?? 0).toLocaleString('en')} ${state}`] : [],
    )
    .join(', ');
}

export function totalOf(counts: Noise['alerts']): number {
  return Object.values(counts).reduce((sum, count) => sum + (count ?? 0), 0);
}

/** Of what people closed, the share that they said was nothing; undefined where they closed none. */
export function falseShare({ closed, closedAsFalse }: Noise): number | undefined {
  return closed === 0 ? undefined : closedAsFalse / closed;
}

export function falseShareOf(noise: Noise): Html {
  const share = falseShare(noise);
  if (share === undefined) return html`<span class="muted">none closed</span>`;
  return html`${Math.round(share * 100)} % <span class="muted">of ${noise.closed.toLocaleString('en')}</span>`;
}
