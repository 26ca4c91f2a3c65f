import { EVENT_BYTES_MAX, ID_CHARS_MAX } from '../domain/limits.ts';
import { nameOfBytes, nameOfValue } from './message-name.ts';

/** The words in front: whether the watch shall end, which turn it is (odd: under way), of what, and sizes of texts. */
const STOP = 0;
const TURN = 1;
const SUBJECT = 2;
const TEXT_BYTES = 3;
const PLACE_BYTES = 4;
const PARTITION = 5;
const WORDS_BYTES = 32;
/** The offset of a message needs more than 32 bits. */
const OFFSET_AT = WORDS_BYTES;
const PLACE_AT = OFFSET_AT + 8;
/** As many characters as a source may have, in their longest form. */
const PLACE_BYTES_MAX = ID_CHARS_MAX * 3;
const TEXT_AT = PLACE_AT + PLACE_BYTES_MAX;

/** In place of a detector's number: a message as it came, or one that was parsed before and goes by its name. */
const MESSAGE_BYTES = -1;
const MESSAGE_NAME = -2;
/** An event of the log: its source stands where places do, its id where texts do. */
const EVENT = -3;

/** Where a message stands; the same members as the position in a dead letter. */
interface Place {
  readonly source: string;
  readonly partition: number;
  readonly offset: number;
}

/** What is being looked at. */
export type Sight =
  | { readonly kind: 'detector'; readonly index: number; readonly instance: string }
  | { readonly kind: 'message'; readonly name: string; readonly place: string };

/** The side that works. Every call is on the hot path: some stores to memory and nothing else. */
export interface Board {
  readonly memory: SharedArrayBuffer;
  detector(index: number, instance: string): void;
  message(raw: unknown, place: Place): void;
  event(seq: number, source: string, id: string): void;
  over(): void;
  stop(): void;
}

/**
 * Shared memory in which one thread notes what it is about to do, and another reads it when the first does not come
 * back. A note and its end cost some 20 ns together; the instance is written once for all detectors that look at it.
 */
export function createBoard(): Board {
  const memory = new SharedArrayBuffer(TEXT_AT + EVENT_BYTES_MAX);
  const words = new Int32Array(memory, 0, WORDS_BYTES / 4);
  const offset = new Float64Array(memory, OFFSET_AT, 1);
  const placeBytes = new Uint8Array(memory, PLACE_AT, PLACE_BYTES_MAX);
  const textBytes = new Uint8Array(memory, TEXT_AT, EVENT_BYTES_MAX);
  const instanceBytes = textBytes.subarray(0, PLACE_BYTES_MAX);
  const encoder = new TextEncoder();
  let turn = 0;
  let instanceNoted: string | undefined;
  let sourceNoted: string | undefined;

  function noteSource(source: string): void {
    if (source === sourceNoted) return;
    words[PLACE_BYTES] = encoder.encodeInto(source, placeBytes).written;
    sourceNoted = source;
  }

  /** The next odd number. Plain stores: whoever reads them does so long after, when nothing has moved. */
  function begin(): void {
    turn = (turn + 1) | 1;
    words[TURN] = turn;
  }

  /** The next even number. */
  function over(): void {
    turn = ((turn | 1) + 1) | 0;
    words[TURN] = turn;
  }

  function noteMessage(raw: unknown): void {
    instanceNoted = undefined;
    const isText = typeof raw === 'string';
    words[SUBJECT] = isText || raw instanceof Uint8Array ? MESSAGE_BYTES : MESSAGE_NAME;
    if (raw instanceof Uint8Array) {
      const bytes = raw.length > EVENT_BYTES_MAX ? raw.subarray(0, EVENT_BYTES_MAX) : raw;
      textBytes.set(bytes);
      words[TEXT_BYTES] = bytes.length;
      return;
    }
    const text = isText ? raw : (nameOfValue(raw) ?? '');
    words[TEXT_BYTES] = encoder.encodeInto(text, textBytes).written;
  }

  return {
    memory,
    detector(index, instance) {
      words[SUBJECT] = index;
      // The same text object for every detector of a sighting: comparing it costs nothing.
      if (instance !== instanceNoted) {
        words[TEXT_BYTES] = encoder.encodeInto(instance, instanceBytes).written;
        instanceNoted = instance;
      }
      begin();
    },
    message(raw, place) {
      noteMessage(raw);
      noteSource(place.source);
      words[PARTITION] = place.partition;
      offset[0] = place.offset;
      begin();
    },
    event(seq, source, id) {
      instanceNoted = undefined;
      words[SUBJECT] = EVENT;
      words[TEXT_BYTES] = encoder.encodeInto(id, textBytes).written;
      noteSource(source);
      offset[0] = seq;
      begin();
    },
    over,
    stop() {
      Atomics.store(words, STOP, 1);
      Atomics.notify(words, STOP);
    },
  };
}

/** The side that watches. */
export interface BoardView {
  /** Waits so long; true when the watch shall end. */
  pause(ms: number): boolean;
  turn(): number;
  /** What is noted for a turn, undefined when it is over meanwhile. */
  sight(turn: number): Sight | undefined;
}

export function viewBoard(memory: SharedArrayBuffer): BoardView {
  const words = new Int32Array(memory, 0, WORDS_BYTES / 4);
  const offset = new Float64Array(memory, OFFSET_AT, 1);
  // Copied out first: a decoder takes no shared memory, and the texts may change under it.
  const bytesAt = (at: number, length: number): Buffer =>
    Buffer.from(new Uint8Array(memory, at, length).slice().buffer);

  function read(): Sight {
    const index = words[SUBJECT] ?? 0;
    const text = bytesAt(TEXT_AT, words[TEXT_BYTES] ?? 0);
    if (index >= 0) return { kind: 'detector', index, instance: text.toString() };
    const source = bytesAt(PLACE_AT, words[PLACE_BYTES] ?? 0).toString();
    if (index === EVENT) {
      const name = nameOfValue({ source, id: text.toString() }) ?? '';
      return { kind: 'message', name, place: `log/0/${offset[0]}` };
    }
    return {
      kind: 'message',
      name: index === MESSAGE_NAME ? text.toString() : nameOfBytes(text),
      place: `${source}/${words[PARTITION]}/${offset[0]}`,
    };
  }

  return {
    pause: (ms) => Atomics.wait(words, STOP, 0, ms) !== 'timed-out',
    turn: () => Atomics.load(words, TURN),
    sight(turn) {
      const sight = read();
      return Atomics.load(words, TURN) === turn ? sight : undefined;
    },
  };
}
