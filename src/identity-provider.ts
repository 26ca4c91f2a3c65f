import type { ConsoleOptions } from '../dashboards/console/index.ts';
import type { Config } from './config.ts';
import { createGuardedClient } from './guarded-fetch.ts';
import { createGuard, readSecret } from './respond/index.ts';

type Oidc = NonNullable<ConsoleOptions['oidc']>;

/** Whatever a provider made up, as long as nobody guesses it. */
const clientSecretKind = {
  expected: 'a client secret of 8 to 4096 printable characters',
  parse: (text: string) => (/^[\x20-\x7e]{8,4096}$/.test(text) ? text : undefined),
};

/** The provider by which people sign in to the console, reached as the guard lets. Throws CONFIG_INVALID. */
export function openIdentityProvider(
  { console: { oidc, publicUrl }, outbound, tenant }: Pick<Config, 'console' | 'outbound' | 'tenant'>,
  env: Readonly<Record<string, string | undefined>>,
): { readonly oidc: Oidc | undefined; close(): Promise<void> } {
  if (oidc === undefined || publicUrl === undefined) return { oidc: undefined, close: async () => undefined };
  const { clientSecret, allowPrivate } = oidc;
  const client = createGuardedClient(allowPrivate, createGuard({ allow: outbound.allow }));
  return {
    oidc: {
      config: oidc,
      clientSecret: clientSecret && readSecret('console.oidc', clientSecret, env, clientSecretKind),
      publicUrl,
      tenant,
      send: client.send,
    },
    close: client.close,
  };
}
