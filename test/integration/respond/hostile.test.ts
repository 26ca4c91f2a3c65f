import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { OutboxEntry } from '../../../src/domain/response.ts';
import { createGuard, type Resolve } from '../../../src/respond/guard.ts';
import { createOutbox, type Outbox } from '../../../src/respond/outbox.ts';
import { createWebhookChannel } from '../../../src/respond/webhook.ts';
import { until } from '../../support/until.ts';
import { createMemoryResponses, entryOf, silent } from '../../unit/respond/support.ts';

/** Everything that one attempt may take here; 15 s in the product. */
const TIMEOUT_MS = 150;

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

/** Says what it wants on the wire, once a request has come whole. */
type Answer = (socket: Socket, count: number) => void;

interface Receiver {
  readonly port: number;
  /** Of each request its `webhook-id`. */
  readonly ids: string[];
}

async function receiver(answer: Answer): Promise<Receiver> {
  const ids: string[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    let text = '';
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      const end = text.indexOf('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
      if (end < 0 || text.length < end + 4 + length) return;
      ids.push(/webhook-id: (\S+)/i.exec(text)?.[1] ?? '');
      text = '';
      answer(socket, ids.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  return { port: typeof address === 'object' && address !== null ? address.port : 0, ids };
}

const http = (status: string, headers = '', body = ''): string =>
  `HTTP/1.1 ${status}\r\n${headers}content-length: ${body.length}\r\n\r\n${body}`;

const ok: Answer = (socket) => void socket.write(http('200 OK'));

interface Setting {
  readonly url: string;
  readonly resolve?: Resolve;
  readonly allow?: readonly string[];
  readonly allowPrivate?: boolean;
}

/** An outbox over real connections; waits between attempts take no time, and are kept. */
function post(channels: Readonly<Record<string, Setting>>) {
  const store = createMemoryResponses();
  const { writeOutbox } = store;
  const errors: string[] = [];
  store.writeOutbox = (entries) => {
    errors.push(...entries.map(({ lastError }) => lastError));
    return writeOutbox(entries);
  };
  let aheadMs = 0;
  const outbox: Outbox = createOutbox({
    store,
    channels: Object.entries(channels).map(([name, { url, resolve, allow = [], allowPrivate = true }]) =>
      createWebhookChannel(
        { name, disabled: false, url: new URL(url), allowPrivate, sign: () => 'v1,none' },
        {
          guard: createGuard({ allow, ...(resolve && { resolve }) }),
          clock: Date.now,
          timeoutMs: TIMEOUT_MS,
        },
      ),
    ),
    clock: () => Date.now() + aheadMs,
    timer: (run, ms) => {
      const handle = setTimeout(() => {
        aheadMs += ms;
        run();
      }, 1);
      return () => clearTimeout(handle);
    },
    random: () => 0,
    log: silent,
  });
  open.push(() => outbox.stop());
  const entry = (id: string): OutboxEntry | undefined => store.outbox.get(JSON.stringify(['acme', id]));
  const lane = (name = 'ops') => outbox.lanes.find(({ endpoint }) => endpoint === name);
  return {
    outbox,
    entry,
    lane,
    /** What came of each write, in order. */
    errors,
    /** Resolves when none of them waits any more. */
    async send(...ids: string[]): Promise<void> {
      await outbox.enqueue(ids.map((id) => entryOf(id, { endpoint: Object.keys(channels)[0] ?? '' })));
      await until('all came to an end', () => ids.every((id) => entry(id)?.state !== 'pending'));
    },
  };
}

const local = ({ port }: Receiver): Setting => ({ url: `http://127.0.0.1:${port}/` });

/** Ill at first, then well: what fails is tried again under its id until it arrives. */
function ill(times: number, how: Answer): Answer {
  return (socket, count) => (count <= times ? how(socket, count) : ok(socket, count));
}

describe('a receiver that is ill and gets well', () => {
  it.each<[string, Answer, RegExp]>([
    ['never answers', () => undefined, /TIMEOUT/],
    [
      'dribbles its headers for ever',
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\nx: ');
        const more = setInterval(() => socket.write('a'), 20);
        socket.on('close', () => clearInterval(more));
      },
      /TIMEOUT/,
    ],
    [
      'says for ever that an answer is to come',
      (socket) => {
        const more = setInterval(() => socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'), 10);
        socket.on('close', () => clearInterval(more));
      },
      /TIMEOUT/,
    ],
    ['hangs up', (socket) => void socket.destroy(), /request failed/],
    ['resets the connection', (socket) => void socket.resetAndDestroy(), /request failed/],
    [
      'hangs up within its headers',
      (socket) => void socket.end('HTTP/1.1 200 OK\r\nconte'),
      /request failed/,
    ],
    ['speaks another protocol', (socket) => void socket.end('220 mail.example ESMTP\r\n'), /HTTPParserError/],
    [
      'answers with endless headers',
      (socket) => void socket.write(`HTTP/1.1 200 OK\r\n${`x: ${'a'.repeat(1_000)}\r\n`.repeat(100)}\r\n`),
      /HEADERS_OVERFLOW/,
    ],
    ['answers 500', (socket) => void socket.write(http('500 Oops')), /^HTTP 500$/],
    ['redirects', (socket) => void socket.write(http('308 No', 'location: /else\r\n')), /^HTTP 308$/],
    ['asks for patience', (socket) => void socket.write(http('429 No', 'retry-after: 30\r\n')), /^HTTP 429$/],
    [
      'asks for patience in no known tongue',
      (s) => void s.write(http('503 No', 'retry-after: soon\r\n')),
      /^HTTP 503$/,
    ],
  ])('and %s gets the message in the end, once', async (_, how, error) => {
    const there = await receiver(ill(2, how));
    const { send, outbox, entry, lane, errors } = post({ ops: local(there) });
    await send('a');
    expect(entry('a')).toMatchObject({ state: 'delivered', attempts: 3 });
    expect(new Set(there.ids)).toEqual(new Set(['a']));
    expect(errors).toEqual(['', expect.stringMatching(error), expect.stringMatching(error), '']);
    expect(lane()).toMatchObject({ failingSinceMs: undefined, lastError: '', inFlight: 0 });
    expect(outbox.stats).toMatchObject({ attempts: 3, delivered: 1 });
  });

  it('and flaps gets every message once, however it fails between them', async () => {
    const faults: readonly Answer[] = [
      (socket) => void socket.write(http('500 Oops')),
      (socket) => void socket.destroy(),
      (socket) => void socket.write(http('429 No', 'retry-after: 1\r\n')),
      () => undefined,
    ];
    const taken: number[] = [];
    const there: Receiver = await receiver((socket, count) => {
      if (count % 3 === 0) return faults[(count / 3) % faults.length]?.(socket, count);
      taken.push(count - 1);
      ok(socket, count);
    });
    const { send, outbox } = post({ ops: local(there) });
    const ids = Array.from({ length: 40 }, (_, n) => `m${n}`);
    await send(...ids);
    const arrived = taken.map((index) => there.ids[index]);
    expect(arrived.toSorted()).toEqual(ids.toSorted());
    expect(outbox.stats).toMatchObject({ delivered: 40, dead: 0 });
  });
});

describe('a receiver that lies', () => {
  it.each<[string, Answer]>([
    ['with garbage for a body', (socket) => void socket.write(http('200 OK', '', '\u0000<html>{]'))],
    [
      'about a longer body',
      (socket) => void socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhello'),
    ],
    [
      'about a body that never comes',
      (socket) => void socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n'),
    ],
    ['about its chunks', (s) => void s.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n')],
    [
      'about its encoding',
      (socket) => void socket.write(http('200 OK', 'content-encoding: gzip\r\n', 'no gzip')),
    ],
    [
      'by a body without an end',
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        const more = setInterval(() => socket.write(Buffer.alloc(65_536)), 1);
        socket.on('close', () => clearInterval(more));
      },
    ],
  ])('%s is believed its status, and no later message waits for the rest', async (_, how) => {
    const there = await receiver(how);
    const { send, entry, outbox } = post({ ops: local(there) });
    await send('a', 'b', 'c', 'd', 'e', 'f');
    expect(entry('f')).toMatchObject({ state: 'delivered', lastStatus: 200 });
    expect(there.ids.toSorted()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    expect(outbox.stats.inFlight).toBe(0);
  });

  it('by an answer to what was never asked does not answer for the next message', async () => {
    const there = await receiver((socket) => {
      socket.write(http('500 Oops') + http('200 OK'));
    });
    const { outbox, entry } = post({ ops: local(there) });
    await outbox.enqueue([entryOf('a', { orderKey: 'k' }), entryOf('b', { orderKey: 'k' })]);
    await until('both are given up', () => entry('b')?.state === 'dead');
    expect([entry('a')?.state, entry('a')?.lastStatus, entry('b')?.lastStatus]).toEqual(['dead', 500, 500]);
  });
});

describe('a receiver that sends elsewhere', () => {
  it('is not followed, whatever the status', async () => {
    const elsewhere = await receiver(ok);
    for (const status of [301, 302, 303, 307, 308]) {
      const location = `location: http://127.0.0.1:${elsewhere.port}/\r\n`;
      const there = await receiver(ill(1, (socket) => void socket.write(http(`${status} Go`, location))));
      await post({ ops: local(there) }).send('a');
    }
    expect(elsewhere.ids).toEqual([]);
  });

  it('by DNS, to a private address between two attempts, is not reached there', async () => {
    const inside = await receiver(ok);
    let asked = 0;
    const resolve: Resolve = async () => {
      asked += 1;
      if (asked === 1) throw Object.assign(new Error('try again'), { code: 'EAI_AGAIN' });
      return [{ address: '127.0.0.1', family: 4 }];
    };
    const url = `https://rebind.example:${inside.port}/`;
    const { send, entry } = post({ ops: { url, resolve, allowPrivate: false } });
    await send('a');
    expect(asked).toBe(2);
    expect(entry('a')).toMatchObject({ state: 'dead', attempts: 2 });
    expect(entry('a')?.lastError).toContain('DESTINATION_FORBIDDEN');
    expect(inside.ids).toEqual([]);
  });

  it('by DNS, between the check and the connection, is reached where it was checked', async () => {
    const checked = await receiver(ok);
    const answers = ['127.0.0.1', '169.254.169.254'];
    let asked = 0;
    const resolve: Resolve = async () => [{ address: answers[asked++] ?? '', family: 4 }];
    const { send, entry } = post({ ops: { url: `http://rebind.example:${checked.port}/`, resolve } });
    await send('a');
    expect([asked, entry('a')?.state, checked.ids]).toEqual([1, 'delivered', ['a']]);
  });

  it('by one bad address among good ones is not reached at all', async () => {
    const inside = await receiver(ok);
    const resolve: Resolve = async () => [
      { address: '127.0.0.1', family: 4 },
      { address: '169.254.169.254', family: 4 },
    ];
    const { send, entry } = post({ ops: { url: `http://both.example:${inside.port}/`, resolve } });
    await send('a');
    expect([entry('a')?.state, inside.ids]).toEqual(['dead', []]);
  });
});

describe('a receiver that is gone', () => {
  it('gets nothing more until somebody replays one of its messages', async () => {
    let isGone = true;
    const there = await receiver((socket) => void socket.write(http(isGone ? '410 Gone' : '204 Fine')));
    const { send, outbox, entry, lane } = post({ ops: local(there) });
    await send('a');
    await send('b', 'c');
    expect(there.ids).toEqual(['a']);
    expect(lane()).toMatchObject({ gone: true, lastError: 'HTTP 410' });
    isGone = false;
    expect(await outbox.revive('acme', ['b'])).toBe(1);
    await until('it arrived', () => entry('b')?.state === 'delivered');
    await send('d');
    expect([there.ids, lane()?.gone]).toEqual([['a', 'b', 'd'], false]);
    expect(entry('c')?.state).toBe('dead');
  });
});

it('a receiver that hangs holds up no other one', async () => {
  const stuck = await receiver(() => undefined);
  const fine = await receiver(ok);
  const { outbox, entry } = post({ ops: local(stuck), other: local(fine) });
  const names = Array.from({ length: 30 }, (_, n) => n);
  await outbox.enqueue(names.map((n) => entryOf(`s${n}`)));
  await outbox.enqueue(names.map((n) => entryOf(`f${n}`, { endpoint: 'other' })));
  await until('the other has them', () => names.every((n) => entry(`f${n}`)?.state === 'delivered'));
  expect(outbox.lanes.find(({ endpoint }) => endpoint === 'ops')?.inFlight).toBeLessThanOrEqual(4);
});
