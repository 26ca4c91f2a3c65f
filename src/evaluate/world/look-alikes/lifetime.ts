import { call, callTool, reject } from '../calls.ts';
import { read, tool } from '../cast.ts';
import { handOver, type Opening, opening, work } from '../parts.ts';
import { type Script, wait } from '../script.ts';
import { exchange, refresh, revoke } from '../tokens.ts';
import { MINUTE_MS, until, type Variant } from '../variant.ts';

const detectors: readonly string[] = [];

/**
 * Seconds that a look-alike goes past a limit. Publishers' clocks differ by up to 30 s more, and policy forgives 60 s.
 */
const WITHIN_SKEW_MS = [2_000, 25_000] as const;

/** A short-lived token at work; the story goes on `offsetMs` after its expiry. */
function aroundExpiry(script: Script, offsetMs: number): Opening {
  const opened = opening(script, { lifetimeS: 60 * script.random.int(10, 20) });
  work(script, opened.token, opened.run, 2);
  until(script, (opened.token.expMs ?? 0) + offsetMs);
  return opened;
}

function use(script: Script, { token, run }: Pick<Opening, 'token' | 'run'>, denied = false): void {
  call(script, token, script.random.pick(token.capabilities), { parentCallId: run, denied });
}

export const lifetimeLookAlikes: readonly Variant[] = [
  {
    name: 'benign:use-within-skew',
    detectors,
    title: 'A token is used seconds after it expired, within what clocks may disagree.',
    tell: (script) => use(script, aroundExpiry(script, script.random.int(...WITHIN_SKEW_MS))),
  },
  {
    name: 'benign:last-second-use',
    detectors,
    title: 'A token is used just before it expires.',
    tell: (script) => use(script, aroundExpiry(script, -script.random.int(500, 5_000))),
  },
  {
    name: 'benign:denied-after-expiry',
    detectors,
    title: 'An expired token is tried and refused.',
    tell(script) {
      const opened = aroundExpiry(script, script.random.int(5, 40) * MINUTE_MS);
      use(script, opened, true);
      reject(script, opened.token, 'expired');
    },
  },
  {
    name: 'benign:long-call',
    detectors,
    title: 'A tool that was called in time answers long after the token expired.',
    tell(script) {
      const { token, run } = opening(script, { lifetimeS: 600, capabilities: [read('warehouse')] });
      until(script, (token.expMs ?? 0) - 90_000);
      callTool(script, token, tool('warehouse', 'search', 'read'), {
        parentCallId: run,
        durationMs: script.random.int(5, 9) * MINUTE_MS,
      });
    },
  },
  {
    name: 'benign:refresh-at-expiry',
    detectors,
    title: 'A session is refreshed seconds after the old token expired.',
    tell(script) {
      const { token, run } = aroundExpiry(script, script.random.int(...WITHIN_SKEW_MS));
      work(script, refresh(script, token), run, 2);
    },
  },
  {
    name: 'benign:child-outlives-parent',
    detectors,
    title: 'A token that was derived in time is used after its parent expired.',
    tell(script) {
      const { token, run } = opening(script, { lifetimeS: 900 });
      const child = handOver(script, token, run, { lifetimeS: 3_600 });
      until(script, (token.expMs ?? 0) + script.random.int(5, 20) * MINUTE_MS);
      work(script, child.token, child.run, 2);
    },
  },
  {
    name: 'benign:logout-denied',
    detectors,
    title: 'After a sign-out the calls still under way are refused.',
    tell(script) {
      const opened = opening(script);
      work(script, opened.token, opened.run, 2);
      revoke(script, { token: opened.token, reason: 'logout' });
      wait(script, 2 * MINUTE_MS, 10 * MINUTE_MS);
      use(script, opened, true);
    },
  },
  {
    name: 'benign:logout-local-validation',
    detectors,
    title: 'After a sign-out a resource server that validates locally goes on accepting.',
    tell(script) {
      const opened = opening(script);
      work(script, opened.token, opened.run, 2);
      revoke(script, { token: opened.token, reason: 'logout' });
      wait(script, 2 * MINUTE_MS, 10 * MINUTE_MS);
      use(script, opened);
    },
  },
  {
    name: 'benign:revocation-in-flight',
    detectors,
    title: 'A call arrives before the resource server can have heard of the revocation.',
    tell(script) {
      const opened = opening(script);
      revoke(script, { token: opened.token, reason: 'compromise' });
      wait(script, ...WITHIN_SKEW_MS);
      use(script, opened);
    },
  },
  {
    name: 'benign:compromise-denied',
    detectors,
    title: 'A compromised token is revoked and refused from then on.',
    tell(script) {
      const opened = opening(script);
      const child = handOver(script, opened.token, opened.run);
      revoke(script, { token: opened.token, reason: 'compromise' });
      wait(script, 2 * MINUTE_MS, 10 * MINUTE_MS);
      use(script, opened, true);
      use(script, child, true);
    },
  },
  {
    name: 'benign:rotation-grace',
    detectors,
    title: 'A refresh retires the previous token while a call with it is under way.',
    tell(script) {
      const opened = opening(script, { family: script.name('family') });
      work(script, opened.token, opened.run, 2);
      const next = refresh(script, opened.token);
      revoke(script, { token: opened.token, reason: 'rotation' });
      wait(script, 1_000, 15_000);
      use(script, opened);
      wait(script, 2 * MINUTE_MS, 5 * MINUTE_MS);
      use(script, { token: next, run: opened.run });
    },
  },
  {
    name: 'benign:valid-any-moment',
    detectors,
    title: 'A token is used seconds before its time, as clocks see it.',
    tell(script) {
      const { token, run } = opening(script, { nbfInS: script.random.int(5, 25) });
      call(script, token, script.random.pick(token.capabilities), { parentCallId: run });
    },
  },
  {
    name: 'benign:siblings-after-revocation',
    detectors,
    title: 'One of two helpers is revoked; the other, which does not descend from it, goes on.',
    tell(script) {
      const { token, run } = opening(script);
      const bad = handOver(script, token, run);
      const good = handOver(script, token, run);
      revoke(script, { token: bad.token, reason: 'compromise' });
      wait(script, 3 * MINUTE_MS, 6 * MINUTE_MS);
      use(script, good);
      exchange(script, token, { holder: good.token.holder });
    },
  },
];
