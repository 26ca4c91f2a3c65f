import type { HuntStore } from '../domain/hunting.ts';
import type { Database } from './database.ts';
import { hopsByKey, hopsOfPrincipal } from './queries/hops-of.ts';
import { hunts } from './queries/hunts.ts';
import { reach } from './queries/lineage.ts';
import { approvals, named, presence } from './queries/named.ts';
import { activity, touchedBelow, touchedBy } from './queries/touched.ts';
import { huntsTable } from './rows/hunt.ts';
import type { Writer } from './writer.ts';

/** What pages about one credential or one principal, a search and saved hunts read. */
export function huntingPart(database: Database, writer: Writer): HuntStore {
  return {
    reach: (tenant, tokenKeys) => reach(database, tenant, tokenKeys),
    hopsByKey: (tenant, keys) => hopsByKey(database, tenant, keys),
    hopsOfPrincipal: (tenant, principalId) => hopsOfPrincipal(database, tenant, principalId),
    touchedBelow: (tenant, hopKeys) => touchedBelow(database, tenant, hopKeys),
    touchedBy: (tenant, principalId, sinceMs) => touchedBy(database, tenant, principalId, sinceMs),
    activity: (tenant, principalId, sinceMs) => activity(database, tenant, principalId, sinceMs),
    presence: (tenant, principalId) => presence(database, tenant, principalId),
    approvals: (query) => approvals(database, query),
    named: (tenant, text) => named(database, tenant, text),
    hunts: (tenant, owner) => hunts(database, tenant, owner),
    writeHunt: (hunt) => writer.write(huntsTable, [hunt]),
  };
}
