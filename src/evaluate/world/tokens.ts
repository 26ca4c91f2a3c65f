import type { Act, Principal, TokenRef } from '../../domain/event/index.ts';
import { type Capability, type Issuer, scopeOf } from './cast.ts';
import { digestOf, emit, type Script } from './script.ts';

/** A token of the world, with everything its story needs to know. */
export interface Token {
  readonly ref: TokenRef;
  readonly issuer: Issuer;
  readonly capabilities: readonly Capability[];
  readonly scope: readonly string[];
  readonly subject: Principal;
  readonly holder: Principal;
  readonly act: Act | undefined;
  readonly audience: readonly string[];
  readonly family: string | undefined;
  readonly iatMs: number;
  /** null: never expires. */
  readonly expMs: number | null;
}

export interface IssueSpec {
  readonly issuer: Issuer;
  readonly subject: Principal;
  /** The party that carries it; the subject itself when there is no actor. */
  readonly holder: Principal;
  readonly capabilities: readonly Capability[];
  /** Scope values in place of those spelt from the capabilities. */
  readonly scope?: readonly string[];
  readonly lifetimeS?: number | null;
  /** Seconds by which the claims lie before the report. */
  readonly mintedAgoS?: number;
  readonly grant?: string;
  readonly tokenKind?: string;
  readonly nbfInS?: number;
  readonly family?: string;
  readonly delayMs?: number;
  /** The issuer never reports it. */
  readonly unreported?: boolean;
  /** A standing key belongs to no transaction. */
  readonly withoutTxn?: boolean;
}

const HOUR_S = 3_600;

export function issue(script: Script, spec: IssueSpec): Token {
  const act = spec.holder.id === spec.subject.id ? undefined : { sub: spec.holder.id };
  const token = describe(script, spec, act, script.nowMs - (spec.mintedAgoS ?? 0) * 1000);
  if (spec.unreported === true) return token;
  emit(
    script,
    spec.issuer.source,
    'token.issued',
    { ...claims(script, token, spec), grant: spec.grant ?? 'authorization_code' },
    spec.delayMs,
  );
  return token;
}

export interface ExchangeSpec {
  readonly holder: Principal;
  readonly capabilities?: readonly Capability[];
  readonly scope?: readonly string[];
  readonly issuer?: Issuer;
  readonly lifetimeS?: number;
  readonly requested?: readonly Capability[];
  readonly actorToken?: Token;
  readonly delayMs?: number;
}

/** RFC 8693: the holder trades `parent` for a token of its own; the issuer names the parent. */
export function exchange(script: Script, parent: Token, spec: ExchangeSpec): Token {
  const issuer = spec.issuer ?? parent.issuer;
  const capabilities = spec.capabilities ?? parent.capabilities;
  const act: Act = { sub: spec.holder.id, ...(parent.act === undefined ? {} : { act: parent.act }) };
  const full: IssueSpec = {
    issuer,
    subject: parent.subject,
    holder: spec.holder,
    capabilities,
    ...(spec.scope === undefined ? {} : { scope: spec.scope }),
    lifetimeS: spec.lifetimeS ?? lifetimeBelow(script, parent),
  };
  const token = describe(script, full, act, script.nowMs);
  const { actorToken } = spec;
  emit(
    script,
    issuer.source,
    'token.exchanged',
    {
      ...claims(script, token, full),
      grant: 'urn:ietf:params:oauth:grant-type:token-exchange',
      parents: [parent.ref, ...(actorToken === undefined ? [] : [actorToken.ref])],
      actorToken: actorToken?.ref,
      requestedScope: spec.requested === undefined ? undefined : scopeOf(issuer, spec.requested),
    },
    spec.delayMs,
  );
  return token;
}

/** Refresh rotation; without `scope` the new token holds what the previous one held. */
export function refresh(
  script: Script,
  previous: Token,
  spec: { readonly scope?: readonly string[]; readonly capabilities?: readonly Capability[] } = {},
): Token {
  const family = previous.family ?? script.name('family');
  const capabilities = spec.capabilities ?? previous.capabilities;
  const full: IssueSpec = {
    ...previous,
    capabilities,
    scope: spec.scope ?? previous.scope,
    lifetimeS: HOUR_S,
    family,
  };
  const token = describe(script, full, previous.act, script.nowMs);
  emit(script, previous.issuer.source, 'token.refreshed', {
    txn: script.txn,
    token: token.ref,
    previous: previous.ref,
    family,
    iat: token.iatMs / 1000,
    exp: token.expMs === null ? null : token.expMs / 1000,
    scope: spec.scope === undefined ? undefined : [...spec.scope],
    client: previous.holder.id,
  });
  return token;
}

export type RevokeSpec = { readonly reason: string; readonly by?: string; readonly source?: string } & (
  | { readonly token: Token }
  | { readonly family: string; readonly issuer: Issuer }
  | { readonly subject: Principal; readonly issuer: Issuer }
);

export function revoke(script: Script, spec: RevokeSpec): void {
  const issuer = 'token' in spec ? spec.token.issuer : spec.issuer;
  emit(script, issuer.source, 'token.revoked', {
    txn: script.txn,
    token: 'token' in spec ? spec.token.ref : undefined,
    family: 'family' in spec ? spec.family : undefined,
    subject: 'subject' in spec ? spec.subject : undefined,
    by: spec.by ?? issuer.iss,
    reason: spec.reason,
  });
}

function describe(script: Script, spec: IssueSpec, act: Act | undefined, mintedMs: number): Token {
  const iatMs = Math.floor(mintedMs / 1000) * 1000;
  const lifetimeS = spec.lifetimeS === undefined ? HOUR_S : spec.lifetimeS;
  return {
    ref: refOf(spec.issuer, script.name('tok')),
    issuer: spec.issuer,
    capabilities: spec.capabilities,
    scope: spec.scope ?? scopeOf(spec.issuer, spec.capabilities),
    subject: spec.subject,
    holder: spec.holder,
    act,
    audience: [...new Set(spec.capabilities.map(({ system }) => `https://api.acme.example/${system}`))],
    family: spec.family,
    iatMs,
    expMs: lifetimeS === null ? null : iatMs + lifetimeS * 1000,
  };
}

function refOf(issuer: Issuer, jti: string): TokenRef {
  const hash = digestOf(`${issuer.iss} ${jti}`);
  if (issuer.refs === 'hash') return { hash };
  return issuer.refs === 'jti' ? { iss: issuer.iss, jti } : { iss: issuer.iss, jti, hash };
}

function claims(script: Script, token: Token, spec: IssueSpec) {
  return {
    txn: spec.withoutTxn === true ? undefined : script.txn,
    token: token.ref,
    tokenKind: spec.tokenKind ?? 'access_token',
    subject: token.subject,
    actor: token.holder.id === token.subject.id ? undefined : token.holder,
    client: token.holder.id,
    act: token.act,
    aud: [...token.audience],
    scope: [...token.scope],
    iat: token.iatMs / 1000,
    exp: token.expMs === null ? null : token.expMs / 1000,
    nbf: spec.nbfInS === undefined ? undefined : token.iatMs / 1000 + spec.nbfInS,
    family: token.family,
  };
}

/** At least ten minutes, and no longer than the parent lives where the parent has that long. */
function lifetimeBelow(script: Script, parent: Token): number {
  const leftS = parent.expMs === null ? HOUR_S : Math.floor((parent.expMs - script.nowMs) / 1000);
  return Math.max(600, Math.min(HOUR_S / 2, leftS));
}
