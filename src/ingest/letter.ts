import type { core } from 'zod';
import type { AdmitContext } from '../domain/admission.ts';
import type { DeadLetter } from '../domain/dead-letter.ts';
import { DEAD_LETTER_BYTES_MAX, EVENT_BYTES_MAX, ID_CHARS_MAX } from '../domain/limits.ts';
import type { Refusal } from './contract.ts';
import { cutNamed, cutShapes, isNamedSecret } from './secrets.ts';
import { isTooDeep, join } from './walk.ts';

/** `raw` as it came; `value` is what it parsed to, undefined when it did not. */
export function deadLetter(
  refusal: Refusal,
  raw: unknown,
  value: unknown,
  context: AdmitContext,
): DeadLetter {
  const { publisher, position, nowMs } = context;
  return {
    tenant: tenantOf(publisher.tenant, value),
    atMs: nowMs,
    publisher: publisher.name,
    position,
    ...refusal,
    raw: bounded(printable(raw, value)),
  };
}

/** What zod found first, told without any of zod's own texts, some of which quote the input. */
export function explain(error: core.$ZodError, prefix: string): Refusal {
  const issue = deepest(error.issues);
  const path = issue.path.map(String).reduce(join, prefix);
  return { code: 'EVENT_INVALID', path, reason: reasonOf(issue) };
}

type Issue = core.$ZodIssue;

/** A union reports one list of issues per branch: the branch that came furthest says what was meant. */
function deepest(issues: readonly Issue[]): Issue {
  const [first] = issues as readonly [Issue];
  if (first.code !== 'invalid_union' || first.errors.length === 0) return first;
  const [branch] = [...first.errors].sort((a, b) => a.length - b.length);
  const inner = branch?.[0];
  if (inner === undefined) return first;
  return deepest([{ ...inner, path: [...first.path, ...inner.path] } as Issue]);
}

function reasonOf(issue: Issue): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.length === 1 ? 'one member is unknown' : `${issue.keys.length} members are unknown`;
    case 'invalid_type':
      return `expected ${issue.expected}`;
    case 'invalid_value':
      return `expected one of ${issue.values.map(String).join(', ')}`;
    case 'too_big':
      return `larger or longer than ${issue.maximum}`;
    case 'too_small':
      return `smaller or shorter than ${issue.minimum}`;
    case 'invalid_format':
      return `does not have the form it must have (${issue.format})`;
    case 'custom':
      return issue.message;
    default:
      return 'is not what the schema allows';
  }
}

function tenantOf(own: string, value: unknown): string {
  if (own !== '*') return own;
  const tenant = (value as { data?: { tenant?: unknown } | null } | null | undefined)?.data?.tenant;
  const usable = typeof tenant === 'string' && tenant !== '' && tenant.length <= ID_CHARS_MAX;
  return usable ? tenant : 'default';
}

function printable(raw: unknown, value: unknown): string {
  if (typeof value === 'object' && value !== null && !isTooDeep(value)) {
    // Written anew, so that an escape (`\u0065yJ…`) cannot hide a credential from the patterns.
    const text = JSON.stringify(value, (name, member: unknown) =>
      isNamedSecret(name, member) ? '[cut]' : Array.isArray(member) ? withoutSecrets(name, member) : member,
    );
    return cutShapes(text);
  }
  const text = Buffer.isBuffer(raw) ? raw.subarray(0, EVENT_BYTES_MAX).toString('utf8') : String(raw);
  const plain = text
    .slice(0, EVENT_BYTES_MAX)
    .replaceAll('\u0000', '')
    .replace(/\\u00([2-7][0-9a-f])/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return cutNamed(cutShapes(plain));
}

function withoutSecrets(name: string, list: readonly unknown[]): unknown[] {
  return list.map((item) => (isNamedSecret(name, item) ? '[cut]' : item));
}

/** At most DEAD_LETTER_BYTES_MAX bytes of well-formed UTF-8. */
function bounded(text: string): string {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length <= DEAD_LETTER_BYTES_MAX) return bytes.toString('utf8');
  let end = DEAD_LETTER_BYTES_MAX;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end).toString('utf8');
}
