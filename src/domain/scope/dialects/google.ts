import type { Implies } from '../closure.ts';

const base = 'https://www.googleapis.com/auth/';

/**
 * Google's scopes, one step each, as its API references list what every method accepts. Short names stand behind
 * the common address; a full address stands for itself.
 */
const steps: Readonly<Record<string, string>> = {
  drive:
    'drive.readonly drive.file drive.appdata drive.metadata drive.scripts documents spreadsheets presentations',
  'drive.readonly':
    'drive.metadata.readonly drive.photos.readonly documents.readonly spreadsheets.readonly presentations.readonly',
  'drive.metadata': 'drive.metadata.readonly',
  documents: 'documents.readonly',
  spreadsheets: 'spreadsheets.readonly',
  presentations: 'presentations.readonly',
  'https://mail.google.com/': 'gmail.modify',
  'gmail.modify': 'gmail.readonly gmail.compose gmail.insert gmail.labels',
  'gmail.readonly': 'gmail.metadata',
  'gmail.compose': 'gmail.send',
  calendar: 'calendar.readonly calendar.events',
  'calendar.readonly': 'calendar.events.readonly',
  'calendar.events': 'calendar.events.readonly',
  contacts: 'contacts.readonly',
  tasks: 'tasks.readonly',
  'admin.directory.user': 'admin.directory.user.readonly admin.directory.user.alias',
  'admin.directory.user.alias': 'admin.directory.user.alias.readonly',
  'admin.directory.group': 'admin.directory.group.readonly admin.directory.group.member',
  'admin.directory.group.member': 'admin.directory.group.member.readonly',
  'cloud-platform':
    'cloud-platform.read-only bigquery compute datastore devstorage.full_control logging.admin monitoring pubsub ' +
    'sqlservice.admin',
  'cloud-platform.read-only':
    'bigquery.readonly compute.readonly devstorage.read_only logging.read monitoring.read',
  bigquery: 'bigquery.readonly bigquery.insertdata',
  compute: 'compute.readonly',
  'devstorage.full_control': 'devstorage.read_write',
  'devstorage.read_write': 'devstorage.read_only',
  'logging.admin': 'logging.read logging.write',
  monitoring: 'monitoring.read monitoring.write',
};

/** Names under which Google takes the same grant. */
const aliases: ReadonlyMap<string, string> = new Map([
  ['email', `${base}userinfo.email`],
  ['profile', `${base}userinfo.profile`],
]);

const addressOf = (name: string): string => (name.includes('/') ? name : `${base}${name}`);

export const googleScopes: Implies = Object.fromEntries(
  Object.entries(steps).map(([grant, implied]) => [addressOf(grant), implied.split(' ').map(addressOf)]),
);

export function canonicalGoogle(grant: string): string {
  return aliases.get(grant) ?? grant;
}

const listed = new Set([...Object.keys(googleScopes), ...Object.values(googleScopes).flat()]);

/** `cloud-platform` covers nearly all of Google Cloud: of a scope that the table does not list, nobody here can say. */
export function mayBeCloud(parent: string, child: string): boolean {
  return parent === `${base}cloud-platform` && child.startsWith(base) && !listed.has(child);
}
