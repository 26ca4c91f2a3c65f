import { ChainwardenError } from '../../domain/errors.ts';
import { deterministicId } from '../../domain/ids.ts';
import { createRandom, type Random } from '../random.ts';
import { type Issuer, issuers } from './cast.ts';
import { createDisorder } from './disorder.ts';
import { createHeap } from './heap.ts';
import { ordinary, probe, standingKey } from './ordinary.ts';
import { createScript, type Line, type Script, type SimulatedEvent, toEvent } from './script.ts';
import type { Token } from './tokens.ts';
import { MINUTE_MS, type Variant } from './variant.ts';
import { attackVariants, lookAlikeVariants } from './variants.ts';

export interface SimulateOptions {
  readonly seed: number;
  /** Chains beside the issuers' signs of life. */
  readonly chains: number;
  /** Names of variants or of detectors; `all`, `none`. */
  readonly attacks: readonly string[] | 'all' | 'none';
  /** Late, repeated and unevenly timed events. */
  readonly disorder: boolean;
  readonly startMs?: number;
}

/** What is true of one chain. */
export interface ChainLabel {
  readonly txn: string;
  readonly attack: boolean;
  readonly variant: string;
  readonly detectors: readonly string[];
}

export interface Simulated {
  readonly event: SimulatedEvent;
  /** On the first event of each chain. */
  readonly label?: ChainLabel;
}

/** Monday, 2 March 2026, 08:00 UTC: a fixed default, so that a seed alone fixes every byte. */
export const SIMULATION_START_MS = Date.UTC(2026, 2, 2, 8);
/** Chains start this far apart on average. */
const SPACING_MS = 3_000;
/** Every issuer with a live feed mints something at least this often: absence is judged against such a feed. */
const PROBE_EVERY_MS = 4 * MINUTE_MS;
/** Feeds speak for this long after the last chain, so that its absences can be judged too. */
const PROBE_TAIL_MS = 20 * MINUTE_MS;
/** Of every twenty chains, in order: which are attacks, and which are look-alikes. */
const ROUND = 20;
const ATTACK_SLOTS: readonly number[] = [2, 7, 11, 15, 17];
const LOOK_ALIKE_SLOTS: readonly number[] = [0, 5, 9, 14, 19];
/** A pipeline key serves about ten builds out of this many chains, well below fifty children. */
const CHAINS_PER_KEY = 100;

interface Pending {
  readonly arrivalMs: number;
  readonly order: number;
  readonly event: SimulatedEvent;
  readonly label: ChainLabel | undefined;
}

/**
 * Labelled traffic in order of arrival, generated as it is read: memory holds the chains under way, never the world.
 * The same options give the same bytes.
 */
export function* simulate(options: SimulateOptions): Generator<Simulated> {
  const startMs = options.startMs ?? SIMULATION_START_MS;
  const random = createRandom(options.seed);
  const disorder = options.disorder ? createDisorder(random.fork('disorder')) : undefined;
  const pending = createHeap<Pending>((a, b) => a.arrivalMs - b.arrivalMs || a.order - b.order);
  const labelled = new WeakSet<ChainLabel>();
  let order = 0;
  let endMs = startMs;

  const add = (lines: readonly Line[], label: ChainLabel | undefined): void => {
    for (const line of lines) {
      endMs = Math.max(endMs, line.atMs);
      const copies = disorder?.(line) ?? [{ event: toEvent(line), delayMs: line.delayMs }];
      for (const { event, delayMs } of copies) {
        pending.push({ arrivalMs: line.atMs + delayMs, order, event, label });
        order += 1;
      }
    }
  };
  function* arrived(beforeMs: number): Generator<Simulated> {
    for (let next = pending.peek(); next !== undefined && next.arrivalMs < beforeMs; next = pending.peek()) {
      pending.pop();
      const { event, label } = next;
      if (label === undefined || labelled.has(label)) yield { event };
      else {
        labelled.add(label);
        yield { event, label };
      }
    }
  }

  const probes = createProbes(options.seed, random, startMs);
  for (const chain of chainsOf(options, random, startMs)) {
    for (const due of probes(chain.startMs)) add(due.lines, due.label);
    yield* arrived(chain.startMs);
    add(chain.lines, chain.label);
  }
  for (const due of probes(endMs + PROBE_TAIL_MS)) add(due.lines, due.label);
  yield* arrived(Number.POSITIVE_INFINITY);
}

