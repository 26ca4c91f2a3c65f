import type * as z from 'zod';
import type { PlanShape, ResponseShape } from '../../../src/serve/present/response.ts';
import type { PlanDetail as PlanDetailShape } from '../../../src/serve/routes/plans.ts';
import { type Html, html } from '../html.ts';
import type { PageContext } from '../page.ts';
import { dryRunBadge, stateBadge } from './badge.ts';
import { alertHref, detectorHref, principalHref, responseHref, tokenHref } from './links.ts';
import { reasonField } from './reason.ts';
import { table } from './table.ts';
import { timeOf, untilOf } from './time.ts';
import { actionWords, countOf, proofWords, roleWords, verdictWords } from './words.ts';

export type ShownPlan = z.infer<typeof PlanShape>;
export type ShownResponse = z.infer<typeof ResponseShape>;
export type PlanDetail = z.infer<typeof PlanDetailShape>;

/** What a plan would end, what it leaves alive until when, and why no more; nothing that decides about it. */
export function planBody({ plan, responses }: Pick<PlanDetail, 'plan' | 'responses'>, nowMs: number): Html {
  const states = new Map(responses.map((response) => [response.id, response.state]));
  return html`<div class="stack">
<p>${stateBadge(plan.verdict)} ${dryRunBadge(plan.dryRun)} ${verdictWords(plan.verdict)}
${plan.dryRun && 'Dry run: everything but the last request happens.'}</p>
${plan.reasons.length > 0 && html`<div><p class="muted">Why no more than that:</p><ul>${plan.reasons.map((reason) => html`<li>${reason}</li>`)}</ul></div>`}
${stepsOf(plan, states, nowMs)}
${survivorsOf(plan, nowMs)}
</div>`;
}

function stepsOf(plan: ShownPlan, states: ReadonlyMap<string, string>, nowMs: number): Html {
  return table({
    caption: `${countOf(plan.steps.length, 'revocation')}, in the order in which they are done: what can mint comes first`,
    columns: ['Credential', 'Held by', 'Why', 'By', 'Ends by itself', 'State'],
    rows: plan.steps.map((step) => [
      html`${targetOf(step.target, step.label)}<br><span class="muted">${actionWords(step.action)}${step.environment !== undefined && html` · ${step.environment}`}</span>`,
      step.holder === undefined
        ? html`<span class="muted">unknown</span>`
        : html`<a href="${principalHref(step.holder)}">${step.holder}</a>`,
      html`${roleWords(step.role)}${step.depth > 0 && html`, ${countOf(step.depth, 'hop')} below`}${
        step.level !== undefined && html`<br><span class="muted">link level ${step.level}</span>`
      }`,
      connectorOf(step.connector),
      untilOf(step.residualUntil, nowMs),
      html`<a href="${responseHref(step.responseId)}">${stateBadge(states.get(step.responseId) ?? 'planned')}</a>`,
    ]),
    empty: 'Nothing would be revoked.',
  });
}

function targetOf(target: ShownResponse['target'], label: string): Html {
  if (target.token !== undefined) return html`<a href="${tokenHref(target.token.ref)}">${label}</a>`;
  if (target.subject !== undefined) return html`<a href="${principalHref(target.subject.id)}">${label}</a>`;
  return html`${label}`;
}

function connectorOf(connector: ShownPlan['steps'][number]['connector']): Html {
  if (connector === undefined) return html`<strong class="bad">nothing that could</strong>`;
  const { name, kind, ends, leaves, confirms } = connector;
  return html`${name} <span class="muted">${kind}</span>
<details><summary>What it ends</summary><p>${ends}</p><p>Leaves: ${leaves}</p><p>Proof: ${proofWords(confirms)}.</p></details>`;
}

function survivorsOf({ survivors }: ShownPlan, nowMs: number): Html {
  return table({
    caption: `Left alive: ${countOf(survivors.length, 'credential')}`,
    columns: ['Credential', 'Works until', 'Why it stays'],
    rows: survivors.map(({ label, until, reason }) => [label, untilOf(until, nowMs), reason]),
    empty: 'Nothing that is known stays alive.',
  });
}

/** Who wants it, of what, since when, and until when it may be decided. */
export function planFacts({ plan, decisions }: PlanDetail, nowMs: number): Html {
  const { because, approvals } = plan;
  return html`<dl class="facts">
<dt>Asked by</dt><dd>${because.by ?? 'Chainwarden'}${because.reason !== undefined && html`: ${because.reason}`}</dd>
${
  because.alertId !== undefined &&
  html`<dt>Because of</dt><dd><a href="${alertHref(because.alertId)}">the alert</a>${
    because.detector !== undefined &&
    html` of <a href="${detectorHref(because.detector)}">${because.detector}</a>`
  }${because.fact !== undefined && html`: ${because.fact}`}</dd>`
}
<dt>Made</dt><dd>${timeOf(plan.madeAt, nowMs)}</dd>
${approvals > 0 && html`<dt>Needs</dt><dd>${countOf(approvals, 'approval')}, ${countOf(approved(decisions), 'given', 'given')}</dd>`}
${approvals > 0 && html`<dt>Over</dt><dd>${timeOf(plan.expiresAt, nowMs)}</dd>`}
<dt>Digest</dt><dd><code>${plan.digest}</code><br><span class="muted">An approval counts for exactly this.</span></dd>
</dl>`;
}

