import type { TokenRef } from '../domain/event/index.ts';
import { ACTIONS_PER_HOP_MAX } from '../domain/limits.ts';
import { Call } from './call.ts';
import { CallNames, tellingKey } from './call-names.ts';
import { compareStrings, type Fact } from './fact.ts';
import type { TenantGraph } from './graph.ts';
import type { CallData } from './kinds.ts';
import { approvalName, REQUEST_PREFIX } from './names.ts';
import { ParentCalls } from './parent-calls.ts';
import { Place } from './place.ts';
import type { TokenNode } from './token-node.ts';

/** What others learned from a call before one of its facts changed. */
interface Before {
  readonly token: TokenNode | undefined;
  readonly atMs: number;
  readonly told: string;
  readonly parentKey: string | undefined;
  readonly callKeys: readonly string[];
  readonly approvalId: string | undefined;
}

/** The calls of one tenant: which facts are one call, where it hangs and what it is counted in. */
export class Calls {
  readonly #graph: TenantGraph;
  readonly #calls = new Map<string, Call>();
  readonly #names = new CallNames();
  readonly parents = new ParentCalls();

  constructor(graph: TenantGraph) {
    this.#graph = graph;
  }

  /** True of the name of a request that joins nothing. */
  isParted(name: string): boolean {
    return name.startsWith(REQUEST_PREFIX) && this.#names.isParted(name.slice(REQUEST_PREFIX.length));
  }

  get(id: string): Call | undefined {
    return this.#calls.get(id);
  }

  values(): Iterable<Call> {
    return this.#calls.values();
  }

  apply(fact: Fact<CallData>, adding: boolean): void {
    if (!adding) this.#tell(this.#names.idOf(fact), fact, false);
    this.#rename(this.#names.change(fact, adding));
    if (adding) this.#tell(this.#names.idOf(fact), fact, true);
  }

