import type { Provider, TokenEndpointGrantContext } from 'oidc-provider';
import type { TokenBook } from './book.ts';

/** Stands in for the browser: signs a person in without asking anything, with a real grant behind it. */
export const SIGN_IN = 'urn:chainwarden:demo:sign-in';

interface SignInParams {
  readonly account?: string | undefined;
  readonly scope?: string | undefined;
}

/** Gives what the authorization code flow ends with: an access token and a refresh token under one grant. */
export function registerSignIn(provider: Provider, book: TokenBook): void {
  async function handle(ctx: TokenEndpointGrantContext<SignInParams>): Promise<void> {
    const { params, client } = ctx.oidc;
    const { account: accountId = '', scope = 'openid' } = params;
    const grant = new provider.Grant({ clientId: client.clientId, accountId });
    grant.addOIDCScope(scope);
    const grantId = await grant.save();
    const bound = { client, accountId, grantId, gty: 'authorization_code', scope };
    const access = new provider.AccessToken(bound);
    const refresh = new provider.RefreshToken(bound);
    const text = await access.save();
    const refreshText = await refresh.save();
    book.enter(text, { family: grantId });
    book.keep(grantId, refreshText);
    ctx.oidc.entity('AccessToken', access);
    ctx.oidc.entity('RefreshToken', refresh);
    ctx.body = {
      access_token: text,
      refresh_token: refreshText,
      token_type: 'Bearer',
      expires_in: access.expiration,
      scope,
    };
  }
  provider.registerGrantType<SignInParams>(SIGN_IN, handle, ['account', 'scope']);
}
