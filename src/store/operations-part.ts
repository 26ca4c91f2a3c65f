import type { OperationsStore } from '../domain/operations.ts';
import type { Database } from './database.ts';
import { alertCounts } from './queries/alert-counts.ts';
import { policyHistory } from './queries/policy-history.ts';
import { producers } from './queries/producers.ts';
import { refusals } from './queries/refusals.ts';

/** What tells how detection itself is doing. */
export function operationsPart(database: Database): OperationsStore {
  return {
    alertCounts: (since) => alertCounts(database, since),
    producers: (since) => producers(database, since),
    refusals: (since) => refusals(database, since),
    policyHistory: (limit) => policyHistory(database, limit),
  };
}
