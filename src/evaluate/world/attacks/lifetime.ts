import { call, callApi } from '../calls.ts';
import { agents, humans, issuers, read } from '../cast.ts';
import { handOver, opening, own, signInIssuers, work } from '../parts.ts';
import { type Script, wait } from '../script.ts';
import { issue, revoke, type Token } from '../tokens.ts';
import { MINUTE_MS, until, type Variant } from '../variant.ts';

const detectors = ['reuse-after-expiry'];
/** Reasons for which a credential is dead everywhere, not just signed out. */
const seriousReasons = ['compromise', 'admin', 'policy'] as const;

/** Far beyond any skew and any propagation time. */
function muchLater(script: Script, fromMs: number): void {
  until(script, fromMs + script.random.int(5, 45) * MINUTE_MS);
}

function use(script: Script, token: Token, run: string): void {
  const capability = script.random.pick(token.capabilities);
  call(script, token, capability, { parentCallId: run });
}

const usedAfterExpiry: Variant = {
  name: 'used-after-expiry',
  detectors,
  title: 'A resource server accepts a token minutes after it expired.',
  tell(script) {
    const { token, run } = opening(script, { lifetimeS: 60 * script.random.int(10, 20) });
    work(script, token, run, 2);
    muchLater(script, token.expMs ?? 0);
    use(script, token, run);
  },
};

const expiredPresented: Variant = {
  name: 'expired-presented',
  detectors,
  title: 'Nobody reports the issuance; the gateway read an expiry long past and let the call through.',
  tell(script) {
    const subject = { id: `partner/${script.random.int(1, 40)}`, kind: 'unknown' as const };
    const token = issue(script, {
      issuer: issuers.partner,
      subject,
      holder: subject,
      capabilities: [read('orders')],
      lifetimeS: 600,
      mintedAgoS: 60 * script.random.int(20, 90),
      unreported: true,
    });
    const presented = { iat: token.iatMs / 1000, exp: (token.expMs ?? 0) / 1000 };
    callApi(script, token, read('orders'), { presented, mustCarryTxn: true });
  },
};

const usedAfterRevocation: Variant = {
  name: 'used-after-revocation',
  detectors,
  title: 'A revoked token is still accepted long after every resource server should know.',
  tell(script) {
    const { token, run } = opening(script);
    work(script, token, run, 2);
    wait(script, 1_000, 20_000);
    revoke(script, { token, reason: script.random.pick(seriousReasons) });
    until(script, script.nowMs + script.random.int(4, 15) * MINUTE_MS);
    use(script, token, run);
  },
};

const revokedFamilyUsed: Variant = {
  name: 'revoked-family-used',
  detectors,
  title: 'The whole token family is revoked, and one of it works on.',
  tell(script) {
    const family = script.name('family');
    const issuer = script.random.pick(signInIssuers);
    const { token, run } = opening(script, { issuer, family });
    work(script, token, run, 2);
    revoke(script, { family, issuer, reason: 'compromise' });
    until(script, script.nowMs + script.random.int(4, 15) * MINUTE_MS);
    use(script, token, run);
  },
};

const revokedSubjectUsed: Variant = {
  name: 'revoked-subject-used',
  detectors,
  title: 'An administrator revokes everything of one person, and a token of theirs works on.',
  tell(script) {
    const human = own(script, script.random.pick(humans));
    const { token, run } = opening(script, { human });
    work(script, token, run, 2);
    // It covers what was minted before it, and that by more than an issuer's clock can be off.
    wait(script, MINUTE_MS, 2 * MINUTE_MS);
    revoke(script, { subject: human, issuer: token.issuer, reason: 'admin', by: 'user:security-desk' });
    until(script, script.nowMs + script.random.int(4, 15) * MINUTE_MS);
    use(script, token, run);
  },
};

const revokedAncestorUsed: Variant = {
  name: 'revoked-ancestor-used',
  detectors,
  title: 'The root is revoked as compromised; a token derived two hops below it works on.',
  tell(script) {
    const root = opening(script);
    const second = handOver(script, root.token, root.run);
    const third = handOver(script, second.token, second.run);
    work(script, third.token, third.run, 2);
    revoke(script, { token: root.token, reason: 'compromise' });
    until(script, script.nowMs + script.random.int(4, 8) * MINUTE_MS);
    use(script, third.token, third.run);
  },
};

const usedBeforeValid: Variant = {
  name: 'used-before-valid',
  detectors,
  title: 'A token that becomes valid in half an hour is accepted now.',
  tell(script) {
    const { token, run } = opening(script, { nbfInS: 1_800 });
    wait(script, 1_000, 20_000);
    use(script, token, run);
  },
};

const mintedFromExpired: Variant = {
  name: 'minted-from-expired',
  detectors,
  title: 'The issuer trades an expired token for a fresh one.',
  tell(script) {
    const { token, run } = opening(script, { lifetimeS: 60 * script.random.int(10, 20) });
    work(script, token, run, 2);
    muchLater(script, token.expMs ?? 0);
    const next = handOver(script, token, run);
    work(script, next.token, next.run, 1);
  },
};

const mintedFromRevoked: Variant = {
  name: 'minted-from-revoked',
  detectors,
  title: 'The issuer trades a token that was revoked as compromised for a fresh one.',
  tell(script) {
    const { token, run } = opening(script);
    revoke(script, { token, reason: 'compromise' });
    until(script, script.nowMs + script.random.int(4, 15) * MINUTE_MS);
    const next = handOver(script, token, run, { holder: script.random.pick(agents) });
    wait(script, 100, 900);
    use(script, next.token, next.run);
  },
};

export const lifetimeAttacks: readonly Variant[] = [
  usedAfterExpiry,
  expiredPresented,
  usedAfterRevocation,
  revokedFamilyUsed,
  revokedSubjectUsed,
  revokedAncestorUsed,
  usedBeforeValid,
  mintedFromExpired,
  mintedFromRevoked,
];
