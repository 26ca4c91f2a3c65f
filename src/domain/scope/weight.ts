import { effectOfName, wordsOf } from '../effect.ts';
import type { Effect } from '../event/index.ts';
import { matchesPattern } from '../policy.ts';
import type { ScopeRules } from './rules.ts';

/** Harm by what a grant lets somebody do, or gives power over. */
export type TierWeights = Readonly<Record<Effect | 'secret' | 'payment', number>>;

export const tierWeights: TierWeights = {
  read: 1,
  unknown: 2,
  write: 3,
  delete: 5,
  admin: 8,
  secret: 8,
  payment: 8,
};

const secretWord = /^(?:secrets?|passwords?|credentials?|vault|kms)$/;
const paymentWord = /^(?:money|pay|payments?|payouts?|purchases?|refunds?|iban|billing|transactions?)$/;
/** Authority over authority, whatever verb stands beside it. */
const rulerWord = /^(?:admin|administrator|root|owner|superuser|impersonat(?:e|ion))$/;
/** Authority over authority only when it changes something: reading roles is reading. */
const controlWord = /^(?:iam|roles?|polic(?:y|ies)|permissions?|privileges?)$/;

const tiers: readonly Effect[] = ['read', 'write', 'delete', 'admin'];

/**
 * The weight of one grant: the worst of what policy says of it, of its effect and of what it gives power over. The
 * effect of an actual use, where known, says more than the grant's name.
 */
export function grantWeight(
  grant: string,
  weights: TierWeights,
  rows: ScopeRules['scopeWeights'],
  used: Effect = 'unknown',
): number {
  const words = wordsOf(grant);
  const effect = used === 'unknown' ? grantEffect(grant, words) : used;
  const has = (word: RegExp) => words.some((candidate) => word.test(candidate));
  const changes = effect !== 'read';
  const risks = [weights[effect]];
  if (has(secretWord)) risks.push(weights.secret);
  if (changes && has(paymentWord)) risks.push(weights.payment);
  if (has(rulerWord) || isEverything(grant) || (changes && has(controlWord))) risks.push(weights.admin);
  for (const { scope, weight } of rows) if (matchesPattern(scope, grant)) risks.push(weight);
  return Math.max(...risks);
}

/**
 * A tool's name is a command and its verb decides; elsewhere verbs stand anywhere (`read:crm`, `crm.ReadWrite`)
 * and the most harmful one decides.
 */
function grantEffect(grant: string, words: readonly string[]): Effect {
  if (grant.startsWith('tool:')) return effectOfName(grant.slice('tool:'.length));
  const found = words.map(effectOfName);
  return tiers.findLast((effect) => found.includes(effect)) ?? 'unknown';
}

/** A bare wildcard, or one that stands for every action of a namespace. */
function isEverything(grant: string): boolean {
  return /(?:^|[:./])\*$/.test(grant);
}
