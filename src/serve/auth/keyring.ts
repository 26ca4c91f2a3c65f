import { setTimeout as delay } from 'node:timers/promises';
import type { ApiKey } from '../../domain/access.ts';
import type { KeyStore } from '../../domain/ports.ts';
import { parseApiKey, secretMatches } from './keys.ts';

/** A key that another process disabled stops working here within this time. */
const KEYS_FRESH_MS = 30_000;
/** A store that is silent instead of down must not make every request as slow as itself. */
const KEYS_WAIT_MS_MAX = 1_000;

export interface Keyring {
  /** The enabled key that an Authorization header proves, if it proves one. */
  authenticate(authorization: string | undefined): Promise<ApiKey | undefined>;
  /** False once a key is disabled. True for one that was never kept: somebody else vouches for its bearer. */
  isValid(key: ApiKey): Promise<boolean>;
  list(tenant: string): Promise<readonly ApiKey[]>;
  write(key: ApiKey): Promise<void>;
}

/** API keys, kept in memory: a request must not cost a query. */
export function createKeyring(store: KeyStore, clock: () => number): Keyring {
  let keys: ReadonlyMap<string, ApiKey> = new Map();
  let loadedMs = Number.NEGATIVE_INFINITY;
  let loading: Promise<void> | undefined;
  /** Over when the refresh under way has taken long enough for those who have older keys. */
  let enough: Promise<void> = Promise.resolve();

  async function load(): Promise<void> {
    const startedMs = clock();
    keys = new Map((await store.apiKeys()).map((key) => [key.id, key]));
    loadedMs = startedMs;
  }

  function refresh(): Promise<void> {
    if (loading === undefined) {
      enough = delay(KEYS_WAIT_MS_MAX, undefined, { ref: false });
      loading = load().finally(() => {
        loading = undefined;
      });
    }
    return loading;
  }

  async function fresh(): Promise<ReadonlyMap<string, ApiKey>> {
    if (clock() - loadedMs >= KEYS_FRESH_MS) {
      const refreshed = refresh();
      // Known keys go on working while the store is away; without any there is nobody to let in.
      await (keys.size === 0 ? refreshed : Promise.race([refreshed.catch(() => undefined), enough]));
    }
    return keys;
  }

  return {
    async authenticate(authorization) {
      const [, text] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
      const presented = text === undefined ? undefined : parseApiKey(text);
      if (presented === undefined) return undefined;
      const key = (await fresh()).get(presented.id);
      return secretMatches(key, presented.secret) && key?.disabled === false ? key : undefined;
    },
    isValid: async ({ id, hash }) => hash === '' || (await fresh()).get(id)?.disabled === false,
    async list(tenant) {
      await refresh();
      return [...keys.values()].filter((key) => key.tenant === tenant);
    },
    async write(key) {
      await store.writeApiKey(key);
      await loading?.catch(() => undefined);
      await refresh();
    },
  };
}
