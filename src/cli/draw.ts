import type { Alert } from '../domain/alert.ts';
import type { Action, Chain, Hop } from '../domain/chain.ts';
import { principalLabel } from '../domain/principal.ts';

export interface DrawnChain {
  readonly chain: Chain;
  readonly hops: readonly Hop[];
  readonly actions: readonly Action[];
  readonly alerts: readonly Alert[];
}

/** Actions of one hop that are drawn; the rest is counted. */
const ACTIONS_DRAWN_MAX = 12;

/** A chain as a tree for a terminal: who handed what to whom, what was done with it, and where it broke. */
export function drawChain({ chain, hops, actions, alerts }: DrawnChain): string {
  const known = new Set(hops.map((hop) => hop.key));
  const below = groupBy(hops, (hop) =>
    hop.parentKey !== undefined && known.has(hop.parentKey) ? hop.parentKey : '',
  );
  const done = groupBy(actions, (action) => action.hopKey);
  const raised = groupBy(alerts, (alert) => alert.subject.key);
  const lines = [headOf(chain)];

  function draw(hop: Hop, indent: string, last: boolean): void {
    lines.push(`${indent}${last ? '└─ ' : '├─ '}${describeHop(hop)}`);
    const inner = `${indent}${last ? '   ' : '│  '}`;
    for (const alert of raised.get(hop.key) ?? [])
      lines.push(`${inner}!! ${alert.severity.toUpperCase()} ${alert.title}`);
    const mine = (done.get(hop.key) ?? []).toSorted((a, b) => a.atMs - b.atMs || (a.id < b.id ? -1 : 1));
    const children = (below.get(hop.key) ?? []).toSorted(
      (a, b) => (a.issuedMs ?? 0) - (b.issuedMs ?? 0) || (a.key < b.key ? -1 : 1),
    );
    const shown = mine.slice(0, ACTIONS_DRAWN_MAX);
    shown.forEach((action, index) => {
      const isLast = index === shown.length - 1 && children.length === 0 && mine.length === shown.length;
      lines.push(`${inner}${isLast ? '└─ ' : '├─ '}${describeAction(action)}`);
    });
    if (mine.length > shown.length) {
      lines.push(
        `${inner}${children.length === 0 ? '└─ ' : '├─ '}… ${mine.length - shown.length} more actions`,
      );
    }
    children.forEach((child, index) => {
      draw(child, inner, index === children.length - 1);
    });
  }

  const tops = below.get('') ?? [];
  tops.forEach((hop, index) => {
    draw(hop, '', index === tops.length - 1);
  });
  const drawn = new Set(hops.flatMap((hop) => raised.get(hop.key) ?? []));
  for (const alert of alerts)
    if (!drawn.has(alert)) lines.push(`!! ${alert.severity.toUpperCase()} ${alert.title}`);
  return `${lines.join('\n')}\n`;
}

function headOf(chain: Chain): string {
  const missing = Object.entries(chain.completeness)
    .filter(([, present]) => !present)
    .map(([link]) => link);
  const parts = [
    chain.id,
    new Date(chain.startedMs).toISOString(),
    `started by ${printable(principalLabel(chain.initiator))}`,
    `root: ${chain.verdict}`,
    missing.length === 0 ? 'complete' : `missing: ${missing.join(', ')}`,
  ];
  return parts.join('  ');
}

function describeHop(hop: Hop): string {
  const to = printable(principalLabel(hop.to));
  const level = hop.level === undefined ? '' : ` [link level ${hop.level}]`;
  switch (hop.kind) {
    case 'request':
      return hop.to === undefined
        ? `transaction ${printable(hop.key.slice('txn:'.length))}`
        : `request by ${to} (${printable(hop.label)})`;
    case 'invocation':
      return `${printable(principalLabel(hop.from))} invokes ${to}${level}`;
    case 'session':
      return `direct use of ${printable(hop.label)}`;
    case 'call':
      return `call by ${to}, no token`;
    default:
      return `${to} holds ${printable(hop.label)} ${describeToken(hop)}${level}`;
  }
}

function describeToken(hop: Hop): string {
  const scope = hop.scope === undefined ? 'scope unknown' : `{${hop.scope.map(printable).join(' ')}}`;
  const added = hop.addedScope.length === 0 ? '' : ` +${hop.addedScope.map(printable).join(' +')}`;
  const until =
    hop.expiresMs === null
      ? ', never expires'
      : hop.expiresMs === undefined
        ? ''
        : `, until ${time(hop.expiresMs)}`;
  const revoked = hop.revokedMs === undefined ? '' : `, revoked ${time(hop.revokedMs)}`;
  return `${scope}${added}${until}${revoked}`;
}

function describeAction(action: Action): string {
  const target = [action.system, action.resource].filter((part) => part !== undefined).join('/');
  const where = target === '' ? '' : ` on ${printable(target)}`;
  return `${time(action.atMs)} ${action.kind} ${printable(action.action)}${where} (${action.effect}, ${action.outcome})`;
}

function time(ms: number): string {
  return new Date(ms).toISOString().slice(11, 19);
}

/** Names come from whoever sent the event: control characters must not reach a terminal. */
export function printable(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '\uFFFD').slice(0, 120);
}

export function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return groups;
}
