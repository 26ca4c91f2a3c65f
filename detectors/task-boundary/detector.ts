import * as z from 'zod';
import type { Detector } from '../../src/domain/detector.ts';
import type { Finding } from '../../src/domain/finding.ts';
import { frameworks } from '../frameworks.ts';
import { overstepped } from './action.ts';
import { unpinnedPolicy } from './pinned.ts';
import { tooLong } from './session.ts';

const BoundaryConfig = z.strictObject({});
const none: readonly Finding[] = [];

/** Fires when an agent does what its task does not include, although its token would let it. */
export const taskBoundary: Detector<z.infer<typeof BoundaryConfig>> = {
  id: 'task-boundary',
  version: 1,
  title: 'An agent left the boundaries that policy draws around its task',
  maturity: 'live',
  // Monotone but for what a task that is still to be told could clear.
  nature: 'exonerable',
  basis: 'deterministic',
  severity: 'critical',
  covers: ['R30', 'R44', 'R46', 'R53', 'R54', 'R61', 'R69'],
  requires: {
    events: ['tool.invoked', 'api.called', 'system.changed', 'policy.decision'],
    fields: ['actor', 'tool.name', 'target.system', 'target.resource', 'facts', 'task', 'policy'],
    optional: ['decision'],
    policy: ['agents'],
  },
  frameworks: frameworks({
    nhi: [5],
    asi: [2, 3],
    attack: ['T1078.004'],
    atlas: ['AML.T0053'],
    csf: ['PR.AA-05', 'DE.CM-03'],
    tenets: ['policy', 'session'],
    pages: ['P1', 'P3'],
  }),
  config: BoundaryConfig,
  looksAt: ['action', 'chain'],

  evaluate(sighting) {
    const { policy } = sighting;
    if (policy.agents.length === 0) return none;
    if (sighting.on === 'action') return overstepped(sighting.action, policy);
    if (sighting.on !== 'chain' || sighting.chain.platform) return none;
    return [tooLong(sighting.chain, policy), unpinnedPolicy(sighting.chain, policy)].filter(
      (finding) => finding !== undefined,
    );
  },
};