function approved(decisions: PlanDetail['decisions']): number {
  return decisions.filter(({ verb }) => verb === 'approve').length;
}

/** What people said of it. */
export function decisionsOf({ decisions }: PlanDetail, nowMs: number): Html {
  return table({
    caption: 'What people said',
    columns: ['When', 'Who', 'Word', 'Reason'],
    rows: decisions.map(({ at, by, verb, reason }) => [timeOf(at, nowMs), by, verb, reason]),
    empty: 'Nobody has said anything yet.',
  });
}

/** A person may still decide about some of it. */
export function isPending(
  { plan, responses }: Pick<PlanDetail, 'plan' | 'responses'>,
  nowMs: number,
): boolean {
  return (
    plan.verdict === 'propose' &&
    Date.parse(plan.expiresAt) > nowMs &&
    responses.some(({ state, action }) => state === 'proposed' && action !== 'undo')
  );
}

type Reader = Pick<PageContext, 'may' | 'who' | 'nowMs' | 'url'>;

/**
 * Approve and deny, for whoever may. Nobody approves what they asked for, nor twice; the API refuses, beyond that,
 * everybody whom the plan is about. `back` is the page that is shown afterwards.
 */
export function decisionForms(detail: PlanDetail, reader: Reader, back?: string): Html | undefined {
  if (!isPending(detail, reader.nowMs)) return undefined;
  const { plan, decisions } = detail;
  const { name } = reader.who;
  if (!reader.may('respond')) return html`<p class="muted">A responder has to approve or deny it.</p>`;
  const isOwn = plan.because.by === name;
  const hasApproved = decisions.some(({ by, verb }) => by === name && verb === 'approve');
  const why = isOwn ? 'You asked for it' : hasApproved ? 'You have approved it' : undefined;
  const form = { id: plan.id, digest: plan.digest, back: back ?? reader.url.pathname };
  return html`<div class="row decide">
${
  why === undefined
    ? decisionForm({ ...form, verb: 'approve', label: plan.dryRun ? 'Approve (dry run)' : 'Approve' })
    : html`<p class="muted">${why}: another person must approve.</p>`
}
${decisionForm({ ...form, verb: 'deny', label: 'Deny' })}
</div>`;
}

interface DecisionForm {
  readonly id: string;
  readonly digest: string;
  readonly back: string;
  readonly verb: 'approve' | 'deny';
  readonly label: string;
}

function decisionForm({ id, digest, back, verb, label }: DecisionForm): Html {
  const field = `${verb}-${id}`;
  return html`<form method="post" action="/plans/${encodeURIComponent(id)}/${verb}" class="row">
<input type="hidden" name="digest" value="${digest}"><input type="hidden" name="back" value="${back}">
${reasonField(field, `Why ${verb}`)}
<button class="${verb === 'approve' ? 'danger' : ''}">${label}</button>
</form>`;
}

const carriedOut: ReadonlySet<string> = new Set(['accepted', 'confirmed', 'unconfirmed']);

/** Whether there is something to give back, and a connector that can (`undoes`, as far as it is known). */
export function canBeUndone({ mode, state, action }: ShownResponse, undoes: boolean): boolean {
  if (action === 'undo') return state === 'proposed';
  return mode === 'real' && undoes && carriedOut.has(state);
}

/** Gives back what was taken. */
export function undoForm(response: ShownResponse, undoes: boolean, reader: Reader): Html | undefined {
  if (!reader.may('respond') || !canBeUndone(response, undoes)) return undefined;
  return wordForm({ response, verb: 'undo', label: 'Give it back', why: 'Why give it back', reader });
}

/** For somebody who knows that the authority has ended, where nothing proved it. */
export function confirmForm(response: ShownResponse, reader: Reader): Html | undefined {
  const { mode, state, action } = response;
  const isOpen = mode === 'real' && action !== 'undo' && (state === 'accepted' || state === 'unconfirmed');
  if (!reader.may('respond') || !isOpen) return undefined;
  return wordForm({ response, verb: 'confirm', label: 'It has ended', why: 'How you know', reader });
}

interface WordForm {
  readonly response: ShownResponse;
  readonly verb: 'undo' | 'confirm';
  readonly label: string;
  readonly why: string;
  readonly reader: Reader;
}

function wordForm({ response: { id }, verb, label, why, reader }: WordForm): Html {
  const field = `${verb}-${id}`;
  return html`<form method="post" action="/responses/${encodeURIComponent(id)}/${verb}" class="row">
<input type="hidden" name="back" value="${reader.url.pathname}">
${reasonField(field, why)}
<button>${label}</button>
</form>`;
}

/** Of the connector that carried it out, as its plan declared it. */
export function undoesOf({ plan }: Pick<PlanDetail, 'plan'>, response: ShownResponse): boolean {
  return plan.steps.find(({ responseId }) => responseId === response.id)?.connector?.undoes === true;
}