interface WrittenChain {
  readonly startMs: number;
  readonly lines: readonly Line[];
  /** Absent for the issuance of a standing key, which is an ancestor of chains and no chain. */
  readonly label?: ChainLabel;
}

function* chainsOf(options: SimulateOptions, random: Random, startMs: number): Generator<WrittenChain> {
  const cast = castOf(options.attacks, random.fork('variants'));
  const gaps = random.fork('gaps');
  let standing: Token | undefined;
  let atMs = startMs + MINUTE_MS;
  for (let index = 0; index < options.chains; index += 1) {
    if (standing === undefined || index % CHAINS_PER_KEY === 0) {
      const script = scriptOf(options.seed, `key-${index}`, random, atMs - 100);
      standing = standingKey(script);
      yield { startMs: atMs - 100, lines: script.lines };
    }
    const script = scriptOf(options.seed, `chain-${index}`, random, atMs);
    const variant = cast(index);
    if (variant === undefined) ordinary(script, standing);
    else variant.tell(script);
    yield { startMs: atMs, lines: script.lines, label: labelOf(script.txn, variant) };
    atMs += gaps.int(SPACING_MS / 6, SPACING_MS * 2 - SPACING_MS / 6);
  }
}

function labelOf(txn: string, variant: Variant | undefined): ChainLabel {
  const detectors = variant?.detectors ?? [];
  return { txn, attack: detectors.length > 0, variant: variant?.name ?? 'benign', detectors };
}

/** Which chain tells which variant: each in turn, the turns spread evenly, the sequence drawn from the seed. */
function castOf(attacks: SimulateOptions['attacks'], random: Random): (index: number) => Variant | undefined {
  const chosen = random.shuffle(chooseAttacks(attacks));
  const lookAlikes = random.shuffle(lookAlikeVariants);
  const inTurn = (
    variants: readonly Variant[],
    slots: readonly number[],
    index: number,
  ): Variant | undefined => {
    const slot = slots.indexOf(index % ROUND);
    if (slot < 0 || variants.length === 0) return undefined;
    return variants[(Math.floor(index / ROUND) * slots.length + slot) % variants.length];
  };
  return (index) => inTurn(chosen, ATTACK_SLOTS, index) ?? inTurn(lookAlikes, LOOK_ALIKE_SLOTS, index);
}

/** Variants by their own name or by a detector's. Refuses a name that nothing bears. */
function chooseAttacks(attacks: SimulateOptions['attacks']): readonly Variant[] {
  if (attacks === 'all') return attackVariants;
  if (attacks === 'none') return [];
  const bears = (variant: Variant, name: string): boolean =>
    variant.name === name || variant.detectors.includes(name);
  const unknown = attacks.find((name) => !attackVariants.some((variant) => bears(variant, name)));
  if (unknown !== undefined) {
    const names = attackVariants.map(({ name }) => name).join(', ');
    throw new ChainwardenError(
      'USAGE',
      `no attack is called ${unknown}; there are ${names}, and detectors' ids`,
    );
  }
  return attackVariants.filter((variant) => attacks.some((name) => bears(variant, name)));
}

function scriptOf(seed: number, name: string, world: Random, startMs: number): Script {
  const random = world.fork(name);
  const txn = deterministicId('txn', [seed, name]);
  return createScript({
    txn,
    prefix: txn.slice(4, 20),
    startMs,
    random,
    callsCarryTxn: random.chance(0.7),
    callsNameHash: random.chance(0.4),
    showsDefinitions: random.chance(0.6),
  });
}

/** Signs of life of every issuer whose feed is connected, up to a given time; one chain per issuer. */
function createProbes(seed: number, world: Random, startMs: number): (untilMs: number) => WrittenChain[] {
  const live: readonly Issuer[] = Object.values(issuers).filter(
    (issuer: Issuer) => issuer !== issuers.silent,
  );
  const feeds = live.map((issuer) => {
    const script = scriptOf(seed, `probe ${issuer.iss}`, world, startMs);
    const label: ChainLabel = { txn: script.txn, attack: false, variant: 'benign:probe', detectors: [] };
    return { issuer, script, label };
  });
  let nextMs = startMs;
  return (untilMs) => {
    const due: WrittenChain[] = [];
    for (; nextMs < untilMs; nextMs += PROBE_EVERY_MS) {
      for (const { issuer, script, label } of feeds) {
        script.nowMs = nextMs;
        probe(script, issuer);
        due.push({ startMs: nextMs, lines: script.lines.splice(0), label });
      }
    }
    return due;
  };
}
