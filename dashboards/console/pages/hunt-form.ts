import type { HuntFilter } from '../../../src/domain/hunting.ts';
import { type Html, html } from '../html.ts';
import { type HuntQuery, ranges } from './hunt-query.ts';

interface Choice {
  readonly value: string;
  readonly name: string;
}

const choices: Readonly<Partial<Record<HuntFilter, readonly Choice[]>>> = {
  effect: ['read', 'write', 'delete', 'admin', 'unknown'].map(plain),
  outcome: ['accepted', 'denied', 'failed', 'unknown'].map(plain),
  missing: ['request', 'authority', 'context', 'impact'].map(plain),
  verdict: [
    { value: 'root', name: 'a root of its own' },
    { value: 'gap', name: 'a parent is missing' },
    { value: 'late', name: 'its beginning came late' },
    { value: 'unissued', name: 'nobody issued it' },
  ],
};

const labels: Readonly<Record<Exclude<HuntFilter, 'range' | 'from' | 'to'>, string>> = {
  principal: 'Principal (id)',
  token: 'Token (reference, hash or jti)',
  system: 'System',
  resource: 'Resource',
  tool: 'Tool',
  effect: 'Effect',
  outcome: 'Outcome',
  detector: 'Alert of detector (id)',
  missing: 'Missing link',
  verdict: 'Topmost credential',
  txn: 'Transaction',
};

/** What most hunts begin with; the others are folded until one of them is set. */
const first: ReadonlySet<HuntFilter> = new Set([
  'principal',
  'system',
  'resource',
  'effect',
  'outcome',
  'verdict',
  'missing',
]);

const rangeNames: Readonly<Record<string, string>> = {
  '1h': 'last hour',
  '6h': 'last 6 hours',
  '24h': 'last 24 hours',
  '7d': 'last 7 days',
  '30d': 'last 30 days',
  any: 'any time',
};

/** Filters of chains or of actions; the address is the question. */
export function huntForm({ of, filters }: HuntQuery, names: readonly HuntFilter[]): Html {
  const fields = names.filter(
    (name): name is keyof typeof labels => name !== 'range' && name !== 'from' && name !== 'to',
  );
  const { range, from, to } = filters;
  const rest = fields.filter((name) => !first.has(name));
  const isNarrow = rest.some((name) => filters[name] !== undefined);
  return html`<form class="panel hunt" method="get" action="/hunt" aria-label="Filters">
<input type="hidden" name="of" value="${of}">
<div class="fields">
<div><label for="range">Time</label>${rangeSelect(range)}</div>
<div><label for="from">or from (UTC)</label><input id="from" name="from" type="datetime-local" step="1" value="${fieldTime(from)}"></div>
<div><label for="to">until (UTC)</label><input id="to" name="to" type="datetime-local" step="1" value="${fieldTime(to)}"></div>
${fields.filter((name) => first.has(name)).map((name) => fieldOf(name, filters[name]))}
</div>
<details${isNarrow && html` open`}><summary>More filters</summary>
<div class="fields">${rest.map((name) => fieldOf(name, filters[name]))}</div></details>
<div class="row"><button class="primary">Hunt</button> <a class="button quiet" href="/hunt?of=${of}">Reset</a></div>
</form>`;
}

/** A range that a link brought and that is not among ours stays as it is. */
function rangeSelect(range: string | undefined): Html {
  const known = ranges.some((each) => each === range);
  const all = known || range === undefined ? [...ranges] : [range, ...ranges];
  return html`<select id="range" name="range"><option value="">as given beside</option>${all.map((value) =>
    option({ value, name: rangeNames[value] ?? `last ${value}` }, range),
  )}</select>`;
}

function fieldOf(name: keyof typeof labels, value: string | undefined): Html {
  const options = choices[name];
  const label = html`<label for="f-${name}">${labels[name]}</label>`;
  if (options !== undefined)
    return html`<div>${label}<select id="f-${name}" name="${name}"><option value="">any</option>${options.map((one) => option(one, value))}</select></div>`;
  const hint = name === 'resource' && html` placeholder="customers/*"`;
  return html`<div>${label}<input id="f-${name}" name="${name}" value="${value ?? ''}"${hint} maxlength="2048" autocomplete="off" spellcheck="false"></div>`;
}

function option({ value, name }: Choice, chosen: string | undefined): Html {
  return html`<option value="${value}"${value === chosen && html` selected`}>${name}</option>`;
}

function plain(value: string): Choice {
  return { value, name: value };
}

/** As the field takes it: without a zone, to the second. */
function fieldTime(text: string | undefined): string {
  const ms =
    text === undefined ? Number.NaN : Date.parse(/[zZ]|[+-]\d\d:\d\d$/.test(text) ? text : `${text}Z`);
  return Number.isNaN(ms) ? '' : new Date(ms).toISOString().slice(0, 19);
}
