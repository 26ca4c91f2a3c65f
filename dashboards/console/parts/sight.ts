import type * as z from 'zod';
import type { CoverageShape } from '../../../src/serve/present/coverage.ts';
import { type Html, html } from '../html.ts';
import { badge, stateBadge } from './badge.ts';

export type Coverage = z.infer<typeof CoverageShape>;
export type Sight = Coverage['detectors'][number];

/** `blind` is written large: it must never be read as "found nothing". */
export function sightBadge(state: Sight['state']): Html {
  if (state === 'off') return html`<span class="badge off">off</span>`;
  return state === 'blind' ? badge('BLIND', 'bad') : stateBadge(state);
}

const familyWords: Readonly<Record<string, string>> = {
  token: 'when tokens are issued, exchanged or revoked',
  call: 'which tools and APIs are called',
  approval: 'what people approve',
  request: 'which requests set work in motion',
  decision: 'what policy decided',
  privilege: 'which privileges are granted',
  identity: 'who is registered, disabled or compromised',
  credential: 'which credentials are laid out or exposed',
  response: 'what was done about incidents',
};

/** What a detector misses, each as a sentence that says what to add where. */
export function lackWords({ families, types, fields, policy }: Sight['lacks']): readonly string[] {
  return [
    ...families.map(
      (family) => `Nobody tells ${familyWords[family] ?? `of ${family} events`}: send ${family} events.`,
    ),
    ...types.map((type) => `Nobody sends ${type}: have whoever does it report it.`),
    ...fields.map(({ field, family }) =>
      family === undefined
        ? `No event has ${field}: add data.${field} to whatever is sent.`
        : `No ${family} event has ${field}: add data.${field} to these.`,
    ),
    ...policy.map((section) => `Policy says nothing in ${section}: fill it.`),
  ];
}

export function lacksOf(sight: Sight): Html | undefined {
  const words = lackWords(sight.lacks);
  if (words.length === 0)
    return sight.why === '' ? undefined : html`<p class="muted">Does not look: ${sight.why}.</p>`;
  return html`<ul class="plain">${words.map((one) => html`<li>${one}</li>`)}</ul>`;
}

const order: readonly Sight['state'][] = ['armed', 'partial', 'blind', 'off'];

/** How well something is seen that several detectors look for: as the best of them does; undefined: nobody looks. */
export function bestSight(states: readonly Sight['state'][]): Sight['state'] | undefined {
  return order.find((state) => states.includes(state));
}
