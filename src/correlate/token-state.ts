import type { LinkLevel, ParentLink, Revocation } from '../domain/chain.ts';
import type { Act, EventOf, Presented, Principal, TokenRef } from '../domain/event/index.ts';
import { STANDING_LIFETIME_MS } from '../domain/limits.ts';
import { issuerOf, refKey } from '../domain/token.ts';
import { actorsIn } from './actors.ts';
import { compareStrings, type Fact, isType } from './fact.ts';

type MintFact = Fact<EventOf<'token.issued' | 'token.exchanged'>>;
type AnyMintFact = Fact<EventOf<'token.issued' | 'token.exchanged' | 'token.refreshed'>>;

/** Kinds of credential that live until somebody deletes them. */
const standingKinds = new Set([
  'access_key',
  'api_key',
  'static',
  'personal_access_token',
  'password',
  'ssh_key',
]);

/** What a set of facts says of one token. A pure function of the set. */
export interface TokenState {
  readonly issuer: string | undefined;
  readonly issued: boolean;
  readonly late: boolean;
  readonly tokenKind: string | undefined;
  readonly grant: string | undefined;
  readonly subject: Principal | undefined;
  readonly actor: Principal | undefined;
  readonly client: string | undefined;
  readonly act: Act | undefined;
  readonly mayAct: Act | undefined;
  readonly cnf: Presented['cnf'];
  readonly authorizationDetails: EventOf<'token.issued'>['authorizationDetails'];
  readonly requestedScope: readonly string[] | undefined;
  readonly requestedAudience: readonly string[] | undefined;
  readonly actorToken: TokenRef | undefined;
  readonly maxUses: number | undefined;
  readonly session: string | undefined;
  readonly environment: string | undefined;
  readonly scope: readonly string[] | undefined;
  /** Only refreshes were reported of it: what they do not say is what they replaced said. */
  readonly refreshed: boolean;
  readonly aud: readonly string[] | undefined;
  readonly iatMs: number | undefined;
  readonly nbfMs: number | undefined;
  readonly expMs: number | null | undefined;
  readonly family: string | undefined;
  readonly txn: string | undefined;
  readonly standing: boolean;
  readonly parents: readonly ParentLink[];
  /** Set when it is named as its own parent, under whichever name. */
  readonly ownParent: ParentLink | undefined;
  readonly revocation: Revocation | undefined;
  readonly eventIds: readonly string[];
  readonly platform: boolean;
}

/** The token that a reference names, by the name that it is known under. */
export interface TokenNames {
  known(ref: TokenRef): TokenRef;
}

