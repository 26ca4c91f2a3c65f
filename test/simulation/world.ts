import type { Publisher } from '../../src/domain/access.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { createRandom, type Random } from '../../src/evaluate/random.ts';
import { issuers } from '../../src/evaluate/world/cast.ts';
import {
  createScript,
  emit,
  type Line,
  type Script,
  toEvent,
  wait,
} from '../../src/evaluate/world/script.ts';
import { benignStories } from './benign.ts';
import type { Planted, Story } from './kit.ts';
import { busyHour, offences, retoldHour } from './offences.ts';
import { policyOf } from './policy.ts';
import type { Message } from './publisher.ts';
import { beyondScopeByException } from './scopes.ts';
import { POISON } from './store.ts';

/** The second one lives through a part of what the first one does, under the same names: nothing may cross over. */
const TENANTS = ['acme', 'globex'] as const;
type Tenant = (typeof TENANTS)[number];

/** A line, and whose it is. */
interface OwnLine extends Line {
  readonly tenant: Tenant;
}

/** What a story planted, and where. */
export interface PlantedFor extends Planted {
  readonly tenant: string;
}

/** Monday, 2 March 2026, 08:00 UTC. */
export const START_MS = Date.UTC(2026, 2, 2, 8);
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Stories begin within this time. */
const OPENING_MS = 75 * MINUTE_MS;
const LINES_MIN = 200;

export interface World {
  readonly policy: Policy;
  readonly publishers: ReadonlyMap<string, Publisher>;
  readonly messages: readonly Message[];
  /** Alerts that must page in the end, and no others. */
  readonly planted: readonly PlantedFor[];
  /** When the bulk has been said; what comes later comes hours later. */
  readonly bulkEndMs: number;
  readonly lateMs: readonly number[];
  /** When most is taken back and told anew: a good moment to die. */
  readonly retoldMs: number;
}

/** Publishers have their own clocks: these are off by less than the skew that policy allows. */
const SKEW_MS_MAX = 15_000;
const WILD = 'https://wild.example';

/** A world in which everything that goes wrong in the field goes wrong. The same seed gives the same bytes. */
export function createWorld(seed: number): World {
  const random = createRandom(`simulation ${seed}`);
  const planted: PlantedFor[] = [];
  const lines: OwnLine[] = [];
  const tell = (story: Story, late: boolean, atMs: number, tenants: readonly Tenant[] = ['acme']): void => {
    const script = newScript(random, `${seed}-${lines.length}`, atMs);
    const found = story({ script, random: script.random, late });
    for (const tenant of tenants) {
      planted.push(...found.map((one) => ({ ...one, tenant })));
      lines.push(...script.lines.map((line) => ({ ...line, tenant })));
    }
  };
  const opening = (): number => START_MS + 3 * MINUTE_MS + random.int(0, OPENING_MS);

  const bad = random.shuffle(offences);
  const good = random.shuffle([...benignStories, beyondScopeByException]);
  // At least one story has a part that comes hours late; the others may.
  for (let count = 0; count < 4; count += 1)
    tell(
      bad[count] as Story,
      count === 0 || random.chance(0.3),
      opening(),
      count === 1 ? TENANTS : undefined,
    );
  tell(busyHour, false, START_MS + random.int(4, 20) * MINUTE_MS);
  const retoldMs = START_MS + random.int(4, 20) * MINUTE_MS;
  tell(retoldHour, false, retoldMs);
  for (let count = 0; lines.length < LINES_MIN; count += 1) {
    tell(good[count % good.length] as Story, count === 0 || random.chance(0.3), opening());
  }
  wild(random, lines);
  return { policy: policyOf(), planted, retoldMs, ...publish(random, lines) };
}

function newScript(random: Random, name: string, startMs: number): Script {
  const own = random.fork(name);
  return createScript({
    txn: `txn-${name}`,
    prefix: name,
    startMs,
    random: own,
    callsCarryTxn: own.chance(0.7),
    callsNameHash: own.chance(0.5),
  });
}

