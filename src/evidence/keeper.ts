import type { KeyObject } from 'node:crypto';
import type { EvidenceKeeper } from '../domain/evidence.ts';
import type { PolicyStatus } from '../domain/policy/document.ts';
import type { Policy } from '../domain/policy.ts';
import { unwind } from '../domain/unwind.ts';
import { gather, type Sources } from './gather.ts';
import { recordOf } from './record.ts';
import { evidenceKey, sealEvidence } from './seal.ts';

export interface EvidenceOptions {
  readonly store: Sources;
  /** Ed25519, private. */
  readonly key: KeyObject;
  readonly policies: { readonly status: PolicyStatus<Policy> };
  readonly clock: () => number;
  readonly version: string;
}

export function createEvidenceKeeper({
  store,
  key,
  policies,
  clock,
  version,
}: EvidenceOptions): EvidenceKeeper {
  return {
    key: evidenceKey(key),
    async pack(tenant, chainId) {
      const gathered = await gather(store, tenant, chainId);
      if (gathered === undefined) return undefined;
      const { policy, document } = policies.status;
      const { writes } = unwind({ ...gathered, policy, from: undefined });
      const parts = {
        about: {
          tenant,
          chainId: gathered.chain.id,
          asked: chainId,
          madeAt: new Date(clock()).toISOString(),
          version,
          times: 'members that end in Ms are milliseconds since 1970-01-01T00:00:00Z',
        },
        record: recordOf({ ...gathered, writes, audit: gathered.audit.entries }),
        ...gathered,
        writes: writes.map(({ action, effect, alertIds }) => ({ actionId: action.id, effect, alertIds })),
        policy: { document, policy },
      };
      // As JSON holds it: what is hashed is what whoever checks it reads.
      return sealEvidence(JSON.parse(JSON.stringify(parts)) as typeof parts, key);
    },
  };
}