/** Folds facts (in canonical order) and, where no issuer spoke, what a resource server read in the token. */
export function foldToken(
  ref: TokenRef,
  facts: readonly Fact[],
  presented: Presented | undefined,
  names: TokenNames,
): TokenState {
  const mints = facts.filter((fact): fact is AnyMintFact =>
    isType(fact, 'token.issued', 'token.exchanged', 'token.refreshed'),
  );
  const full = mints.filter((fact): fact is MintFact => isType(fact, 'token.issued', 'token.exchanged'));
  const first = <T>(read: (data: MintFact['data']) => T | undefined): T | undefined => firstOf(full, read);
  const issued = mints.length > 0;
  const expMs = issued ? earliestExpiry(mints) : toMs(presented?.exp);
  const iatMs = issued ? Math.min(...mints.map((fact) => fact.data.iat * 1000)) : toMs(presented?.iat);
  const tokenKind = first((data) => data.tokenKind);
  const act = first((data) => data.act) ?? presented?.act;
  const { parents, ownParent } = parentsOf(refKey(ref), mints, names);
  return {
    issuer: issuerOf(ref) ?? mints[0]?.event.source,
    issued,
    late: issued && mints.every((fact) => fact.late),
    tokenKind,
    grant: first((data) => data.grant) ?? (issued ? 'refresh_token' : undefined),
    subject: first((data) => data.subject),
    actor: first((data) => data.actor) ?? actorsIn(act)[0],
    client: firstOf(mints, (fact) => fact.client) ?? presented?.client,
    act,
    mayAct: first((data) => data.mayAct),
    cnf: first((data) => data.cnf) ?? presented?.cnf,
    authorizationDetails: first((data) => data.authorizationDetails),
    requestedScope: first((data) => ('requestedScope' in data ? data.requestedScope : undefined)),
    requestedAudience: first((data) => ('requestedAudience' in data ? data.requestedAudience : undefined)),
    actorToken: first((data) => ('actorToken' in data ? data.actorToken : undefined)),
    maxUses: first((data) => data.maxUses),
    session: first((data) => data.session),
    environment: firstOf(mints, (data) => data.facts?.environment),
    scope: firstOf(mints, (data) => data.scope) ?? (issued ? undefined : presented?.scope),
    refreshed: issued && full.length === 0,
    aud: first((data) => data.aud) ?? presented?.aud,
    iatMs: iatMs ?? undefined,
    nbfMs: toMs(first((data) => data.nbf) ?? presented?.nbf) ?? undefined,
    expMs,
    family: firstOf(mints, (data) => data.family),
    txn: firstOf(mints, (data) => data.txn),
    standing: isStanding(tokenKind, iatMs ?? undefined, expMs),
    parents,
    ownParent,
    revocation: undefined,
    eventIds: [...new Set(mints.map((fact) => fact.event.id))].sort(compareStrings),
    platform: mints.some((fact) => fact.data.facts?.['platform'] === true),
  };
}

function firstOf<D, T>(facts: readonly { data: D }[], read: (data: D) => T | undefined): T | undefined {
  for (const fact of facts) {
    const value = read(fact.data);
    if (value !== undefined) return value;
  }
  return undefined;
}

function toMs(seconds: number | null | undefined): number | null | undefined {
  return typeof seconds === 'number' ? seconds * 1000 : seconds;
}

/** The earliest expiry that any report gives: a later report can only shorten a life, so findings stay true. */
function earliestExpiry(mints: readonly AnyMintFact[]): number | null {
  const finite = mints.flatMap((fact) => (fact.data.exp === null ? [] : [fact.data.exp * 1000]));
  return finite.length === 0 ? null : Math.min(...finite);
}

function isStanding(
  tokenKind: string | undefined,
  iatMs: number | undefined,
  expMs: number | null | undefined,
): boolean {
  if (tokenKind !== undefined && standingKinds.has(tokenKind)) return true;
  if (expMs === null) return true;
  return iatMs !== undefined && expMs !== undefined && expMs - iatMs > STANDING_LIFETIME_MS;
}

/** Named parents: best level first, then the position in which one report names them, then the smallest key. */
function parentsOf(
  own: string,
  mints: readonly AnyMintFact[],
  names: TokenNames,
): { parents: ParentLink[]; ownParent: ParentLink | undefined } {
  const ranked: { link: ParentLink; position: number }[] = [];
  for (const fact of mints) {
    const refs = fact.data.type === 'token.refreshed' ? [fact.data.previous] : (fact.data.parents ?? []);
    refs.forEach((told, position) => {
      const parent = names.known(told);
      ranked.push({ link: { key: refKey(parent), ref: parent, level: levelOf(fact) }, position });
    });
  }
  ranked.sort(
    (a, b) =>
      a.link.level - b.link.level || a.position - b.position || compareStrings(a.link.key, b.link.key),
  );
  const distinct = new Map<string, ParentLink>();
  for (const { link } of ranked) if (!distinct.has(link.key)) distinct.set(link.key, link);
  const ownParent = distinct.get(own);
  distinct.delete(own);
  return { parents: [...distinct.values()], ownParent };
}

/** Adapters of platforms that name the parent by the platform's own id. */
const platformAdapters = new Set(['cloudtrail']);

function levelOf(fact: Fact): LinkLevel {
  if (platformAdapters.has(fact.event.origin.adapter)) return 2;
  return fact.event.origin.issuerBound ? 1 : 4;
}
