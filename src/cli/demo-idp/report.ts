import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Act, EventData, Principal } from '../../domain/event/index.ts';
import type { Minted, TokenBook } from './book.ts';
import { human, partyOf, principalOf } from './cast.ts';
import { EXCHANGE } from './exchange.ts';
import { SIGN_IN } from './sign-in.ts';
import { eventOf, type Tell } from './tell.ts';

/** Reports what the server does, as its operator would wire it to the event stream. */
export function reportTo(tell: Tell, issuer: string, provider: Provider, book: TokenBook): void {
  const say = (data: EventData): void => tell(eventOf(issuer, data));
  const subjectOf = (sub: string): Principal =>
    sub === human.id
      ? { id: sub, iss: issuer, kind: 'human', name: human.name }
      : principalOf(issuer, partyOf(sub));

  function minted(ctx: KoaContextWithOIDC): EventData | undefined {
    const { AccessToken: access, ClientCredentials: own, RotatedRefreshToken: rotated } = ctx.oidc.entities;
    const token = own ?? access;
    const entry = token === undefined ? undefined : book.find(token.jti);
    if (token === undefined || entry === undefined) return undefined;
    const client = token.clientId ?? '';
    const iat = token.iat ?? Math.floor(Date.now() / 1000);
    const exp = token.exp ?? iat + token.expiration;
    const scope = (token.scope ?? '').split(' ').filter((one) => one !== '');
    const claims = { v: 1 as const, token: entry.ref, tokenKind: 'access_token', scope, iat, exp, client };
    if (rotated !== undefined && entry.family !== undefined) {
      const { tokenKind: _, ...renewed } = claims;
      const previous = previousOf(entry, entry.family);
      return { type: 'token.refreshed', ...renewed, previous: previous.ref, family: entry.family };
    }
    const sub = String(token.extra?.['sub'] ?? ('accountId' in token ? token.accountId : client));
    const act = token.extra?.['act'] as Act | undefined;
    const whose = { subject: subjectOf(sub), ...(act === undefined ? {} : { act }) };
    if (entry.parent !== undefined) {
      return {
        type: 'token.exchanged',
        ...claims,
        ...whose,
        grant: EXCHANGE,
        actor: principalOf(issuer, partyOf(client)),
        parents: [entry.parent.ref],
      };
    }
    const family = entry.family === undefined ? {} : { family: entry.family };
    return {
      type: 'token.issued',
      ...claims,
      ...whose,
      ...family,
      grant: entry.family === undefined ? 'client_credentials' : SIGN_IN,
    };
  }

  function previousOf(entry: Minted, family: string): Minted {
    const all = book.ofFamily(family);
    return all[all.indexOf(entry) - 1] ?? entry;
  }

  provider.on('grant.success', (ctx) => {
    const { AccessToken: access, ClientCredentials: own, RefreshToken: refresh } = ctx.oidc.entities;
    // The standard grants know nothing of the book.
    const token = own ?? access;
    if (token !== undefined && book.find(token.jti) === undefined) {
      book.enter(token.jti, access?.grantId === undefined ? {} : { family: access.grantId });
    }
    if (refresh?.grantId !== undefined) book.keep(refresh.grantId, refresh.jti);
    const data = minted(ctx);
    if (data !== undefined) say(data);
  });
  for (const event of ['client_credentials.destroyed', 'access_token.destroyed'] as const) {
    provider.on(event as 'access_token.destroyed', ({ jti }) => {
      const entry = book.find(jti);
      if (entry !== undefined) say({ type: 'token.revoked', v: 1, token: entry.ref, by: issuer });
    });
  }
  provider.on('grant.revoked', (_ctx, family) => {
    say({ type: 'token.revoked', v: 1, family, by: issuer });
  });
}

/** Who asked about which token, and what it heard. */
export function reportIntrospection(
  tell: Tell,
  issuer: string,
  book: TokenBook,
  ctx: KoaContextWithOIDC,
): void {
  const entry = book.find(String(ctx.oidc.params?.['token'] ?? ''));
  const { active } = ctx.body as { active?: boolean };
  const by = ctx.oidc.client?.clientId;
  if (entry === undefined || by === undefined || active === undefined) return;
  tell(eventOf(issuer, { type: 'token.introspected', v: 1, token: entry.ref, active, by }));
}
