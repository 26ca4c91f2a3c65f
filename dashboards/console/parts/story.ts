import type { Action, ChainDetail, Hop } from '../chart/detail.ts';
import { lineageOf } from '../chart/lineage.ts';
import { holderOf, isWrite, nameOf, targetOf } from '../chart/words.ts';
import { type Content, type Html, html } from '../html.ts';
import { dryRunBadge, outcomeBadge, severityBadge, stateBadge } from './badge.ts';
import type { ShownAction, ShownAlert } from './case.ts';
import { alertHref, responseHref } from './links.ts';
import type { PlanDetail, ShownResponse } from './plan.ts';
import { timeOf } from './time.ts';
import { actionWords } from './words.ts';

/** One thing that happened. */
export interface Moment {
  readonly at: string;
  /** Told in words beside the time. */
  readonly kind: 'event' | 'finding' | 'person' | 'response';
  readonly what: Content;
}

/** Entries of one story; beyond it, the chain's own page has all of them. */
export const MOMENTS_MAX = 200;

/** The life of the credential where it broke, and what was done with it and below it since, or as evidence. */
export function momentsOfChain(
  detail: ChainDetail,
  brokenKey: string,
  eventIds: readonly string[],
): Moment[] {
  const lineage = lineageOf(detail.hops);
  const broken = lineage.get(brokenKey);
  const cited = new Set(eventIds);
  const below = new Set<string>();
  const queue = broken === undefined ? [] : [broken.key];
  for (const key of queue) {
    if (below.has(key)) continue;
    below.add(key);
    queue.push(...lineage.childrenOf(key).map((hop) => hop.key));
  }
  const actions = detail.actions.items.filter(
    ({ hopKey, eventIds: ids }) => below.has(hopKey) || ids.some((id) => cited.has(id)),
  );
  return [
    ...(broken === undefined ? [] : lifeOf(broken)),
    ...actions.map((action) => ({ at: action.at, kind: 'event' as const, what: deed(action) })),
  ];
}

function lifeOf(hop: Hop): Moment[] {
  const who = holderOf(hop);
  const word = hop.kind === 'token' ? hop.label : hop.kind;
  const told: readonly (readonly [string | null | undefined, Content])[] = [
    [
      hop.issuedAt,
      html`<strong>${who}</strong> was given ${word}${hop.from !== undefined && html` by ${nameOf(hop.from)}`}`,
    ],
    [hop.revokedAt, html`${word} was revoked`],
    [hop.expiresAt, html`${word} ends by itself`],
  ];
  return told.flatMap(([at, what]) => (typeof at === 'string' ? [{ at, kind: 'event' as const, what }] : []));
}

function deed(action: Action): Html {
  const { actor, action: name, resource, effect, outcome } = action;
  const where = [targetOf(action), resource].filter((text) => text !== undefined).join('/');
  return html`<strong>${nameOf(actor)}</strong> ${name} ${where} ${isWrite(action) ? html`<strong>${effect}</strong>` : effect} ${outcomeBadge(outcome)}`;
}

export function momentsOfAlert(alert: ShownAlert): Moment[] {
  const { firstAt, lastAt, title, severity, id, count } = alert;
  const named = html`${severityBadge(severity)} <a href="${alertHref(id)}">${title}</a>`;
  const again = html`${named}: seen ${count.toLocaleString('en')} times by now`;
  return [
    { at: firstAt, kind: 'finding', what: named },
    ...(lastAt === firstAt ? [] : [{ at: lastAt, kind: 'finding' as const, what: again }]),
  ];
}

const verbs: Readonly<Record<ShownAction['verb'], string>> = {
  acknowledge: 'acknowledged it',
  close: 'closed it',
  assign: 'assigned it',
  comment: 'wrote',
  reopen: 'opened it again',
};

export function momentsOfPeople(actions: readonly ShownAction[]): Moment[] {
  return actions.map(({ at, by, verb, assignee, reason, note }) => ({
    at,
    kind: 'person' as const,
    what: html`<strong>${by}</strong> ${verbs[verb]}${verb === 'assign' && html` to ${assignee ?? 'nobody'}`}${
      verb === 'close' && reason !== undefined && html`: ${reason}`
    }${note !== undefined && html`: “${note}”`}`,
  }));
}

export function momentsOfPlans(plans: readonly PlanDetail[]): Moment[] {
  return plans.flatMap(({ plan, decisions }) => [
    {
      at: plan.madeAt,
      kind: 'response' as const,
      what: html`<strong>${plan.because.by ?? 'Chainwarden'}</strong> planned to end it: ${stateBadge(plan.verdict)} ${dryRunBadge(plan.dryRun)}`,
    },
    ...decisions.map(({ at, by, verb, reason }) => ({
      at,
      kind: 'person' as const,
      what: html`<strong>${by}</strong> ${verb === 'approve' ? 'approved the plan' : 'denied the plan'}${reason !== undefined && html`: ${reason}`}`,
    })),
  ]);
}

export function momentsOfResponses(responses: readonly ShownResponse[]): Moment[] {
  return responses.map((response) => ({
    at: response.at,
    kind: 'response' as const,
    what: html`<a href="${responseHref(response.id)}">${actionWords(response.action)}: ${response.target.label}</a> ${stateBadge(
      response.state,
    )} ${dryRunBadge(response.mode === 'dry_run')} ${response.reason}`,
  }));
}

/** Oldest first, each once; of a long one the newest, which are what one acts on. */
export function inOrder(moments: readonly Moment[]): readonly Moment[] {
  const seen = new Set<string>();
  const sorted = [...moments].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  return sorted
    .filter(({ at, what }) => {
      const key = `${at} ${String(what)}`;
      return !seen.has(key) && seen.add(key);
    })
    .slice(-MOMENTS_MAX);
}

/** Everything in one ordered list; what lies ahead is said to. */
export function story(moments: readonly Moment[], nowMs: number): Html {
  const sorted = inOrder(moments);
  return html`<ol class="story">${sorted.map(
    ({ at, kind, what }) =>
      html`<li class="${kind}"><span class="when">${timeOf(at, nowMs)}</span> <span class="kind">${
        Date.parse(at) > nowMs ? 'ahead' : kind
      }</span> <span>${what}</span></li>`,
  )}</ol>`;
}
