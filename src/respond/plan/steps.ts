import type { LinkLevel } from '../../domain/chain.ts';
import { principalKey } from '../../domain/principal.ts';
import type { LineageToken } from '../../domain/reach.ts';
import type { PlanStep, ResponseTarget, StepRole } from '../../domain/response.ts';
import { issuerOf, refLabel } from '../../domain/token.ts';
import { compare } from './graph.ts';
import { actionOn, familyTarget, responseId, tokenTarget } from './ids.ts';
import type { CascadeInput, Foreseen } from './types.ts';

/** A token that is to end, and why. */
export interface Doomed {
  readonly token: LineageToken;
  readonly role: Extract<StepRole, 'source' | 'sibling' | 'descendant'>;
  readonly level: LinkLevel | undefined;
  readonly depth: number;
  readonly holds: readonly string[];
}

type Planning = Pick<CascadeInput, 'tenant' | 'connectors' | 'nowMs'>;

const NO_CONNECTOR = 'no connector is configured that could end it';

export function stepOf(
  target: ResponseTarget,
  about: Omit<PlanStep, 'responseId' | 'action' | 'target' | 'connector'>,
  { tenant, connectors }: Planning,
  holds: readonly string[],
): Foreseen {
  const connector = connectors.find((candidate) => candidate.handles(target))?.declaration;
  const step: PlanStep = {
    ...about,
    responseId: responseId(tenant, target),
    action: actionOn(target),
    target,
    connector,
  };
  return { step, holds: connector === undefined ? [...holds, NO_CONNECTOR] : holds };
}

export function tokenStep({ token, role, level, depth, holds }: Doomed, planning: Planning): Foreseen {
  const about = {
    label: labelOf(token),
    holder: token.holder === undefined ? undefined : principalKey(token.holder),
    role,
    depth,
    level,
    environment: token.environment,
    residualUntilMs: token.expiresMs,
  };
  return stepOf({ ...tokenTarget(token.ref), key: token.key }, about, planning, holds);
}

/** A refresh family: what mints without asking anybody. */
export interface Family {
  readonly target: ResponseTarget & { readonly kind: 'family' };
  /** All that the lineage knows of it. */
  readonly members: readonly LineageToken[];
}

/** The families of some tokens, by key, each with every member in the lineage. */
export function familiesOf(
  some: Iterable<LineageToken>,
  all: readonly LineageToken[],
): ReadonlyMap<string, Family> {
  const families = new Map<string, Family & { members: LineageToken[] }>();
  const targetOf = ({ ref, family }: LineageToken) =>
    family === undefined ? undefined : familyTarget(issuerOf(ref), family);
  for (const token of some) {
    const target = targetOf(token);
    if (target !== undefined) families.set(target.key, { target, members: [] });
  }
  if (families.size === 0) return families;
  for (const token of all) families.get(targetOf(token)?.key ?? '')?.members.push(token);
  return families;
}

/** Ends when its last member does: null, if one never does; undefined, if that of one is unknown. */
export function lastExpiry(tokens: readonly LineageToken[]): number | null | undefined {
  const ends = tokens.map(({ expiresMs }) => expiresMs);
  if (ends.includes(null)) return null;
  return ends.reduce<number | undefined>(
    (last, end) => (last === undefined || typeof end !== 'number' ? undefined : Math.max(last, end)),
    0,
  );
}

export function isExpired({ expiresMs }: LineageToken, nowMs: number): boolean {
  return typeof expiresMs === 'number' && expiresMs <= nowMs;
}

export function isLive(token: LineageToken, nowMs: number): boolean {
  return token.revokedMs === undefined && !isExpired(token, nowMs);
}

export function newestFirst(a: Doomed, b: Doomed): number {
  return (
    (b.token.issuedMs ?? 0) - (a.token.issuedMs ?? 0) ||
    b.depth - a.depth ||
    compare(a.token.key, b.token.key)
  );
}

export function labelOf({ label, ref }: LineageToken): string {
  return label === '' ? refLabel(ref) : label;
}
