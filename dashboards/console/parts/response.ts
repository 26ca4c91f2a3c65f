import type { Html } from '../html.ts';
import { html } from '../html.ts';
import { dryRunBadge, stateBadge } from './badge.ts';
import { alertHref, detectorHref, responseHref } from './links.ts';
import type { ShownResponse } from './plan.ts';
import { table } from './table.ts';
import { durationOf, stampOf } from './time.ts';
import { actionWords } from './words.ts';

/** How long it took until it was first tried, and until it was proven that the authority ended; undefined: not yet. */
export function timesOf({ causedAt, firstAttemptAt, acceptedAt, state, at }: ShownResponse): {
  readonly toAttemptMs: number | undefined;
  readonly toProofMs: number | undefined;
} {
  const between = (from: string | undefined, to: string | undefined) =>
    from === undefined || to === undefined ? undefined : Math.max(0, Date.parse(to) - Date.parse(from));
  return {
    toAttemptMs: between(causedAt, firstAttemptAt),
    toProofMs: state === 'confirmed' ? between(acceptedAt ?? firstAttemptAt, at) : undefined,
  };
}

/** Something is still awaited of it: by itself, or by a person. */
export function phaseOf(
  response: ShownResponse,
): 'waiting' | 'under way' | 'unconfirmed' | 'failed' | 'done' {
  const { state, mode, confirms, action } = response;
  if (state === 'proposed') return 'waiting';
  if (state === 'failed' || state === 'unconfirmed') return state;
  if (state === 'requested' && mode === 'real') return 'under way';
  if (state === 'accepted' && confirms !== 'none' && action !== 'undo') return 'under way';
  return 'done';
}

/** A list of responses, each once, in its newest state. */
export function responseTable(caption: string, items: readonly ShownResponse[], empty: Html | string): Html {
  return table({
    caption,
    columns: ['Since', 'What', 'State', 'Why', { name: 'First tried after' }, { name: 'Proven after' }],
    rows: items.map((response) => {
      const { toAttemptMs, toProofMs } = timesOf(response);
      return [
        stampOf(response.at),
        html`<a href="${responseHref(response.id)}">${actionWords(response.action)}: ${response.target.label}</a>${origin(response)}`,
        html`${stateBadge(response.state)} ${dryRunBadge(response.mode === 'dry_run')}`,
        response.reason,
        took(toAttemptMs, 'not tried'),
        took(toProofMs, response.confirms === 'none' ? 'nothing proves it' : 'not proven'),
      ];
    }),
    empty,
  });
}

function origin({ alertId, detector, requestedBy, endpoint }: ShownResponse): Html {
  return html`<br><span class="muted">${detector !== undefined && html`<a href="${detectorHref(detector)}">${detector}</a> · `}${
    alertId !== undefined && html`<a href="${alertHref(alertId)}">alert</a> · `
  }by ${requestedBy}${endpoint !== undefined && html` · through ${endpoint}`}</span>`;
}

export function took(ms: number | undefined, otherwise: string): Html {
  if (ms === undefined) return html`<span class="muted">${otherwise}</span>`;
  return html`<span class="nowrap">${ms < 10_000 ? `${(ms / 1_000).toFixed(1)} s` : durationOf(ms)}</span>`;
}