/** A publisher whose clock is stuck, jumps, or lives in another year. */
function wild(random: Random, lines: OwnLine[]): void {
  const script = newScript(random, 'wild', START_MS + 5 * MINUTE_MS);
  for (let left = 8; left > 0; left -= 1) {
    wait(script, MINUTE_MS, 10 * MINUTE_MS);
    emit(script, WILD, 'api.called', {
      actor: { id: script.name('wild'), kind: 'workload' },
      target: { system: 'crm' },
      action: 'read',
      effect: 'read',
    });
  }
  lines.push(...script.lines.map((line) => ({ ...line, tenant: 'acme' as const })));
}

function publish(
  random: Random,
  lines: readonly OwnLine[],
): Pick<World, 'messages' | 'publishers' | 'bulkEndMs' | 'lateMs'> {
  const publishers = new Map<string, Publisher>();
  const skews = new Map<string, number>();
  const messages: Message[] = [];
  const lateMs: number[] = [];
  let bulkEndMs = START_MS;
  const say = (publisher: string, sentMs: number, raw: unknown): void => {
    messages.push({ number: messages.length, publisher, sentMs, raw });
  };
  for (const line of lines) {
    const name = `${line.tenant} ${line.source}`;
    if (!publishers.has(name)) {
      publishers.set(name, publisherOf(name, line));
      skews.set(name, random.int(-SKEW_MS_MAX, SKEW_MS_MAX));
    }
    const sentMs = line.atMs + line.delayMs + random.int(50, 3_000);
    const event = toEvent(
      line,
      line.source === WILD ? wildTime(random, line) : line.atMs + (skews.get(name) ?? 0),
    );
    if (line.delayMs > HOUR_MS) lateMs.push(sentMs);
    else bulkEndMs = Math.max(bulkEndMs, sentMs);
    say(name, sentMs, event);
    const again = sentMs + random.int(0, 20 * MINUTE_MS);
    if (random.chance(0.04)) say(name, again, event);
    // One id, two contents: the one with the smaller digest counts, whichever comes first.
    const other = random.chance(0.06) ? rewritten(event) : undefined;
    if (other !== undefined) say(name, again, other);
    if (random.chance(0.02)) say(name, again, { ...event, id: `${POISON}${event.id}` });
    if (random.chance(0.02)) say(name, again, spoilt(random, event));
  }
  return { publishers, messages, bulkEndMs, lateMs };
}

function publisherOf(name: string, { tenant, source }: OwnLine): Publisher {
  const issuer = Object.values(issuers).find((candidate) => candidate.source === source);
  return { name, tenant, issuers: issuer === undefined ? [] : [issuer.iss, source] };
}

function wildTime(random: Random, line: Line): number {
  const how = random.int(0, 4);
  if (how === 0) return START_MS;
  if (how === 1) return line.atMs + 8 * MINUTE_MS;
  if (how === 2) return line.atMs - random.int(1, 20) * 86_400_000;
  if (how === 3) return line.atMs + 3 * 365 * 86_400_000;
  return line.atMs - random.int(5, 50) * MINUTE_MS;
}

type Sent = ReturnType<typeof toEvent>;

/** The same call, told differently in what no detector judges. */
function rewritten(event: Sent): Sent | undefined {
  const { data } = event;
  if (data.type !== 'api.called' && data.type !== 'tool.invoked' && data.type !== 'tool.completed')
    return undefined;
  return { ...event, data: { ...data, source: { userAgent: 'second telling' } } };
}

/** What admission must refuse. */
function spoilt(random: Random, event: Sent): unknown {
  const id = `spoilt-${event.id}`;
  switch (random.int(0, 3)) {
    case 0:
      return { ...event, id, type: 'io.chainwarden.token.invented.v1' };
    case 1:
      return { ...event, id, data: { ...event.data, surprise: true } };
    case 2:
      return { ...event, id, time: '2031-01-01T00:00:00Z' };
    default:
      return '{"specversion":"1.0", "id":';
  }
}
