import { generateKeyPairSync, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ResponseTarget } from '../../../../src/domain/response.ts';
import { connectorOf, createHeldDenyList, orderedMs, orderFor, startStub, tokenTarget } from './support.ts';

const token = tokenTarget({ iss: 'https://as.example', jti: 't-1' });
const family: ResponseTarget = { kind: 'family', key: 'fam:f', iss: 'https://as.example', family: 'f' };
const agent: ResponseTarget = {
  kind: 'subject',
  key: 'prn:a',
  subject: { id: 'a', kind: 'agent' },
  cutOffMs: 1,
};
const person: ResponseTarget = {
  kind: 'subject',
  key: 'prn:p',
  subject: { id: 'p', kind: 'human' },
  cutOffMs: 1,
};

describe('revocation by webhook', () => {
  it('sends the order as it is, signed by a key of which the receiver needs the public half only', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const { d = '' } = privateKey.export({ format: 'jwk' });
    const stub = await startStub(() => ({ status: 204 }));
    const connector = connectorOf(
      [{ name: 'hook', kind: 'webhook', url: stub.url, secrets: [{ env: 'KEY' }] }],
      { KEY: `whsk_${Buffer.from(d, 'base64url').toString('base64')}` },
    );
    expect(await connector.send(orderFor(token))).toMatchObject({ status: 204 });
    const [{ headers, body }] = stub.arrived as [(typeof stub.arrived)[number]];
    expect(body).toBe(orderFor(token).body);
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    const signature = String(headers['webhook-signature']).replace('v1a,', '');
    expect(verify(null, Buffer.from(signed), publicKey, Buffer.from(signature, 'base64'))).toBe(true);
    expect(headers['webhook-id']).toBe(orderFor(token).id);
  });

  it('is asked for what its receiver can end, of the issuers that are its, and never for a human', () => {
    const secrets = [{ env: 'KEY' }];
    const env = { KEY: `whsec_${Buffer.alloc(32, 1).toString('base64')}` };
    const common = { name: 'hook', kind: 'webhook', url: 'https://hooks.example', secrets } as const;
    const handled = (differs: object) => {
      const connector = connectorOf([{ ...common, ...differs }], env);
      return [token, family, agent, person].map((target) => connector.handles(target));
    };
    expect(handled({})).toEqual([true, true, false, false]);
    expect(handled({ targets: ['token', 'family', 'subject'] })).toEqual([true, true, true, false]);
    expect(handled({ issuers: ['https://as.*'] })).toEqual([true, true, false, false]);
    expect(handled({ issuers: ['https://other.example'] })).toEqual([false, false, false, false]);
  });

  it('names the place of a secret that is none, and not what is there', () => {
    const make = () =>
      connectorOf(
        [{ name: 'hook', kind: 'webhook', url: 'https://hooks.example', secrets: [{ env: 'KEY' }] }],
        { KEY: 'hunter2' },
      );
    expect(make).toThrow(/connector hook: the variable KEY must hold whsec_/);
    expect(make).not.toThrow(/hunter2/);
  });
});

describe('the deny list', () => {
  const listed = (notAfter: string | null | undefined) => {
    const list = createHeldDenyList();
    const connector = connectorOf([{ name: 'edge', kind: 'deny_list', skewSeconds: 30 }], {}, list);
    return { list, connector, order: orderFor(token, notAfter === undefined ? {} : { notAfter }) };
  };

  it('holds a token until its expiry and the skew, and for ever when that is unknown or never', async () => {
    for (const [notAfter, untilMs] of [
      [new Date(orderedMs).toISOString(), orderedMs + 30_000],
      [null, null],
      [undefined, null],
    ] as const) {
      const { list, connector, order } = listed(notAfter);
      expect(await connector.send(order)).toMatchObject({ kind: 'answered', status: 204 });
      expect([...list.entries.values()]).toEqual([
        { tenant: 'acme', key: token.key, ref: { iss: 'https://as.example', jti: 't-1' }, untilMs },
      ]);
    }
  });

  it('gives a token back', async () => {
    const { list, connector, order } = listed(null);
    expect(connector.declaration.undoes).toBe(true);
    await connector.send(order);
    await connector.send(orderFor(token, { type: 'undo' }));
    expect(list.entries.size).toBe(0);
  });

  it('takes nothing that a gateway does not see', async () => {
    const { list, connector } = listed(null);
    expect(connector.handles(family)).toBe(false);
    expect(await connector.send(orderFor(family))).toMatchObject({ kind: 'failed', retriable: false });
    expect(await connector.rehearse(orderFor(family))).toBe('the order names no token');
    expect(list.entries.size).toBe(0);
  });

  it('is tried again when the store is away', async () => {
    const away = {
      add: () => Promise.reject(new Error('away')),
      remove: () => Promise.reject(new Error('away')),
    };
    const connector = connectorOf([{ name: 'edge', kind: 'deny_list' }], {}, away);
    expect(await connector.send(orderFor(token))).toMatchObject({ kind: 'failed', retriable: true });
  });
});
