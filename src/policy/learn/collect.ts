import * as z from 'zod';
import type { ActionView, ChainView, TokenView } from '../../domain/chain.ts';
import type { Detector } from '../../domain/detector.ts';
import type { Principal } from '../../domain/event/index.ts';
import { ancestorsOf } from '../../domain/lineage.ts';
import type { Deed, Mint, Observed, Span } from './observed.ts';

/** Looks where detectors look and finds nothing: what it saw is learnt from. */
export interface Collector {
  /** For an engine that runs nothing else and lets nothing go. */
  readonly detector: Detector;
  /** What was looked at so far was not whole yet: from here on it is. */
  begin(): void;
  observed(): Observed;
}

/**
 * Detection sees everything again and again while it grows, and what was taken for two calls may be one in the end. So
 * this looks away until `begin`: whoever runs the engine then makes it look at everything once more.
 */
export function createCollector(): Collector {
  const deeds = new Map<string, Deed>();
  const mints = new Map<string, Mint>();
  const chains = new Map<string, string>();
  const spans: Span[] = [];
  let isLooking = false;

  function seeChain(chain: ChainView): void {
    const own = new Map<string, Span>();
    for (const action of chain.actions) {
      chains.set(action.id, chain.id);
      if (!tookEffect(action)) continue;
      const { actor, token, atMs } = action;
      const [actorId, holderId] = [actor?.id, token?.actor?.id];
      const key = JSON.stringify([actorId, holderId]);
      const span = own.get(key) ?? { chainId: chain.id, actorId, holderId, firstMs: atMs, lastMs: atMs };
      own.set(key, {
        ...span,
        firstMs: Math.min(span.firstMs, atMs),
        lastMs: Math.max(span.lastMs, atMs),
      });
    }
    spans.push(...own.values());
  }

  return {
    detector: {
      id: 'policy-learn',
      version: 1,
      title: 'Collects what a policy is drafted from',
      maturity: 'live',
      nature: 'monotone',
      basis: 'deterministic',
      severity: 'info',
      covers: [],
      requires: { events: [], fields: [] },
      frameworks: [],
      config: z.strictObject({}),
      looksAt: ['token', 'action', 'chain'],
      evaluate(sighting) {
        if (!isLooking) return [];
        if (sighting.on === 'token') mints.set(sighting.token.key, mintOf(sighting.token));
        if (sighting.on === 'action') deeds.set(sighting.action.id, deedOf(sighting.action));
        if (sighting.on === 'chain') seeChain(sighting.chain);
        return [];
      },
    },
    begin() {
      isLooking = true;
    },
    observed: () => ({
      deeds: [...deeds].map(([id, deed]) => ({ ...deed, chainId: chains.get(id) })),
      mints: [...mints.values()],
      spans,
    }),
  };
}

function deedOf(action: ActionView): Deed {
  const { actor, token, target, details, task, kind } = action;
  const name = action.needs ?? (target === undefined ? undefined : `${target.system}:${action.action}`);
  return {
    atMs: action.atMs,
    done: tookEffect(action),
    platform: action.platform,
    actor,
    holder: token?.actor,
    hands: [actor, token === undefined ? undefined : holderIn(token)].filter((one) => one !== undefined),
    name: kind === 'change' ? undefined : name,
    system: target?.system,
    resource: target?.resource,
    fields: details.fields ?? [],
    repository: details.repository,
    amount: numberOf(details.amount),
    rows: details.rows,
    bytes: details.bytes,
    environment: details.environment,
    issuedFor: token === undefined ? undefined : environmentOf(token),
    task,
    presentedTo: kind === 'tool' ? action.tool?.server : kind === 'api' ? target?.system : undefined,
    audience: token?.aud ?? (token === undefined ? undefined : action.presented?.aud),
    tokenKey: token?.key,
    chainId: undefined,
  };
}

function mintOf(token: TokenView): Mint {
  const { iatMs, expMs } = token;
  return {
    key: token.key,
    atMs: iatMs ?? token.firstSeenMs,
    kind: token.tokenKind,
    issuer: token.issuer,
    issued: token.issued,
    seconds: typeof expMs === 'number' && iatMs !== undefined ? Math.ceil((expMs - iatMs) / 1000) : undefined,
    endless: expMs === null,
    used: token.uses.length > 0 || token.childCount > 0,
  };
}

/** What was refused teaches nothing, and the platform's own doing needs no permission. */
function tookEffect({ outcome, platform }: ActionView): boolean {
  return (outcome === 'accepted' || outcome === 'unknown') && !platform;
}

/** Who holds a credential: its actor, stated or claimed, else its subject. */
function holderIn({ actor, act, subject }: TokenView): Principal | undefined {
  if (actor !== undefined || act === undefined) return actor ?? subject;
  return { id: act.sub, kind: 'unknown', ...(act.iss === undefined ? {} : { iss: act.iss }) };
}

function environmentOf(token: TokenView): string | undefined {
  if (token.environment !== undefined) return token.environment;
  for (const { token: ancestor } of ancestorsOf(token)) {
    if (ancestor.environment !== undefined) return ancestor.environment;
  }
  return undefined;
}

/** A refund is as large as what it pays back. */
function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? Math.abs(number) : undefined;
}
