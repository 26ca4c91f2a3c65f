import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startAuthorizationServer } from '../../../../src/cli/demo-idp/server.ts';
import { EventData } from '../../../../src/domain/event/index.ts';
import { type Peer, startPeer, typesOf } from '../../../support/authorization-server/peer.ts';

let peer: Peer;

beforeAll(async () => {
  peer = await startPeer();
});
beforeEach(() => peer.setRules({ lax: true }));

/** A human's session, the support agent's token from it, and the refund agent's from that. */
async function delegate() {
  const { as } = peer;
  const session = await as.portal.signIn('openid offline_access crm:read');
  const support = await as.support.exchange(session.accessToken, 'crm:read');
  const refund = await as.refund.exchange(support.accessToken, 'crm:read crm:write');
  return { session, support, refund };
}

/** Who of them is alive, as the server tells somebody who may ask. */
async function alive(tokens: Awaited<ReturnType<typeof delegate>>) {
  const { isActive } = peer.as.chainwarden;
  return {
    session: await isActive(tokens.session.accessToken),
    support: await isActive(tokens.support.accessToken),
    refund: await isActive(tokens.refund.accessToken),
  };
}

describe('the authorization server that the tests revoke at', () => {
  it('mints over-broad tokens when it is lax, and refuses them when it is not', async () => {
    const { support } = await delegate();
    expect((await peer.as.refund.exchange(support.accessToken, 'crm:write')).scope).toBe('crm:write');
    peer.setRules({});
    await expect(peer.as.refund.exchange(support.accessToken, 'crm:write')).rejects.toThrow('invalid_scope');
  });

  it('ends one token, and those below only when it cascades', async () => {
    const first = await delegate();
    expect(await peer.as.chainwarden.revoke(first.support.accessToken)).toBe(200);
    expect(await alive(first)).toEqual({ session: true, support: false, refund: true });
    peer.setRules({ lax: true, cascade: true });
    const second = await delegate();
    await peer.as.chainwarden.revoke(second.support.accessToken);
    expect(await alive(second)).toEqual({ session: true, support: false, refund: false });
  });

  it('answers 200 to a revocation that it does not do', async () => {
    const tokens = await delegate();
    expect(await peer.as.crm.revoke(tokens.refund.accessToken)).toBe(200);
    peer.setRules({ silent: true });
    expect(await peer.as.chainwarden.revoke(tokens.refund.accessToken)).toBe(200);
    expect(await alive(tokens)).toEqual({ session: true, support: true, refund: true });
  });

  it('rotates refresh tokens, and ends the family when one is used twice', async () => {
    const { session } = await delegate();
    const renewed = await peer.as.portal.refresh(session.refreshToken ?? '');
    expect(await peer.as.chainwarden.isActive(renewed.accessToken)).toBe(true);
    await expect(peer.as.portal.refresh(session.refreshToken ?? '')).rejects.toThrow('invalid_grant');
    expect(await peer.as.chainwarden.isActive(renewed.accessToken)).toBe(false);
  });

  it('reports what it does in the words of the contract, without the text of a token', async () => {
    const from = peer.events.length;
    const { session, refund } = await delegate();
    await peer.as.portal.refresh(session.refreshToken ?? '');
    await peer.as.chainwarden.isActive(refund.accessToken);
    await peer.as.chainwarden.revoke(refund.accessToken);
    const told = peer.events.slice(from);
    expect(typesOf(told)).toEqual([
      'token.issued',
      'token.exchanged',
      'token.exchanged',
      'token.refreshed',
      'token.introspected',
      'token.revoked',
    ]);
    for (const { data } of told) expect(EventData.safeParse(data).error).toBeUndefined();
    for (const text of [session.accessToken, session.refreshToken ?? '-', refund.accessToken]) {
      expect(JSON.stringify(told)).not.toContain(text);
    }
    expect(told[2]?.data).toMatchObject({
      scope: ['crm:read', 'crm:write'],
      subject: { id: 'maya.lindqvist', kind: 'human' },
      act: { sub: 'refund-agent', act: { sub: 'support-agent' } },
      parents: [told[1]?.data.type === 'token.exchanged' ? told[1].data.token : undefined],
    });
  });

  it('says what to install when its package is not there', async () => {
    const load = () => import(`oidc-provider-${'which-nobody-wrote'}`);
    const starting = startAuthorizationServer({ rules: () => ({}), tell: () => undefined, load });
    await expect(starting).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('npm install'),
    });
  });
});
