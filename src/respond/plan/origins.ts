import type { LinkLevel } from '../../domain/chain.ts';
import { principalKey } from '../../domain/principal.ts';
import type { LineageToken } from '../../domain/reach.ts';
import type { StepRole } from '../../domain/response.ts';
import { refKey, refLabel } from '../../domain/token.ts';
import type { Compromise } from './compromise.ts';
import { type LineageGraph, TRUSTED_LEVEL_MAX } from './graph.ts';
import { isSignIn } from './parties.ts';
import type { Source } from './types.ts';

/** A token at which a cascade begins. */
export interface Origin {
  readonly token: LineageToken;
  readonly role: Extract<StepRole, 'source' | 'sibling'>;
  /** Weakest link that says it belongs here; undefined: it rests on none. */
  readonly level: LinkLevel | undefined;
  /** Why a person has to see it first, and so all that hangs on it alone. */
  readonly holds: readonly string[];
}

const none: readonly string[] = [];

type TokenSource = Extract<Source, { kind: 'token' }>;
type SubjectSource = Extract<Source, { kind: 'subject' }>;

/** The violating token, known or not. */
export function sourceOrigin(source: TokenSource, graph: LineageGraph): Origin {
  const token = graph.get(refKey(source.ref)) ?? unheardOf(source);
  const levels = [source.linkLevel, token.parents[0]?.level].filter((level) => level !== undefined);
  const level = levels.length === 0 ? undefined : (Math.max(...levels) as LinkLevel);
  return { token, role: 'source', level, holds: [...caution(token, graph), ...distrust(level)] };
}

/** What else the holder of the source got, where the finding means that; never what the source was made from. */
export function siblingOrigins(
  source: LineageToken,
  compromise: Compromise,
  { graph, isOut }: { graph: LineageGraph; isOut: (token: LineageToken) => boolean },
): readonly Origin[] {
  const { holder } = source;
  if (holder === undefined || holder.kind === 'human') return [];
  const key = principalKey(holder);
  return graph.tokens.flatMap((token) => {
    if (token.holder === undefined || principalKey(token.holder) !== key) return [];
    if (isOut(token)) return [];
    const level = token.parents[0]?.level;
    // Who holds a token is as true as what was said of its making.
    const unsure = level === undefined ? ['no trusted link says who got it'] : distrust(level);
    const guess = compromise.isCertain
      ? []
      : [`it is another token of the same holder: ${compromise.reason}`];
    return [{ token, role: 'sibling', level, holds: [...guess, ...unsure, ...caution(token, graph)] }];
  });
}

/** What the subject was given before the cut-off. */
export function subjectOrigins({ subject, cutOffMs }: SubjectSource, graph: LineageGraph): readonly Origin[] {
  const key = principalKey(subject);
  return graph.tokens.flatMap((token) => {
    if (token.subject === undefined || principalKey(token.subject) !== key) return [];
    if (token.issuedMs !== undefined && token.issuedMs > cutOffMs) return [];
    const holds = [SUBJECT_WIDE, ...caution(token, graph)];
    return [{ token, role: 'sibling', level: token.parents[0]?.level, holds }];
  });
}

export const SUBJECT_WIDE = 'it takes all that its subject was given';

/** Why a token is not for a machine to take, however sure the finding is. */
export function caution(token: LineageToken, graph: LineageGraph): readonly string[] {
  if (token.standing) return ['it is a standing credential, on which other work rests'];
  if (isSignIn(token)) return ['a person signed in with it'];
  const children = graph.childrenOf(token.key);
  if (children.length < 2) return none;
  const chains = new Set(children.map((child) => child.token.chainId));
  return chains.size > 1 ? [`${chains.size} chains rest on it`] : none;
}

export function distrust(level: LinkLevel | undefined): readonly string[] {
  if (level === undefined || level <= TRUSTED_LEVEL_MAX) return none;
  return [`a link of level ${level} leads to it, which somebody only asserts`];
}

/** As much as a finding alone says of a token of which no hop is stored. */
function unheardOf({ ref, liveUntilMs }: TokenSource): LineageToken {
  return {
    key: refKey(ref),
    ref,
    label: refLabel(ref),
    tokenKind: undefined,
    chainId: '',
    parents: [],
    family: undefined,
    session: undefined,
    holder: undefined,
    subject: undefined,
    environment: undefined,
    standing: false,
    issuedMs: undefined,
    expiresMs: liveUntilMs,
    revokedMs: undefined,
    lastUsedMs: undefined,
  };
}
