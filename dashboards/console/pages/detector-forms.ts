import { responseModes } from '../../../src/domain/mode.ts';
import { type Html, html } from '../html.ts';
import type { PageContext } from '../page.ts';
import { badge } from '../parts/badge.ts';
import { detectorHref } from '../parts/links.ts';
import { reasonField } from '../parts/reason.ts';
import { timeOf } from '../parts/time.ts';
import { type Detector, mayOf } from './detectors.ts';

export const modeWords: Readonly<Record<(typeof responseModes)[number], string>> = {
  observe: 'only shown in plans',
  alert: 'only shown, with the alert',
  propose: 'done once a person approves',
  auto: 'done at once where nothing stands against it',
};

/** How far it may go, who said so, and the way to say otherwise: acting alone begins with a backtest. */
export function modePanel(detector: Detector, context: PageContext): Html {
  const { id, responseMode, basis } = detector;
  const { mode, since, by, reason } = responseMode;
  return html`<section class="panel" aria-labelledby="may"><h2 id="may">How far it may go</h2>
<p>${mayOf(detector)} ${modeWords[responseMode.inForce]}</p>
${since === undefined ? html`<p class="muted">Nobody has said otherwise: every detector proposes.</p>` : html`<p>${mode} ${timeOf(since, context.nowMs)} by ${by}: ${reason}</p>`}
${context.may('administer') && forms(id, mode, basis)}
</section>`;
}

function forms(id: string, mode: string, basis: Detector['basis']): Html {
  const others = responseModes.filter((one) => one !== 'auto');
  return html`<form method="post" action="${detectorHref(id)}/mode" class="stack">
<fieldset><legend>Change it</legend>
${others.map(
  (
    one,
  ) => html`<div><input type="radio" id="mode-${one}" name="mode" value="${one}" required${one === mode && html` checked`}>
<label for="mode-${one}">${one}</label> <span class="muted">${modeWords[one]}</span></div>`,
)}
${reasonField('mode-reason', 'Why')}
<button>Change</button>
</fieldset></form>
${
  basis === 'statistical'
    ? html`<p class="muted">It rests on statistics: it never acts alone.</p>`
    : html`<form method="post" action="${detectorHref(id)}/backtest">
<p class="muted">To let it act alone, look first at what it would have done in the last 30 days.</p>
<button>Run a backtest</button></form>`
}`;
}

/** On or off, by whom and why; the switch itself where it may be thrown. */
export function switchPanel({ id, on, mode, switched }: Detector, context: PageContext): Html {
  const who = switched?.by === 'watchdog' ? 'the watchdog, after a fault' : switched?.by;
  return html`<section class="panel" aria-labelledby="switch"><h2 id="switch">${on ? 'It is on' : 'It is off'}</h2>
<p>${on ? badge(mode, mode === 'live' ? 'good' : 'plain') : html`<span class="badge off">off</span>`}
${on ? runsWords(mode) : 'It looks at nothing until somebody turns it on.'}</p>
${switched !== undefined && html`<p>Turned ${on ? 'on' : 'off'} ${timeOf(switched.at, context.nowMs)} by ${who}: ${switched.reason}</p>`}
${
  context.may('administer') &&
  html`<form method="post" action="${detectorHref(id)}/switch" class="row"><input type="hidden" name="on" value="${on ? 'false' : 'true'}">
${reasonField('switch-reason', 'Why')}
<button class="${on ? 'danger' : 'primary'}">${on ? 'Turn it off' : 'Turn it on'}</button></form>
<p class="muted">For every tenant of this service.</p>`
}</section>`;
}

function runsWords(mode: Detector['mode']): string {
  if (mode === 'shadow') return 'It finds and counts, and pages nobody: policy or its maturity says so.';
  return mode === 'draft' ? 'A draft: it runs in its tests only.' : 'It looks, and pages.';
}
