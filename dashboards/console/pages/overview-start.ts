import { type Html, html } from '../html.ts';
import type { PageContext } from '../page.ts';
import { countOf } from '../parts/words.ts';
import type { Read } from './overview-read.ts';

/** The first start explains itself: how the first event gets here, by each of the ways. */
export function nothingYet({ health }: Pick<Read, 'health'>, { origin, nowMs, may }: PageContext): Html {
  return html`<h1>No events yet</h1>
<p class="lead">Chainwarden is running and waits. It draws chains, and says where delegation failed, from what
token servers, agent gateways and APIs tell it. This page shows them as soon as they come.</p>
<div class="grid">
<section class="panel"><h2>Send a first event</h2>
<p>Put your key in place of <code>$KEY</code>: ${
    may('publish')
      ? 'the admin key that the first start showed will do; publishers get keys of their own with POST /v1/keys.'
      : 'one with the role publisher, which an administrator makes with POST /v1/keys.'
  }</p>
${command('Command that sends a first event', firstEvent(origin, nowMs))}
<p>It answers 202 once the event is durable. One tool call makes a chain of one step; tokens and the calls that
carry them make chains that say who handed what to whom.</p>
</section>
<section class="panel"><h2>Or look at an incident first</h2>
${command('Command that plays the demo', 'npm start -- --demo')}
<p>plays a named incident, <em>Refund agent widened</em>, among look-alikes that stay silent. Its alert comes within
ten seconds.</p>
<h2>Or read it from elsewhere</h2>
<dl class="facts">
<dt>Kafka</dt><dd>${kafkaLine(health)}</dd>
<dt>Files</dt><dd><code>npx chainwarden detect --chains - events.ndjson</code>: also AWS CloudTrail, plain or gzip</dd>
<dt>The contract</dt><dd><a href="/openapi.json">the HTTP API</a>; <code>npx chainwarden schema asyncapi</code> and
<code>npx chainwarden schema json-schema</code> for events; README.md, “Send your own events”</dd>
</dl>
</section>
</div>`;
}

function command(name: string, text: string): Html {
  return html`<pre tabindex="0" role="region" aria-label="${name}"><code>${text}</code></pre>`;
}

function kafkaLine({ kafka }: Read['health']): Html {
  if (kafka === undefined)
    return html`not configured: set <code>KAFKA_BROKERS</code>; it then reads <code>delegation.tokens</code>,
<code>delegation.tool-calls</code> and <code>delegation.api-calls</code>`;
  const topics = [...new Set(kafka.partitions.map(({ topic }) => topic))];
  const named = topics.map((topic) => html`<code>${topic}</code> `);
  return html`${kafka.state}${topics.length > 0 && html`, reading ${named}`}`;
}

function firstEvent(origin: string, nowMs: number): string {
  const event = {
    specversion: '1.0',
    id: 'hello-1',
    source: '//my-gateway',
    type: 'com.example.tool.invoked.v1',
    time: new Date(nowMs).toISOString(),
    data: {
      v: 1,
      type: 'tool.invoked',
      callId: '1',
      actor: { id: 'agent:me', kind: 'agent' },
      tool: { name: 'search' },
    },
  };
  return `curl -sS ${origin}/v1/events \\
  -H "authorization: Bearer $KEY" \\
  -H 'content-type: application/cloudevents+json' \\
  -d '${JSON.stringify(event)}'`;
}

/** Events came, and nothing hangs together: mostly because no event names a token, a call or a transaction. */
export function noChainsYet({ overview }: Pick<Read, 'overview'>): Html {
  return html`<p class="notice"><strong>${countOf(overview.stored.events, 'event')}, and no chain yet.</strong>
A chain begins with a token, a call or a request; the first one appears about a second after it arrived. Events that
only say something about a token or an approval make none.
<a href="/health">What arrived, and what was refused</a></p>`;
}

/** Chains, and nothing found in them: says how much could have been. */
export function noAlertsYet({ overview, coverage }: Pick<Read, 'overview' | 'coverage'>): Html {
  const count = (wanted: string) => coverage.detectors.filter(({ state }) => state === wanted).length;
  return html`<p class="notice"><strong>${countOf(overview.stored.chains, 'chain')}, and nothing found in them.</strong>
Of ${countOf(coverage.detectors.length, 'detector')} ${count('armed')} see all they need,
${count('partial')} a part of it, ${count('blind')} nothing. <a href="/detectors">What each of them lacks</a></p>`;
}
