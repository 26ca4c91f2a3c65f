import { allCover, type Cover } from '../cover.ts';
import type { ScopeRule } from '../rules.ts';

/** One authorization detail (RFC 9396 section 2): an object whose `type` says what its members mean. */
export interface AuthorizationDetail {
  readonly type: string;
  readonly [member: string]: unknown;
}

export type DetailTypes = Extract<ScopeRule, { dialect: 'rar' }>['types'];
type TypeRule = DetailTypes[string];
type MemberRule = TypeRule['members'][string];

/** Common to all types (RFC 9396 section 2.2). */
const common: ReadonlyMap<string, MemberRule> = new Map([
  ['actions', 'subset'],
  ['locations', 'subset'],
  ['datatypes', 'subset'],
  ['privileges', 'subset'],
  ['identifier', 'equal'],
]);

/**
 * Whether one detail covers another of its type. A member that neither the specification nor policy explains makes
 * them incomparable: it may widen as well as narrow.
 */
export function detailCovers(
  types: DetailTypes,
  parent: AuthorizationDetail,
  child: AuthorizationDetail,
): Cover {
  if (parent.type !== child.type) return 'no';
  if (isSame(parent, child)) return 'yes';
  const rule = Object.hasOwn(types, child.type) ? types[child.type] : undefined;
  const members = new Set([...Object.keys(parent), ...Object.keys(child)]);
  members.delete('type');
  const covers = [...members].map((member) => memberCover(rule, member, parent, child));
  return covers.includes('incomparable') ? 'incomparable' : allCover(covers);
}

/** For people and evidence: the type and what may be done, never the other members, which name accounts and people. */
export function detailLabel(detail: AuthorizationDetail): string {
  const actions = detail['actions'];
  return isTexts(actions) ? `${detail.type}[${actions.toSorted().join(',')}]` : detail.type;
}

function memberCover(
  rule: TypeRule | undefined,
  member: string,
  parent: AuthorizationDetail,
  child: AuthorizationDetail,
): Cover {
  const declared =
    rule !== undefined && Object.hasOwn(rule.members, member) ? rule.members[member] : undefined;
  const compare = declared ?? common.get(member);
  if (compare === undefined) return 'incomparable';
  if (compare === 'ignore') return 'yes';
  const [held, asked] = [own(parent, member), own(child, member)];
  if (held === undefined || asked === undefined) {
    if (rule?.omitted !== 'anything') return 'unknown';
    return held === undefined ? 'yes' : 'no';
  }
  return valueCover(compare, held, asked);
}

function valueCover(compare: Exclude<MemberRule, 'ignore'>, held: unknown, asked: unknown): Cover {
  if (compare === 'equal') return isSame(held, asked) ? 'yes' : 'no';
  if (compare === 'subset') {
    if (!isTexts(held) || !isTexts(asked)) return 'incomparable';
    return asked.every((value) => held.includes(value)) ? 'yes' : 'no';
  }
  const [limit, amount] = [quantityOf(held), quantityOf(asked)];
  if (limit === undefined || amount === undefined || limit.unit !== amount.unit) return 'incomparable';
  const isWithin = compare === 'max' ? amount.value <= limit.value : amount.value >= limit.value;
  return isWithin ? 'yes' : 'no';
}

/** A number, a decimal text, or an amount with its currency as in RFC 9396 section 2. */
function quantityOf(value: unknown): { readonly value: number; readonly unit: string } | undefined {
  if (typeof value === 'number') return { value, unit: '' };
  if (typeof value === 'string' && /^-?\d{1,15}(?:\.\d{1,15})?$/.test(value))
    return { value: Number(value), unit: '' };
  if (!isObject(value)) return undefined;
  const { amount, currency, ...rest } = value;
  const quantity = isObject(amount) ? undefined : quantityOf(amount);
  if (quantity === undefined || typeof currency !== 'string' || Object.keys(rest).length > 0)
    return undefined;
  return { value: quantity.value, unit: currency };
}

function own(detail: AuthorizationDetail, member: string): unknown {
  return Object.hasOwn(detail, member) ? detail[member] : undefined;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Equal as JSON, whatever the order of members. Admission bounds the depth. */
function isSame(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => isSame(item, b[index]));
  }
  if (!isObject(a) || !isObject(b)) return a === b;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && isSame(a[key], b[key]))
  );
}
