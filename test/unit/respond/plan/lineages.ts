import fc from 'fast-check';
import { principalKey } from '../../../../src/domain/principal.ts';
import {
  type CascadeInput,
  type JudgeContext,
  noUsage,
  type Usage,
} from '../../../../src/respond/plan/index.ts';
import {
  alertTrigger,
  alice,
  connector,
  contextOf,
  limits,
  lineageOf,
  nowMs,
  planner,
  policyOf,
  ref,
  token,
  wish,
  worker,
} from './support.ts';

export const ci = { id: 'agent:ci', kind: 'agent' as const };
export const policy = policyOf({ protected: { principals: ['agent:ci'] } });
const triggers = [
  alertTrigger(),
  alertTrigger('canary-used', 'canary-used'),
  alertTrigger('identity-reuse', 'two-hands'),
  alertTrigger('reuse-after-expiry', 'used-after-revocation'),
];

const aLevel = fc.constantFrom(1, 1, 1, 2, 3, 4, 5, 6);

/** Tokens that name any others as parents: trees, nets, cycles, and names that nobody knows. */
const aLineage = fc.integer({ min: 1, max: 14 }).chain((size) =>
  fc.tuple(
    ...Array.from({ length: size }, (_, index) =>
      fc
        .record({
          // Mostly one that was made before, so that most lineages are deep.
          up: fc.option(fc.tuple(fc.nat({ max: Math.max(0, index - 1) }), aLevel), { freq: 8 }),
          more: fc.array(fc.tuple(fc.nat({ max: size }), aLevel), { maxLength: 2 }),
          holder: fc.constantFrom(alice, planner, worker, worker, worker, ci, undefined),
          subject: fc.constantFrom(alice, alice, worker, undefined),
          family: fc.constantFrom(undefined, undefined, 'f', 'g'),
          environment: fc.constantFrom(undefined, 'prod', 'test'),
          chainId: fc.constantFrom('chn_1', 'chn_1', 'chn_1', 'chn_2'),
          standing: fc.constantFrom(false, false, false, false, true),
          issuedMs: fc.constantFrom(undefined, nowMs - 3, nowMs - 2, nowMs - 1),
          expiresMs: fc.constantFrom(undefined, null, nowMs - 1, nowMs + 1, nowMs + 2, nowMs + 3),
          revokedMs: fc.constantFrom(undefined, undefined, undefined, undefined, nowMs - 1),
        })
        .map(({ up, more, ...rest }) => {
          const first = up === null || index === 0 ? [] : [up];
          return token(
            String(index),
            [...first, ...more].map(([parent, level]) => ({ jti: String(parent), level })),
            rest,
          );
        }),
    ),
  ),
);

export const anInput = fc
  .record({
    tokens: aLineage,
    at: fc.nat({ max: 4 }),
    trigger: fc.constantFrom(...triggers),
    strict: fc.constantFrom(false, false, true),
    connectors: fc.constantFrom(
      [connector()],
      [connector(['token'])],
      [connector(['family'], { name: 'b' }), connector(['token'], { name: 'a', kind: 'deny_list' })],
      [],
    ),
  })
  .map(({ tokens, at, trigger, strict, connectors }): CascadeInput & { strict: boolean } => ({
    tenant: 'acme',
    trigger,
    source: { kind: 'token', ref: ref(String(at % tokens.length)) },
    lineage: lineageOf(tokens),
    connectors,
    policy,
    nowMs,
    options: { strict },
    strict,
  }));

const aLimit = fc.integer({ min: 1, max: 6 });
const aCount = fc.nat({ max: 6 });
export const aContext = fc
  .record({
    limits: fc.record({
      perAction: aLimit,
      perChain: aLimit,
      perPrincipal: aLimit,
      principals: aLimit,
      principalsPerAction: aLimit,
    }),
    floor: aCount,
    takenInTenant: aCount,
    takenInChain: aCount,
    taken: aCount,
    plansActed: fc.nat({ max: 3 }),
    failed: fc.nat({ max: 3 }),
    ended: fc.nat({ max: 3 }),
    mode: fc.constantFrom(
      'auto' as const,
      'auto' as const,
      'auto' as const,
      'propose' as const,
      'alert' as const,
    ),
    killSwitch: fc.constantFrom(false, false, false, true),
    isLoose: fc.boolean(),
  })
  .map((drawn): JudgeContext => {
    const most = { ...drawn.limits, share: { floor: drawn.floor }, breaker: { actions: 3, failuresMin: 3 } };
    const usage: Usage = {
      ...noUsage,
      takenInTenant: drawn.takenInTenant,
      takenInChain: drawn.takenInChain,
      takenByHolder: new Map([[principalKey(worker), drawn.taken]]),
      plansActed: drawn.plansActed,
      failed: drawn.failed,
      ended: drawn.ended,
    };
    const { config } = contextOf();
    return contextOf({
      // Half of the time nothing but the lineage decides: otherwise hardly anything would ever be done.
      config: {
        ...config,
        killSwitch: drawn.killSwitch,
        limits: limits(drawn.isLoose ? { share: { floor: 100 } } : most),
      },
      usage: drawn.isLoose ? noUsage : usage,
      mode: drawn.mode,
      policy,
      wish: wish(),
    });
  });
