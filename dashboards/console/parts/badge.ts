import { type Html, html } from '../html.ts';

/** Classes of the stylesheet. */
export type Tone =
  | 'critical'
  | 'high'
  | 'medium'
  | 'low'
  | 'info'
  | 'plain'
  | 'good'
  | 'warn'
  | 'bad'
  | 'accent';

export function badge(text: string, tone: Tone = 'plain'): Html {
  return html`<span class="badge ${tone}">${text}</span>`;
}

export function severityBadge(severity: 'info' | 'low' | 'medium' | 'high' | 'critical'): Html {
  return badge(severity, severity);
}

const stateTones: Readonly<Record<string, Tone>> = {
  // Alerts and incidents.
  open: 'bad',
  acknowledged: 'accent',
  closed: 'plain',
  withdrawn: 'plain',
  merged: 'plain',
  // Responses.
  refused: 'warn',
  proposed: 'accent',
  requested: 'accent',
  accepted: 'warn',
  confirmed: 'good',
  unconfirmed: 'warn',
  failed: 'bad',
  denied: 'plain',
  expired: 'plain',
  undone: 'plain',
  // Plans.
  refuse: 'warn',
  observe: 'plain',
  alert: 'plain',
  propose: 'accent',
  act: 'bad',
  // Coverage of detectors.
  armed: 'good',
  partial: 'warn',
  blind: 'bad',
};

/** Of an alert, an incident, a response, a plan or a detector's coverage; the word says it, the colour repeats it. */
export function stateBadge(state: string): Html {
  return badge(state, stateTones[state]);
}

const outcomeTones: Readonly<Record<string, Tone>> = { accepted: 'plain', denied: 'good', failed: 'warn' };

/** What the target answered. It is bad news when it did what was asked. */
export function outcomeBadge(outcome: string): Html {
  return badge(outcome, outcomeTones[outcome]);
}

/** Shown wherever something only looks as if it was done. */
export function dryRunBadge(isDryRun: boolean): Html | undefined {
  return isDryRun ? badge('dry run', 'warn') : undefined;
}
