import type { Adapter, AdapterPayload } from 'oidc-provider';

/**
 * Where the server keeps what it mints: in memory, one store for each server. The package's own is one store for the
 * whole process, and warns on every start.
 */
export function createAdapters(): (model: string) => Adapter {
  const stores = new Map<string, Map<string, AdapterPayload>>();
  const storeOf = (model: string): Map<string, AdapterPayload> => {
    const known = stores.get(model) ?? new Map<string, AdapterPayload>();
    stores.set(model, known);
    return known;
  };
  const first = async (store: ReadonlyMap<string, AdapterPayload>, fits: (one: AdapterPayload) => boolean) =>
    [...store.values()].find(fits);

  return (model) => {
    const store = storeOf(model);
    return {
      upsert: async (id, payload) => void store.set(id, payload),
      find: async (id) => store.get(id),
      findByUid: (uid) => first(store, (one) => one.uid === uid),
      findByUserCode: (code) => first(store, (one) => one.userCode === code),
      async consume(id) {
        const payload = store.get(id);
        if (payload !== undefined) store.set(id, { ...payload, consumed: Math.floor(Date.now() / 1000) });
      },
      destroy: async (id) => void store.delete(id),
      async revokeByGrantId(grantId) {
        for (const [id, payload] of store) if (payload.grantId === grantId) store.delete(id);
      },
    };
  };
}
