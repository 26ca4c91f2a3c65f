import type { Cover, Dialect } from '../cover.ts';
import { unlessWildcard } from './text.ts';

/** One permission: `Mail.ReadWrite.All` is the resource Mail, the operation ReadWrite and the reach All. */
interface Permission {
  readonly resource: string;
  readonly operation: string;
  /** Whose: '' the signed-in user's own. */
  readonly reach: string;
}

/** What an operation on a resource includes beside itself, in one step. */
const operations: ReadonlyMap<string, readonly string[]> = new Map([
  ['fullcontrol', ['manage']],
  ['manage', ['readwrite']],
  ['readwrite', ['read', 'write', 'create']],
  ['read', ['readbasic']],
]);

/** The same for reaches. `Shared`, `Selected` and whatever else there is are separate. */
const reaches: ReadonlyMap<string, readonly string[]> = new Map([
  ['all', ['', 'ownedby']],
  ['', ['appfolder']],
]);

/** Resources that the directory is made of: who reads all of it reads them. */
const inDirectory = new Set([
  'administrativeunit',
  'application',
  'device',
  'group',
  'groupmember',
  'orgcontact',
  'organization',
  'user',
]);

const prefix = /^(?:https:\/\/graph\.microsoft\.com|00000003-0000-0000-c000-000000000000)\//i;

/**
 * Microsoft Graph permissions, in any case and with or without the resource's address. Whether they are delegated or
 * an application's own is not in the name: it belongs to the namespace.
 */
export const msgraph: Dialect = {
  key: 'msgraph',
  structural: true,
  upperBound: false,
  canonical: (grant) => grant.replace(prefix, '').toLowerCase(),

  isHard: () => false,

  covers(parent, child) {
    if (parent === child) return 'yes';
    const [held, asked] = [permissionOf(parent), permissionOf(child)];
    if (held === undefined || asked === undefined) return unlessWildcard(parent, child);
    if (held.resource === 'directory' && inDirectory.has(asked.resource))
      return throughDirectory(held, asked);
    if (held.resource !== asked.resource) return 'no';
    const isCovered =
      includes(operations, held.operation, asked.operation) && includes(reaches, held.reach, asked.reach);
    return isCovered ? 'yes' : 'no';
  },
};

/** Reading the directory is reading what is in it. What a change of the directory may change is not in its name. */
function throughDirectory(held: Permission, asked: Permission): Cover {
  if (held.reach !== 'all') return 'no';
  const isRead = includes(operations, 'read', asked.operation) && includes(reaches, 'all', asked.reach);
  if (isRead && includes(operations, held.operation, 'read')) return 'yes';
  return held.operation === 'readwrite' || held.operation === 'accessasuser' ? 'unknown' : 'no';
}

function permissionOf(grant: string): Permission | undefined {
  const [resource, operation, reach = '', ...rest] = grant.split('.');
  if (resource === undefined || operation === undefined || rest.length > 0) return undefined;
  return { resource, operation, reach };
}

/** Whether one value is the other or leads to it. The tables are written out here and have no circles. */
function includes(table: ReadonlyMap<string, readonly string[]>, held: string, asked: string): boolean {
  return held === asked || (table.get(held) ?? []).some((step) => includes(table, step, asked));
}