  /** What was one call may be several now, or the other way round. */
  #rename(before: ReadonlyMap<string, string>): void {
    const moving: { readonly from: string; readonly fact: Fact<CallData> }[] = [];
    for (const [key, from] of before) {
      for (const fact of this.#calls.get(from)?.facts ?? []) {
        if (tellingKey(fact.event.source, fact.event.id, fact.data) === key) moving.push({ from, fact });
      }
    }
    for (const { from, fact } of moving) this.#tell(from, fact, false);
    for (const { fact } of moving) this.#tell(this.#names.idOf(fact), fact, true);
  }

  #tell(id: string, fact: Fact<CallData>, adding: boolean): void {
    let call = this.#calls.get(id);
    if (call === undefined) {
      if (!adding) return;
      call = new Call(id, fact.data);
      this.#calls.set(id, call);
    } else {
      this.#uncount(call);
    }
    const before = remember(call);
    if (adding) call.add(fact);
    else if (call.remove(fact.event)) {
      this.#forget(call, before);
      return;
    }
    if (before.told !== '' && (!adding || before.told !== toldBy(call)) && call.home !== undefined) {
      this.#graph.places.spoil(call.home);
    }
    this.#follow(call, before);
  }

  /** Carries a changed call to its token, its place, its counts and whoever names it. */
  #follow(call: Call, before: Before): void {
    const { tokens, touched } = this.#graph;
    if (before.atMs !== call.atMs && call.home !== undefined) {
      call.home.retime();
      touched.places.add(call.home);
    }
    const ref = call.tokenRef;
    const token = ref === undefined ? undefined : tokens.ensure(ref);
    if (before.token !== undefined && before.token !== token) this.#dropUse(before.token, call);
    call.token = token;
    this.#mention(call, call.tokenRefs);
    this.#rely(call, before.approvalId, call.approvalId);
    this.parents.depend(call, before.parentKey, call.parentKey);
    this.rehome(call);
    if (token !== undefined) this.#use(token, call);
    this.#count(call);
    this.#answer(call, before.callKeys, call.callKeys);
    touched.calls.add(call);
    touched.rows.add(call);
  }

  /** The approval that it names. */
  #rely(call: Call, before: string | undefined, after: string | undefined): void {
    const { evidence } = this.#graph;
    // Its time may have changed, and with it the order of the approval's uses.
    if (before !== undefined && before !== after) evidence.use(approvalName(before), call, false);
    if (after !== undefined) evidence.use(approvalName(after), call, true);
    call.approval = evidence.approval(after);
  }

  /** The call ids that it answers to changed. */
  #answer(call: Call, before: readonly string[], after: readonly string[]): void {
    for (const key of before) {
      if (after.includes(key)) continue;
      this.parents.unfile(key, call);
      this.wake(key);
    }
    for (const key of after) if (!before.includes(key) && this.parents.file(key, call)) this.wake(key);
  }

  /** Who else is named as the call's token: judged with it when its descent becomes known. */
  #mention(call: Call, refs: readonly TokenRef[]): void {
    const { tokens, places, touched } = this.#graph;
    const before = call.otherTokens;
    if (before.length === 0 && refs.length < 2) return;
    const named = new Set(refs.map((ref) => tokens.ensure(ref)));
    if (call.token !== undefined) named.delete(call.token);
    if (before.length === 0 && named.size === 0) return;
    call.otherTokens = [...named].sort((a, b) => compareStrings(a.key, b.key));
    for (const token of named) {
      token.mentions.add(call);
      touched.tokens.add(token);
      touched.places.add(token.place);
    }
    for (const token of before) {
      if (named.has(token)) continue;
      token.mentions.delete(call);
      touched.tokens.add(token);
      // The one that counts from now on is used in a moment.
      if (token !== call.token) places.dropIfEmpty(token.place);
    }
  }

  #use(token: TokenNode, call: Call): void {
    const { tokens, touched } = this.#graph;
    if (token.addUse(call)) tokens.refresh(token);
    const { txn } = call;
    if (call.toldTxn !== txn) {
      if (call.toldTxn !== undefined) tokens.hearTxn(token, call.toldTxn, false);
      call.toldTxn = txn;
      if (txn !== undefined) tokens.hearTxn(token, txn, true);
    }
    touched.tokens.add(token);
    touched.places.add(token.place);
  }

  #dropUse(token: TokenNode, call: Call): void {
    const { tokens, places } = this.#graph;
    token.removeUse(call);
    if (call.toldTxn !== undefined) tokens.hearTxn(token, call.toldTxn, false);
    call.toldTxn = undefined;
    tokens.refresh(token);
    places.dropIfEmpty(token.place);
  }

  #forget(call: Call, before: Before): void {
    const { places, touched } = this.#graph;
    this.#calls.delete(call.id);
    this.parents.depend(call, before.parentKey, undefined);
    this.#answer(call, before.callKeys, []);
    this.#rely(call, before.approvalId, undefined);
    const { home } = call;
    call.home = undefined;
    if (home !== undefined) {
      home.removeCall(call);
      places.spoil(home);
    }
    if (before.token !== undefined) this.#dropUse(before.token, call);
    call.token = undefined;
    this.#mention(call, []);
    if (home !== undefined) places.dropIfEmpty(home);
    touched.calls.delete(call);
    touched.rows.delete(call);
    touched.gone.add(`call:${call.id}`);
    touched.retired.set(call.id, { call, atMs: before.atMs });
  }

  /** The call leaves memory with its chain. */
  release(call: Call): void {
    this.#calls.delete(call.id);
    for (const fact of call.facts) this.#names.release(fact);
    this.parents.depend(call, call.parentKey, undefined);
    for (const key of call.callKeys) this.parents.unfile(key, call);
    call.token?.releaseUse(call);
    if (call.approvalId !== undefined) this.#graph.evidence.leave(approvalName(call.approvalId), call);
    for (const token of call.otherTokens) token.mentions.delete(call);
    this.#graph.touched.gone.add(`call:${call.id}`);
  }

  /** Whoever names this call id as a parent finds its place again. */
  wake(key: string): void {
    for (const dependent of this.parents.dependents(key)) {
      if (dependent instanceof Place) this.#graph.places.relocate(dependent);
      else this.rehome(dependent);
    }
  }

  rehome(call: Call): void {
    const { places, touched } = this.#graph;
    const home = this.#homeOf(call);
    const old = call.home;
    if (home === old) return;
    if (old !== undefined) {
      old.removeCall(call);
      call.counted = undefined;
      places.spoil(old);
      touched.places.add(old);
    }
    call.home = home;
    home.addCall(call);
    if (home.calls.size > ACTIONS_PER_HOP_MAX) places.hot.add(home);
    touched.places.add(home);
    touched.calls.add(call);
    touched.rows.add(call);
    if (old !== undefined) {
      home.chain?.addCall(call);
      if (home.chain !== undefined) touched.cells.add(home.chain);
      places.dropIfEmpty(old);
    }
    for (const key of call.callKeys) this.wake(key);
  }

  /**
   * Where a call hangs: on its token; below an ancestor on its transaction or that day's session; without a
   * token on its transaction, else with its parent call, else alone. Calls that name each other in a circle
   * hang together on the smallest of them.
   */
  #homeOf(call: Call): Place {
    const { places, invocations } = this.#graph;
    const path: Call[] = [];
    for (let at = call; ; ) {
      const { token, txn, parentKey: key } = at;
      if (token !== undefined && !token.isAncestor) return token.place;
      if (txn !== undefined) return places.request(txn);
      if (token !== undefined) return places.session(token, call.atMs);
      if (key === undefined || at.callKeys.includes(key)) return places.ensure(`call:${at.id}`, 'call');
      const invocation = invocations.known(key);
      if (invocation !== undefined) return invocation;
      const next = this.parents.get(key);
      if (next === undefined) return invocations.ensure(key);
      path.push(at);
      const start = path.indexOf(next);
      if (start >= 0) {
        const smallest = path.slice(start).reduce((a, b) => (b.id < a.id ? b : a));
        return places.ensure(`call:${smallest.id}`, 'call');
      }
      at = next;
    }
  }

  #count(call: Call): void {
    const { touched } = this.#graph;
    const cell = call.home?.chain;
    if (cell !== undefined && call.counted === undefined) {
      cell.addCall(call);
      touched.cells.add(cell);
    }
  }

  #uncount(call: Call): void {
    call.home?.chain?.removeCall(call);
  }
}

function remember(call: Call): Before {
  return {
    token: call.token,
    atMs: call.atMs,
    told: call.facts.length === 0 ? '' : toldBy(call),
    parentKey: call.parentKey,
    callKeys: call.callKeys,
    approvalId: call.approvalId,
  };
}

/** What a chain learned from a call and cannot unlearn without counting again. */
function toldBy(call: Call): string {
  return JSON.stringify([call.actor ?? null, call.txn ?? null]);
}
