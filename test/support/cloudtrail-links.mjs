/**
 * Which access key was made with which, read from CloudTrail files with nothing of the project: a second opinion to
 * check its hops against. Prints a table, or with `--json` one object:
 * {children: [{child, parent, via, eventId, at, uses}], denied: [...], unissued: [...], collisions: [...]}.
 *
 *   node test/support/cloudtrail-links.mjs [--json] FILE...
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

const args = process.argv.slice(2);
const asJson = args.includes('--json');
const records = args.filter((arg) => arg !== '--json').flatMap(read);

function read(path) {
  const bytes = readFileSync(path);
  const text = (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('utf8');
  try {
    const whole = JSON.parse(text);
    return whole.Records ?? (Array.isArray(whole) ? whole : [whole]);
  } catch {
    return text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => JSON.parse(line));
  }
}

/** Every member called `accessKeyId`, at any depth: knows no shapes of responses, on purpose. */
function keysIn(value) {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    name === 'accessKeyId' && typeof member === 'string' ? [member] : keysIn(member),
  );
}

const children = new Map();
const collisions = [];
const denied = [];
for (const record of records) {
  const caller = record.userIdentity?.accessKeyId ?? null;
  for (const child of keysIn(record.responseElements)) {
    const link = {
      child,
      parent: caller,
      via: record.eventName,
      caller: record.userIdentity?.type ?? null,
      eventId: record.eventID,
      at: record.eventTime,
      uses: [],
    };
    if (children.has(child) && children.get(child).parent !== caller) collisions.push(link);
    else if (!children.has(child)) children.set(child, link);
  }
  const isIssuing = /^(AssumeRole|GetFederationToken|GetSessionToken|CreateAccessKey)/.test(record.eventName);
  if (isIssuing && record.errorCode) {
    denied.push({ eventId: record.eventID, via: record.eventName, caller, errorCode: record.errorCode });
  }
}

const unissued = new Map();
for (const record of records) {
  const key = record.userIdentity?.accessKeyId;
  if (typeof key !== 'string' || key === '') continue;
  const link = children.get(key);
  if (link !== undefined) link.uses.push(record.eventID);
  else unissued.set(key, (unissued.get(key) ?? 0) + 1);
}

const result = {
  records: records.length,
  children: [...children.values()].sort((a, b) => (a.child < b.child ? -1 : 1)),
  denied,
  unissued: [...unissued].map(([key, uses]) => ({ key, uses })),
  collisions,
};

if (asJson) process.stdout.write(`${JSON.stringify(result)}\n`);
else print(result);

function print({ children: links, unissued: strangers }) {
  const lines = links.map(
    ({ child, parent, via, caller, uses }) =>
      `${child} <- ${parent ?? `(no key, ${caller})`}  ${via}  ${uses.length} uses`,
  );
  const long = strangers.filter(({ key }) => key.startsWith('AKIA')).length;
  lines.push(
    `${records.length} records, ${links.length} keys issued, ${links.filter(({ parent }) => parent === null).length} without a parent key,`,
    `${links.filter(({ uses }) => uses.length > 0).length} of them used, ${denied.length} refusals,`,
    `${strangers.length} keys used that no record issued (${long} long-lived), ${collisions.length} keys issued twice with different parents`,
  );
  process.stdout.write(`${lines.join('\n')}\n`);
}
