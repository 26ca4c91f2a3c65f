import { generateKeyPairSync } from 'node:crypto';
import * as z from 'zod';
import type { Detector } from '../../../src/domain/detector.ts';
import { ChainwardenError } from '../../../src/domain/errors.ts';
import { defaultPolicy } from '../../../src/domain/policy.ts';
import type { Pulse } from '../../../src/domain/pulse.ts';
import { evidenceKey } from '../../../src/evidence/index.ts';
import { createOversight } from '../../../src/oversight/index.ts';
import { createNews, type ServeDeps } from '../../../src/serve/index.ts';
import { createSwitchboard } from '../../../src/watch/index.ts';

type Clock = () => number;

/** What stands behind the API where a test is about something else: it knows nothing, and nothing happens. */
export function idleParts(clock: Clock) {
  return {
    detectors: [detector],
    switches: createTestSwitches(clock),
    oversight: createTestOversight(clock),
    policies: { status: { policy: defaultPolicy, document: undefined, warnings: [], refused: undefined } },
    steps: { decide: async () => ({ allowed: true, reason: 'clear', chainId: undefined, objections: [] }) },
    securityEvents: { receive: async () => ({ taken: true }) },
    delivery: { lanes: [], revive: async (_, ids) => ids.length },
    desk: createTestDesk(),
    denyList: { changes: () => ({ version: 0, isWhole: true, entries: [], removed: [] }) },
    ...noAudit,
    ...wellAndIdle,
    ...createTestModes(),
    onClosed: () => undefined,
    news: createNews(),
    pulse: { pulse: async () => quiet },
  } satisfies Partial<ServeDeps>;
}

/** Nothing happens. */
const quiet: Pulse = {
  ...{ steps: [], detectors: [], incidents: [] },
  ...{ lastMinute: 0, lastHeardMs: undefined, openChains: 0 },
};

const { privateKey } = generateKeyPairSync('ed25519');

/** Nothing was ever done, and no chain has evidence. */
const noAudit: Pick<ServeDeps, 'auditTrail' | 'evidence'> = {
  auditTrail: {
    auditEntries: async () => ({ items: [], next: undefined }),
    auditHeads: async () => [],
    auditChain: async () => [],
  },
  evidence: { key: evidenceKey(privateKey), pack: async () => undefined },
};

/** Nothing comes in, nothing waits, and no policy was ever another one. */
const wellAndIdle: Pick<ServeDeps, 'concepts' | 'operations' | 'vitals'> = {
  concepts: [{ id: 'V05', asks: 'a hop keeps within the scope of its parent' }],
  operations: {
    alertCounts: async () => ({ counts: [], reasons: [] }),
    producers: async () => [],
    refusals: async () => [],
    policyHistory: async () => [],
  },
  vitals: async () => ({
    time: { watermarkMs: undefined, holder: undefined, sources: {} },
    log: { queuedEvents: 0, queuedChars: 0, stuckSinceMs: undefined, pausedSinceMs: undefined },
    detection: {
      ...{ backlogRecords: 0, backlogChars: 0, stuckMs: 0, liveChains: 0, liveTokens: 0 },
      ...{ parkedChains: 0, evictedChains: 0, uncorrelated: 0 },
    },
    kafka: undefined,
    detectors: [],
  }),
};

/** Every detector proposes, and nothing was ever played through. */
function createTestModes(): Pick<ServeDeps, 'modes' | 'backtests'> {
  const nobody = () => Promise.reject(new Error('nobody asked for this'));
  return {
    modes: { most: 'auto', modeOf: () => 'propose', lastChange: () => undefined, change: nobody },
    backtests: { run: nobody, open: async () => undefined },
  };
}

/** Sees nothing, and everything is set as it was shipped. */
function createTestOversight(clock: Clock): ServeDeps['oversight'] {
  const none = { all: 0, known: 0 };
  const chains = { all: 0, complete: 0, request: 0, authority: 0, context: 0, impact: 0 };
  return createOversight({
    store: {
      eventMix: async () => ({ mix: [], leftOut: 0 }),
      completeness: async () => ({ chains, owners: none, issuance: none }),
      exceptionUses: async () => [],
    },
    detectors: [detector],
    policy: () => defaultPolicy,
    isOn: () => true,
    settings: () => ({ mode: 'live', config: {} }),
    clock,
  });
}

/** Knows no alert, plan or response. */
function createTestDesk(): ServeDeps['desk'] {
  const absent = () => Promise.reject(new ChainwardenError('NOT_FOUND', 'there is nothing here'));
  return {
    ...{ plan: absent, propose: absent, approve: absent, deny: absent, undo: absent, confirm: absent },
    expire: async () => 0,
  };
}

/** Switches over a log that takes whatever comes. */
function createTestSwitches(clock: Clock): ServeDeps['switches'] {
  const switches = createSwitchboard({ switches: [], clock });
  switches.open(async () => undefined);
  return switches;
}

const detector: Detector = {
  id: 'scope-creep',
  version: 1,
  title: 'More authority than was handed over',
  maturity: 'live',
  nature: 'monotone',
  basis: 'deterministic',
  severity: 'critical',
  covers: ['V05'],
  requires: { events: ['token.exchanged'], fields: ['scope'] },
  frameworks: [
    { framework: 'ATT&CK', asPrinted: 'T1134 Token Theft', corrected: 'T1134 Access Token Manipulation' },
  ],
  config: z.strictObject({}),
  looksAt: ['token'],
  evaluate: () => [],
};
