import type { Hop } from '../chart/detail.ts';
import { type Html, html } from '../html.ts';

export interface ScopeDifference {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly kept: readonly string[];
}

/** Undefined where nobody has said what one of the two may do: that is neither nothing nor everything. */
export function scopeDifference(hop: Hop, parent: Hop | undefined): ScopeDifference | undefined {
  if (hop.scope === undefined || parent?.scope === undefined) return undefined;
  const own = new Set(hop.scope);
  const added = new Set(hop.addedScope);
  return {
    // What the service says, and not the mere difference of two lists: a grant may be covered by a wider one.
    added: hop.addedScope,
    removed: parent.scope.filter((scope) => !own.has(scope)),
    kept: hop.scope.filter((scope) => !added.has(scope)),
  };
}

/** What the parent could and this one can, told by sign and word. */
export function scopePanel(hop: Hop | undefined, parent: Hop | undefined): Html | undefined {
  if (hop === undefined || hop.kind === 'invocation' || hop.kind === 'call') return undefined;
  const difference = scopeDifference(hop, parent);
  return html`<h3>What it may do, against its parent</h3>
${difference === undefined ? unknown(hop, parent) : lists(difference)}`;
}

function lists({ added, removed, kept }: ScopeDifference): Html {
  return html`<ul class="difference">
${added.map((scope) => html`<li class="added"><span aria-hidden="true">+</span> <code>${scope}</code> added: no parent held it</li>`)}
${removed.map((scope) => html`<li class="removed"><span aria-hidden="true">−</span> <code>${scope}</code> not passed on</li>`)}
${kept.map((scope) => html`<li><span aria-hidden="true">=</span> <code>${scope}</code> held by both</li>`)}
</ul>
${added.length === 0 && html`<p class="muted">It may do nothing that its parent could not.</p>`}`;
}

function unknown(hop: Hop, parent: Hop | undefined): Html {
  if (hop.scope === undefined)
    return html`<p class="muted">Nobody has said what it may do; that is not the same as everything.</p>`;
  const why =
    parent === undefined ? 'It has no parent in this chain' : 'Nobody has said what its parent may do';
  return html`<p class="muted">${why}. It may:</p><ul class="difference">${hop.scope.map(
    (scope) => html`<li><code>${scope}</code>${hop.addedScope.includes(scope) && ' added'}</li>`,
  )}</ul>`;
}
