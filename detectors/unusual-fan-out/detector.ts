import * as z from 'zod';
import type { ChainView, PrincipalWindow, TokenView } from '../../src/domain/chain.ts';
import type { Detector } from '../../src/domain/detector.ts';
import type { Finding, Json, Subject } from '../../src/domain/finding.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { principalLabel } from '../../src/domain/principal.ts';
import { chainSubject, eventIds, holderOf, instant, sample, tokenSubject } from '../evidence.ts';
import { frameworks } from '../frameworks.ts';

const FanOutConfig = z.strictObject({
  /** From how many times the ceiling on a finding is high instead of medium. */
  highFactor: z.number().min(1).max(1_000).default(3),
});
type FanOutConfig = z.infer<typeof FanOutConfig>;

/** Fires when one token, chain or principal reaches more than policy lets any of them reach. */
export const unusualFanOut: Detector<FanOutConfig> = {
  id: 'unusual-fan-out',
  version: 1,
  title: 'Authority spread to more children, targets or tools than policy allows',
  maturity: 'live',
  // Sets of distinct values only grow.
  nature: 'monotone',
  basis: 'deterministic',
  severity: 'high',
  covers: ['R35'],
  requires: {
    events: ['token.issued', 'token.exchanged', 'tool.invoked', 'api.called'],
    fields: ['token', 'parents', 'actor', 'tool.name', 'target.system', 'target.resource'],
    optional: ['call', 'token'],
  },
  frameworks: frameworks({
    nhi: [5],
    asi: [8, 10],
    attack: ['T1526', 'T1580', 'T1550.001'],
    atlas: ['AML.T0034.002'],
    csf: ['PR.AA-05'],
    tenets: ['session', 'policy'],
    pages: ['P1', 'P2'],
  }),
  config: FanOutConfig,
  looksAt: ['token', 'chain', 'principal'],

  evaluate(sighting, config) {
    if (sighting.on === 'token') return ofToken(sighting.token, sighting.policy, config);
    if (sighting.on === 'chain') return ofChain(sighting.chain, sighting.policy, config);
    if (sighting.on === 'principal') return ofPrincipal(sighting.window, sighting.policy, config);
    return [];
  },
};

/** A standing credential is everybody's ancestor by nature; its children open chains of their own. */
function ofToken(token: TokenView, policy: Policy, config: FanOutConfig): readonly Finding[] {
  const ceiling = policy.fanOut.childrenPerToken;
  if (token.childCount <= ceiling || token.standing) return [];
  const finding = exceeded({
    fact: 'children-per-token',
    subject: tokenSubject(token),
    who: `The token of ${holderOf(token)}`,
    what: 'child tokens',
    observed: token.childCount,
    ceiling,
    values: [],
    atMs: token.iatMs ?? token.firstSeenMs,
    eventIds: token.eventIds,
    platform: false,
    config,
  });
  return [{ ...finding, revoke: token.ref }];
}

function ofChain(chain: ChainView, policy: Policy, config: FanOutConfig): readonly Finding[] {
  const { targetsPerChain, toolsPerChain } = policy.fanOut;
  if (chain.targetCount <= targetsPerChain && chain.toolCount <= toolsPerChain) return [];
  const common = {
    subject: chainSubject(chain),
    who: chain.initiator === undefined ? 'A chain' : `The chain of ${principalLabel(chain.initiator)}`,
    atMs: chain.lastEventMs,
    eventIds: chain.eventIds,
    platform: chain.platform,
    config,
  };
  return bothCounts(common, chain, {
    targets: { fact: 'targets-per-chain', what: 'targets', ceiling: targetsPerChain },
    tools: { fact: 'tools-per-chain', what: 'tools', ceiling: toolsPerChain },
  });
}

function ofPrincipal(window: PrincipalWindow, policy: Policy, config: FanOutConfig): readonly Finding[] {
  const { targetsPerPrincipalHour, toolsPerPrincipalHour } = policy.fanOut;
  if (window.targetCount <= targetsPerPrincipalHour && window.toolCount <= toolsPerPrincipalHour) return [];
  const common = {
    subject: { kind: 'principal', key: window.key, label: principalLabel(window.principal) },
    who: principalLabel(window.principal),
    atMs: window.lastMs,
    eventIds: window.eventIds,
    platform: false,
    config,
    hour: instant(window.hourMs),
  } as const;
  return bothCounts(common, window, {
    targets: {
      fact: 'targets-per-principal-hour',
      what: 'targets within one hour',
      ceiling: targetsPerPrincipalHour,
    },
    tools: {
      fact: 'tools-per-principal-hour',
      what: 'tools within one hour',
      ceiling: toolsPerPrincipalHour,
    },
  });
}

interface Counted {
  readonly targets: readonly string[];
  readonly tools: readonly string[];
  readonly targetCount: number;
  readonly toolCount: number;
}

interface Ceiling {
  readonly fact: string;
  readonly what: string;
  readonly ceiling: number;
}

interface Excess extends Ceiling {
  readonly subject: Subject;
  readonly who: string;
  readonly observed: number;
  readonly values: readonly string[];
  readonly atMs: number;
  readonly eventIds: readonly string[];
  readonly platform: boolean;
  readonly config: FanOutConfig;
  readonly hour?: string;
}

type Common = Omit<Excess, keyof Ceiling | 'observed' | 'values'>;

function bothCounts(
  common: Common,
  counted: Counted,
  ceilings: { readonly targets: Ceiling; readonly tools: Ceiling },
): readonly Finding[] {
  const excesses: Excess[] = [
    { ...common, ...ceilings.targets, observed: counted.targetCount, values: counted.targets },
    { ...common, ...ceilings.tools, observed: counted.toolCount, values: counted.tools },
  ];
  return excesses.filter(({ observed, ceiling }) => observed > ceiling).map(exceeded);
}

function exceeded(excess: Excess): Finding {
  const { observed, ceiling, values, hour } = excess;
  const evidence: { [key: string]: Json } = { observed, ceiling };
  if (values.length > 0) evidence['sample'] = sample(values);
  if (hour !== undefined) evidence['hour'] = hour;
  return {
    subject: excess.subject,
    fact: excess.fact,
    kind: excess.platform ? 'signal' : 'alert',
    severity: observed >= ceiling * excess.config.highFactor ? 'high' : 'medium',
    title: `${excess.who} reached ${observed} ${excess.what}; policy allows ${ceiling}`,
    atMs: excess.atMs,
    evidence,
    eventIds: eventIds(excess.eventIds),
  };
}
