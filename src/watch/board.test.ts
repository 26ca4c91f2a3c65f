import { describe, expect, it } from 'vitest';
import { EVENT_BYTES_MAX } from '../domain/limits.ts';
import { createBoard, viewBoard } from './board.ts';
import { messageName } from './message-name.ts';

const place = { source: 'chainwarden.tokens', partition: 2, offset: 7_000_000_000 };

function both() {
  const board = createBoard();
  const view = viewBoard(board.memory);
  return { board, sight: () => view.sight(view.turn()), turn: view.turn, view };
}

describe('the board', () => {
  it('shows the detector and what it looks at, and that it is over', () => {
    const { board, sight, turn } = both();
    board.detector(3, 'token-ü');
    expect(turn() % 2).toBe(1);
    expect(sight()).toEqual({ kind: 'detector', index: 3, instance: 'token-ü' });
    board.over();
    expect(turn() % 2).toBe(0);
    board.detector(4, 'token-ü');
    expect(sight()).toMatchObject({ index: 4, instance: 'token-ü' });
  });

  it('shows the instance again after a message has used its room', () => {
    const { board, sight } = both();
    board.detector(0, 'token');
    board.over();
    board.message(Buffer.from('x'.repeat(20)), place);
    board.over();
    board.detector(1, 'token');
    expect(sight()).toEqual({ kind: 'detector', index: 1, instance: 'token' });
  });

  it.each([
    ['bytes', Buffer.from('{"id":"ü"}')],
    ['text', '{"id":"ü"}'],
    ['a parsed event', { source: 'https://idp.example', id: '1', data: {} }],
  ])('names a message that came as %s by the name it is known again by', (_, raw) => {
    const { board, sight } = both();
    board.message(raw, place);
    expect(messageName(raw)).toMatch(/^(sha256:[0-9a-f]{64}|event:\["https:\/\/idp.example","1"\])$/);
    expect(sight()).toEqual({
      kind: 'message',
      name: messageName(raw),
      place: 'chainwarden.tokens/2/7000000000',
    });
  });

  it('shows the event of the log, by the name under which it would come again', () => {
    const { board, sight } = both();
    const event = { source: 'ü'.repeat(512), id: '1' };
    board.event(77, event.source, event.id);
    expect(sight()).toEqual({ kind: 'message', name: messageName(event), place: 'log/0/77' });
    board.over();
    board.message('text', place);
    expect(sight()).toMatchObject({ place: 'chainwarden.tokens/2/7000000000' });
  });

  it('gives bytes and text of one message one name', () => {
    expect(messageName('{"id":"ü"}')).toBe(messageName(Buffer.from('{"id":"ü"}')));
  });

  it('takes what has no name, what is too large, and what throws when it is looked at', () => {
    const { board, turn } = both();
    const thrower = Object.defineProperty({}, 'source', {
      get: () => {
        throw new Error('no');
      },
    });
    const odd = [null, undefined, 7, [], {}, thrower];
    for (const raw of [...odd, Buffer.alloc(EVENT_BYTES_MAX + 1), 'x'.repeat(EVENT_BYTES_MAX + 1)]) {
      board.message(raw, { ...place, source: 's'.repeat(10_000) });
      expect(turn() % 2).toBe(1);
      board.over();
    }
    for (const raw of odd) expect(messageName(raw)).toBeUndefined();
  });

  it('stays in step when an end is missing or comes twice', () => {
    const { board, sight, turn } = both();
    board.detector(0, 'token');
    board.message('text', place);
    expect(turn() % 2).toBe(1);
    expect(sight()).toMatchObject({ kind: 'message' });
    board.over();
    board.over();
    expect(turn() % 2).toBe(0);
    board.detector(0, 'token');
    expect(Math.abs(turn() % 2)).toBe(1);
  });

  it('shows nothing of a turn that is over', () => {
    const { board, view } = both();
    board.detector(0, 'token');
    const turn = view.turn();
    board.over();
    expect(view.sight(turn)).toBeUndefined();
  });

  it('ends a pause when it is told to stop', () => {
    const { board, view } = both();
    expect(view.pause(1)).toBe(false);
    board.stop();
    expect(view.pause(60_000)).toBe(true);
  });
});
