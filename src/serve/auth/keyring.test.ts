import { describe, expect, it } from 'vitest';
import type { ApiKey } from '../../domain/access.ts';
import { createKeyring } from './keyring.ts';
import { createApiKey } from './keys.ts';

const made = createApiKey({ name: 'n', role: 'analyst', tenant: 'acme', issuers: [], nowMs: 1 });
const header = `Bearer ${made.text}`;

interface State {
  nowMs: number;
  reads: number;
  away: boolean;
  keys: readonly ApiKey[];
}

function harness() {
  const state: State = { nowMs: 0, reads: 0, away: false, keys: [made.key] };
  const keyring = createKeyring(
    {
      apiKeys: async () => {
        state.reads += 1;
        if (state.away) throw new Error('away');
        return state.keys;
      },
      writeApiKey: async (key) => {
        state.keys = [...state.keys.filter((each) => each.id !== key.id), key];
      },
    },
    () => state.nowMs,
  );
  return { state, keyring };
}

describe('the keyring', () => {
  it('asks the store once for many requests', async () => {
    const { state, keyring } = harness();
    await Promise.all([keyring.authenticate(header), keyring.authenticate(header)]);
    await keyring.authenticate(header);
    expect(state.reads).toBe(1);
  });

  it('hears within half a minute that another process disabled a key', async () => {
    const { state, keyring } = harness();
    expect(await keyring.authenticate(header)).toEqual(made.key);
    state.keys = [{ ...made.key, disabled: true }];
    state.nowMs = 29_999;
    expect(await keyring.authenticate(header)).toEqual(made.key);
    state.nowMs = 30_000;
    expect(await keyring.authenticate(header)).toBeUndefined();
  });

  it('hears at once what it wrote itself', async () => {
    const { keyring } = harness();
    expect(await keyring.authenticate(header)).toEqual(made.key);
    await keyring.write({ ...made.key, disabled: true });
    expect(await keyring.authenticate(header)).toBeUndefined();
  });

  it('goes on with the keys it knows while the store is away', async () => {
    const { state, keyring } = harness();
    await keyring.authenticate(header);
    state.away = true;
    state.nowMs = 60_000;
    expect(await keyring.authenticate(header)).toEqual(made.key);
  });

  it('lets nobody in when it never knew a key', async () => {
    const { state, keyring } = harness();
    state.away = true;
    await expect(keyring.authenticate(header)).rejects.toThrow('away');
  });

  it('keeps no secret', () => {
    const secret = made.text.split('_').slice(2).join('_');
    expect(JSON.stringify(made.key)).not.toContain(secret);
    expect(made.text).toMatch(/^cwk_[0-9a-f]{12}_[\w-]{43}$/);
  });
});
