import type { Effect } from './event/index.ts';
import { matchesPattern, type Policy } from './policy.ts';

/**
 * The effect of an action: what its event states, else what policy says of the grant it needs
 * (`tool:<name>` or `<system>:<action>`), else what its name gives away. Tool annotations are not asked:
 * they are hints of a server that nobody has to trust.
 */
export function effectOf(
  stated: Effect | undefined,
  needs: string | undefined,
  name: string,
  policy: Policy,
): Effect {
  if (stated !== undefined && stated !== 'unknown') return stated;
  if (needs !== undefined) {
    const rule = policy.effects.find((candidate) => matchesPattern(candidate.action, needs));
    if (rule !== undefined) return rule.effect;
  }
  return effectOfName(name);
}

/** True when it surely changed something: an effect that nobody knows is no change. */
export function changes(effect: Effect): effect is Exclude<Effect, 'read' | 'unknown'> {
  return effect === 'write' || effect === 'delete' || effect === 'admin';
}

const httpMethods: ReadonlyMap<string, Effect> = new Map([
  ['GET', 'read'],
  ['HEAD', 'read'],
  ['OPTIONS', 'read'],
  ['POST', 'write'],
  ['PUT', 'write'],
  ['PATCH', 'write'],
  ['DELETE', 'delete'],
]);

const verbs: ReadonlyMap<string, Effect> = new Map([
  ...table(
    'read',
    'batchget check compare count describe discover download exists export fetch find get head inspect list ' +
      'lookup peek preview query read readonly scan search select show stat summarize tail validate verify view watch',
  ),
  ...table(
    'write',
    'add append approve assign associate attach book buy cancel change charge commit copy create deploy disable ' +
      'draft edit enable execute forward import insert invite invoke join merge modify move notify order patch ' +
      'pay post publish purchase push put refund register reply reschedule reserve reset resume rotate run save ' +
      'schedule send set share start stop submit suspend transfer trigger update upload upsert wire write',
  ),
  ...table(
    'delete',
    'clear delete deregister destroy detach drop erase kick prune purge remove terminate truncate unlink wipe',
  ),
  ...table('admin', 'authorize deauthorize elevate escalate grant impersonate promote revoke'),
]);

/** Nouns that turn a change into a change of who may do what. */
const controlNoun = new RegExp(
  String.raw`\b(?:access keys?|acls?|admins?|api keys?|credentials?|federation|grants?|iam|login profile|mfa|` +
    String.raw`passwords?|permissions?|polic(?:y|ies)|privileges?|roles?|secrets?|signing key|trust)\b`,
);

function table(effect: Effect, words: string): [string, Effect][] {
  return words.split(' ').map((word) => [word, effect]);
}

const tiers: readonly Effect[] = ['admin', 'delete', 'write', 'read'];

/** The effect that a tool's or an API action's name gives away: `send_money`, `iam:AttachRolePolicy`, `DELETE /users/1`. */
export function effectOfName(name: string): Effect {
  const method = httpMethods.get(name.split(/\s/, 1).join());
  if (method !== undefined) return method;
  const parts = name.split(/[.:/]+/).map(wordsOf);
  // Of `compute.instances.delete` the last part says what happens.
  const effect = parts.map(effectOfWords).findLast((found) => found !== 'unknown') ?? 'unknown';
  const changes = effect === 'write' || effect === 'delete';
  return changes && controlNoun.test(parts.flat().join(' ')) ? 'admin' : effect;
}

/** Names are imperative: the first verb decides, and with it every verb that is joined to it (`get_or_create`). */
function effectOfWords(words: readonly string[]): Effect {
  const first = words.findIndex((word) => verbs.has(word));
  const isJoined = (index: number) => index > 0 && joining.has(words[index - 1] as string);
  const deciding = words
    .filter((_, index) => index === first || isJoined(index))
    .map((word) => verbs.get(word));
  return tiers.find((effect) => deciding.includes(effect)) ?? 'unknown';
}

const joining: ReadonlySet<string> = new Set(['and', 'or', 'then']);

/** Lower-case words of an identifier, whatever its style: `AttachRolePolicy`, `attach_role-policy`, `S3Object`. */
export function wordsOf(identifier: string): readonly string[] {
  return identifier
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}
