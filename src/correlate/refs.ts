import type { RefContradiction } from '../domain/chain.ts';
import type { EventData, TokenRef } from '../domain/event/index.ts';
import { EVIDENCE_VALUES_MAX } from '../domain/limits.ts';
import { hashKey, refKey } from '../domain/token.ts';
import { ensure } from './collections.ts';
import { mentionedIn } from './names.ts';
import { Tally } from './tally.ts';

/**
 * Joins a hash and a jti once an event shows both. A hash that was shown with two jtis (or a jti with two
 * hashes) is bound to neither: a disagreement is never a merge (standards V03), and the outcome does not
 * depend on which claim came first.
 */
export class RefIndex {
  readonly #keys = new WeakMap<TokenRef, string>();
  readonly #jtisOfHash = new Map<string, Tally>();
  readonly #hashesOfJti = new Map<string, Tally>();
  /** Claims of events that are not in memory, by jti. */
  readonly #stored = new Map<string, Map<string, TokenRef>>();

  keyOf(ref: TokenRef): string {
    if ('jti' in ref) return this.#jtiKey(ref);
    return this.#boundKey(ref.hash) ?? hashKey(ref.hash);
  }

  /** The name by which a token is known: its jti, once that is bound to the hash. */
  known(ref: TokenRef): TokenRef {
    const key = 'jti' in ref ? undefined : this.#boundKey(ref.hash);
    return key === undefined ? ref : refOfKey(key);
  }

  /** The fullest reference that everything said so far agrees on. */
  describe(ref: TokenRef): TokenRef {
    if (!('jti' in ref)) return { hash: ref.hash };
    const hash = this.#hashesOfJti.get(this.#jtiKey(ref))?.only;
    const bound = hash !== undefined && this.#boundKey(hash) === this.#jtiKey(ref);
    return bound ? { iss: ref.iss, jti: ref.jti, hash } : { iss: ref.iss, jti: ref.jti };
  }

  /** Every name of the token that the reference names, as far as they agree. */
  aliases(ref: TokenRef): readonly string[] {
    const key = this.keyOf(ref);
    const hashes = this.#hashesOfJti.get(key)?.values() ?? [];
    return [key, ...hashes.map(hashKey)];
  }

  /** Every other name that a name of a token was shown with. */
  pairedWith(name: string): readonly string[] {
    if (name.startsWith('tok:[')) return (this.#hashesOfJti.get(name)?.values() ?? []).map(hashKey);
    return this.claimants(name.slice('tok:'.length));
  }

  /** Hashes whose key may change when the reference's claim is made for the first time or taken back for good. */
  affectedBy(ref: TokenRef, adding: boolean): readonly string[] {
    if (!('jti' in ref) || ref.hash === undefined) return [];
    const jti = this.#jtiKey(ref);
    const claims = this.#jtisOfHash.get(ref.hash)?.count(jti) ?? 0;
    if (claims !== (adding ? 0 : 1)) return [];
    return [ref.hash, ...(this.#hashesOfJti.get(jti)?.values() ?? [])];
  }

  /** Keys of the tokens that were shown with this hash. */
  claimants(hash: string): readonly string[] {
    return this.#jtisOfHash.get(hash)?.values() ?? [];
  }

  /** Counts the claim in or out. */
  claim(ref: TokenRef, adding: boolean): void {
    if (!('jti' in ref) || ref.hash === undefined) return;
    const jti = this.#jtiKey(ref);
    const jtis = ensure(this.#jtisOfHash, ref.hash, () => new Tally());
    const hashes = ensure(this.#hashesOfJti, jti, () => new Tally());
    if (adding) {
      jtis.add(jti);
      hashes.add(ref.hash);
    } else {
      jtis.remove(jti);
      hashes.remove(ref.hash);
      if (jtis.size === 0) this.#jtisOfHash.delete(ref.hash);
      if (hashes.size === 0) this.#hashesOfJti.delete(jti);
    }
  }

  /** Notes that the store holds a claim; returns it when that is news. */
  store(name: string, alias: string): TokenRef | undefined {
    const [key, hash] = name.startsWith('tok:[') ? [name, alias] : [alias, name];
    const claims = ensure(this.#stored, key, () => new Map<string, TokenRef>());
    if (claims.has(hash)) return undefined;
    const [iss, jti] = JSON.parse(key.slice('tok:'.length)) as [string, string];
    const ref: TokenRef = { iss, jti, hash: hash.slice('tok:'.length) };
    claims.set(hash, ref);
    return ref;
  }

  /** The token leaves memory, and with it what was only known of it from the store. */
  forgetStored(key: string): void {
    for (const ref of this.#stored.get(key)?.values() ?? []) this.claim(ref, false);
    this.#stored.delete(key);
  }

  /** What was said of the token with this key that cannot all be true. */
  contradiction(key: string): RefContradiction | undefined {
    const hashes = this.#hashesOfJti.get(key)?.values().slice(0, EVIDENCE_VALUES_MAX) ?? [];
    const others = new Set(hashes.flatMap((hash) => this.claimants(hash)));
    others.delete(key);
    if (hashes.length < 2 && others.size === 0) return undefined;
    return { hashes, others: [...others].sort().slice(0, EVIDENCE_VALUES_MAX) };
  }

  /** Remembered for each reference object: an event's references are asked for several times. */
  #jtiKey(ref: TokenRef): string {
    let key = this.#keys.get(ref);
    if (key === undefined) {
      key = refKey(ref);
      this.#keys.set(ref, key);
    }
    return key;
  }

  #boundKey(hash: string): string | undefined {
    const jti = this.#jtisOfHash.get(hash)?.only;
    return jti !== undefined && this.#hashesOfJti.get(jti)?.size === 1 ? jti : undefined;
  }
}

/** The reference that a canonical key of a token stands for. */
export function refOfKey(key: string): TokenRef {
  if (!key.startsWith('tok:[')) return { hash: key.slice('tok:'.length) };
  const [iss, jti] = JSON.parse(key.slice('tok:'.length)) as [string, string];
  return { iss, jti };
}

/** References that join a hash and a jti, each once: an event that repeats one claims it once. */
export function fullRefsIn(data: EventData): readonly TokenRef[] {
  const full = refsIn(data).filter((ref) => 'jti' in ref && ref.hash !== undefined);
  if (full.length < 2) return full;
  return [...new Map(full.map((ref) => [`${ref.hash} ${refKey(ref)}`, ref])).values()];
}

/** Every token that an event names. */
export function refsIn(data: EventData): readonly TokenRef[] {
  const mentioned = mentionedIn(data);
  return 'token' in data && data.token !== undefined ? [data.token, ...mentioned] : mentioned;
}
