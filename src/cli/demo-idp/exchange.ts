import type { errors as OidcErrors, Provider, TokenEndpointGrantContext } from 'oidc-provider';
import type { Act } from '../../domain/event/index.ts';
import type { TokenBook } from './book.ts';

export const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

interface ExchangeParams {
  readonly subject_token?: string | undefined;
  readonly subject_token_type?: string | undefined;
  readonly scope?: string | undefined;
  readonly audience?: string | undefined;
}

export interface ExchangeOptions {
  readonly issuer: string;
  readonly errors: typeof OidcErrors;
  readonly book: TokenBook;
  /** Mints whatever is asked for, also what the subject token does not hold. */
  readonly isLax: () => boolean;
  /** Claims go into the token when it is saved. */
  readonly claims: WeakMap<object, Record<string, unknown>>;
  readonly lifetimeSeconds: number;
}

/** RFC 8693: a token is traded for one of the client's own; `act` names the client before those that came before. */
export function registerExchange(provider: Provider, options: ExchangeOptions): void {
  const { issuer, errors, book, claims } = options;

  async function parentOf({ subject_token: text, subject_token_type: type }: ExchangeParams) {
    if (type !== ACCESS_TOKEN) throw new errors.InvalidRequest('subject_token_type is not supported');
    const parent =
      (await provider.ClientCredentials.find(text ?? '')) ?? (await provider.AccessToken.find(text ?? ''));
    const minted = book.find(text ?? '');
    if (parent === undefined || minted === undefined || !parent.isValid) {
      throw new errors.InvalidGrant('subject_token is not active');
    }
    return { parent, minted };
  }

  async function handle(ctx: TokenEndpointGrantContext<ExchangeParams>): Promise<void> {
    const { params, client } = ctx.oidc;
    const { parent, minted } = await parentOf(params);
    const asked = (params.scope ?? parent.scope ?? '').split(' ').filter((scope) => scope !== '');
    const beyond = asked.find((scope) => !parent.scopes.has(scope));
    if (beyond !== undefined && !options.isLax()) {
      throw new errors.InvalidScope('scope exceeds that of subject_token', beyond);
    }
    const leftSeconds = parent.remainingTTL;
    const child = new provider.ClientCredentials({
      client,
      scope: asked.join(' '),
      expiresIn: Math.min(options.lifetimeSeconds, leftSeconds),
    });
    const inner = parent.extra?.['act'] as Act | undefined;
    const subject = parent.extra?.['sub'] ?? ('accountId' in parent ? parent.accountId : parent.clientId);
    claims.set(child, {
      sub: subject,
      act: { sub: client.clientId, iss: issuer, ...(inner === undefined ? {} : { act: inner }) },
    });
    const text = await child.save();
    book.enter(text, { parent: minted });
    ctx.oidc.entity('ClientCredentials', child);
    ctx.body = {
      access_token: text,
      issued_token_type: ACCESS_TOKEN,
      token_type: 'Bearer',
      expires_in: child.expiration,
      scope: child.scope,
    };
  }

  provider.registerGrantType<ExchangeParams>(
    EXCHANGE,
    handle,
    ['subject_token', 'subject_token_type', 'scope', 'audience', 'requested_token_type'],
    ['audience'],
  );
}
