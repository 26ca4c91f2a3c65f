import type { Act, EventOf, Principal, TokenRef } from '../../domain/event/index.ts';
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
  /** The key that whoever presents it must hold. */
  readonly cnf?: { readonly jkt: string } | undefined;
}

type Issued = EventOf<'token.issued'>;

export interface IssueSpec {
  readonly issuer: Issuer;
  readonly subject: Principal;
  /** The party that carries it; the subject itself when there is no actor. */
  readonly holder: Principal;
  readonly capabilities: readonly Capability[];
  /** Scope values in place of those spelt from the capabilities. */
  readonly scope?: readonly string[];
  /** Audiences in place of the APIs of the capabilities. */
  readonly audience?: readonly string[];
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
  /** Bound to the holder's key (RFC 9449). */
  readonly bound?: boolean;
  readonly mayAct?: Act;
  readonly maxUses?: number;
  readonly details?: NonNullable<Issued['authorizationDetails']>;
  /** The environment that it is minted for. */
  readonly environment?: string;
  readonly session?: string;
  /** In place of the actors that follow from holder and parent; null: none is named. */
  readonly act?: Act | null;
  /** In place of an id drawn from the chain's own. */
  readonly jti?: string;
}

const HOUR_S = 3_600;
const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
/** RFC 7523: how one domain accepts what another one issued. */
const FEDERATION = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

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

export interface ExchangeSpec extends Partial<Omit<IssueSpec, 'holder'>> {
  readonly holder: Principal;
  readonly requested?: readonly Capability[];
  readonly requestedAudience?: readonly string[];
  readonly actorToken?: Token;
}

/** RFC 8693: the holder trades `parent` for a token of its own; the issuer names the parent. */
export function exchange(script: Script, parent: Token, spec: ExchangeSpec): Token {
  const issuer = spec.issuer ?? parent.issuer;
  const act = actBelow(parent, spec.holder);
  const full: IssueSpec = {
    subject: parent.subject,
    bound: parent.cnf !== undefined,
    ...spec,
    issuer,
    capabilities: spec.capabilities ?? parent.capabilities,
    lifetimeS: spec.lifetimeS === undefined ? lifetimeBelow(script, parent) : spec.lifetimeS,
  };
  const token = describe(script, full, act, script.nowMs);
  const { actorToken } = spec;
  emit(
    script,
    issuer.source,
    'token.exchanged',
    {
      ...claims(script, token, full),
      grant: spec.grant ?? (issuer.domain === parent.issuer.domain ? EXCHANGE : FEDERATION),
      parents: [parent.ref, ...(actorToken === undefined ? [] : [actorToken.ref])],
      actorToken: actorToken?.ref,
      requestedScope: spec.requested === undefined ? undefined : scopeOf(issuer, spec.requested),
      requestedAudience: spec.requestedAudience === undefined ? undefined : [...spec.requestedAudience],
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
    issuer: previous.issuer,
    subject: previous.subject,
    holder: previous.holder,
    audience: previous.audience,
    bound: previous.cnf !== undefined,
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

/** The API of a system, as tokens name it in their audience. */
export function audienceOf(system: string): string {
  return `https://api.acme.example/${system}`;
}

/** The thumbprint of a party's own key. */
export function keyOf(party: Principal): string {
  return digestOf(`key of ${party.id}`).slice('sha256:'.length);
}

function describe(script: Script, spec: IssueSpec, act: Act | undefined, mintedMs: number): Token {
  const iatMs = Math.floor(mintedMs / 1000) * 1000;
  const lifetimeS = spec.lifetimeS === undefined ? HOUR_S : spec.lifetimeS;
  return {
    ref: refOf(spec.issuer, spec.jti ?? script.name('tok')),
    issuer: spec.issuer,
    capabilities: spec.capabilities,
    scope: spec.scope ?? scopeOf(spec.issuer, spec.capabilities),
    subject: spec.subject,
    holder: spec.holder,
    act: spec.act === undefined ? act : (spec.act ?? undefined),
    audience: spec.audience ?? [...new Set(spec.capabilities.map(({ system }) => audienceOf(system)))],
    family: spec.family,
    iatMs,
    expMs: lifetimeS === null ? null : iatMs + lifetimeS * 1000,
    cnf: spec.bound === true ? { jkt: keyOf(spec.holder) } : undefined,
  };
}

/** Whoever narrows its own token hands nothing on, so that no actor is added. */
function actBelow(parent: Token, holder: Principal): Act | undefined {
  if (holder.id === parent.holder.id) return parent.act;
  return { sub: holder.id, ...(parent.act === undefined ? {} : { act: parent.act }) };
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
    mayAct: spec.mayAct,
    aud: [...token.audience],
    scope: [...token.scope],
    iat: token.iatMs / 1000,
    exp: token.expMs === null ? null : token.expMs / 1000,
    nbf: spec.nbfInS === undefined ? undefined : token.iatMs / 1000 + spec.nbfInS,
    cnf: token.cnf,
    family: token.family,
    session: spec.session,
    authorizationDetails: spec.details === undefined ? undefined : [...spec.details],
    maxUses: spec.maxUses,
    facts: spec.environment === undefined ? undefined : { environment: spec.environment },
  };
}

/** At least ten minutes, and no longer than the parent lives where the parent has that long. */
function lifetimeBelow(script: Script, parent: Token): number {
  const leftS = parent.expMs === null ? HOUR_S : Math.floor((parent.expMs - script.nowMs) / 1000);
  return Math.max(600, Math.min(HOUR_S / 2, leftS));
}
