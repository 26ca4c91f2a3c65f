import { type Content, type Html, html } from '../html.ts';
import { badge } from './badge.ts';
import { table } from './table.ts';
import { durationOf, stampOf } from './time.ts';

type Evidence = Readonly<Record<string, unknown>>;

/** Pairs that detectors write side by side: what was seen, and what bounds it. */
const pairs: readonly { readonly seen: string; readonly bound: string; readonly word: string }[] = [
  { seen: 'observed', bound: 'ceiling', word: 'allowed' },
  { seen: 'observed', bound: 'expected', word: 'usual' },
  { seen: 'observed', bound: 'baseline', word: 'usual' },
  { seen: 'depth', bound: 'allowed', word: 'allowed' },
  { seen: 'used', bound: 'allowed', word: 'allowed' },
  { seen: 'perMinute', bound: 'maxPerMinute', word: 'allowed' },
  { seen: 'tookSeconds', bound: 'minSeconds', word: 'at least' },
  { seen: 'expiresAt', bound: 'ancestorExpiresAt', word: 'its ancestor' },
  { seen: 'usedAt', bound: 'expiredAt', word: 'ended' },
  { seen: 'usedAt', bound: 'revokedAt', word: 'revoked' },
  { seen: 'usedAt', bound: 'notBefore', word: 'not before' },
];

/** What a detector saw, fact by fact: first against what bounds it, then all of it. */
export function evidencePanel(evidence: Evidence): Html {
  const facts = Object.entries(evidence);
  if (facts.length === 0) return html`<p class="muted">The detector kept no evidence beside the events.</p>`;
  return html`${facts.map(([fact, seen]) => factOf(fact, isRecord(seen) ? seen : { value: seen }))}`;
}

function factOf(fact: string, seen: Evidence): Html {
  const compared = comparisons(seen);
  return html`<h3>${fact}</h3>
${
  compared.length > 0 &&
  table({
    caption: 'Observed against what bounds it',
    columns: ['What', 'Observed', 'Bound', 'Difference'],
    rows: compared.map(({ name, observed, bound, word, difference }) => [
      wordsOf(name),
      shownValue(observed),
      html`${shownValue(bound)} <span class="muted">${word}</span>`,
      difference,
    ]),
  })
}
<dl class="facts">${Object.entries(seen).map(([name, value]) => html`<dt>${wordsOf(name)}</dt><dd>${shownValue(value)}</dd>`)}</dl>`;
}

export interface Comparison {
  readonly name: string;
  readonly observed: unknown;
  readonly bound: unknown;
  readonly word: string;
  readonly difference: string | undefined;
}

export function comparisons(seen: Evidence): readonly Comparison[] {
  return pairs
    .filter(({ seen: name, bound }) => isMeasure(seen[name]) && isMeasure(seen[bound]))
    .map(({ seen: name, bound, word }) => ({
      ...{ name, word, observed: seen[name], bound: seen[bound] },
      difference: differenceOf(seen[name], seen[bound]),
    }));
}

function isMeasure(value: unknown): boolean {
  return typeof value === 'number' || isInstant(value);
}

function differenceOf(observed: unknown, bound: unknown): string | undefined {
  if (typeof observed === 'number' && typeof bound === 'number') {
    const more = observed - bound;
    const times = bound > 0 && more > 0 ? `, ${(observed / bound).toFixed(1)} times as much` : '';
    return `${more > 0 ? '+' : ''}${more.toLocaleString('en')}${times}`;
  }
  if (!isInstant(observed) || !isInstant(bound)) return undefined;
  const ms = Date.parse(observed) - Date.parse(bound);
  return `${durationOf(ms)} ${ms < 0 ? 'before' : 'after'}`;
}

function isInstant(value: unknown): value is string {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value);
}

/** `ancestorExpiresAt` as people say it. */
function wordsOf(name: string): string {
  return name.replace(
    /([a-z])([A-Z])/g,
    (_, before: string, after: string) => `${before} ${after.toLowerCase()}`,
  );
}

/** Values of what an event said: any shape of JSON, and every string from anybody. */
function shownValue(value: unknown): Content {
  if (value === null || value === undefined) return html`<span class="muted">none</span>`;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return value.toLocaleString('en');
  if (isInstant(value)) return stampOf(value);
  if (Array.isArray(value)) {
    if (value.length === 0) return html`<span class="muted">none</span>`;
    return html`<ul class="values">${value.map((one) => html`<li>${shownValue(one)}</li>`)}</ul>`;
  }
  if (isRecord(value))
    return html`<dl class="facts">${Object.entries(value).map(([name, one]) => html`<dt>${wordsOf(name)}</dt><dd>${shownValue(one)}</dd>`)}</dl>`;
  return html`<code>${String(value)}</code>`;
}

function isRecord(value: unknown): value is Evidence {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Said of a whole alert, where it is not simply a rule that was broken. */
export function basisBadge(basis: string): Html | undefined {
  return basis === 'statistical' ? badge('statistical', 'accent') : undefined;
}
