import { expect, it } from 'vitest';
import type { ApiKey } from '../../domain/access.ts';
import { createSessions } from './sessions.ts';

const hour = 60 * 60_000;
const key = { id: 'k', name: 'ada', role: 'analyst', tenant: 'acme' } as ApiKey;

function setUp() {
  let nowMs = 0;
  const sessions = createSessions(() => nowMs);
  const at = (ms: number) => {
    nowMs = ms;
  };
  return { sessions, at };
}

it('ends a session that is idle, and every one after a shift', () => {
  const { sessions, at } = setUp();
  const idle = sessions.open(key);
  const busy = sessions.open(key);
  for (let ms = 0; ms < 12 * hour; ms += hour) {
    at(ms);
    expect(sessions.find(busy)?.key).toBe(key);
  }
  expect(sessions.find(idle)).toBeUndefined();
  at(12 * hour);
  expect(sessions.find(busy)).toBeUndefined();
});

it('forgets who signed out', () => {
  const { sessions } = setUp();
  const secret = sessions.open(key);
  sessions.close(secret);
  expect(sessions.find(secret)).toBeUndefined();
  expect(sessions.find('guess')).toBeUndefined();
});

it('redeems an invitation once, and not for long', () => {
  const { sessions, at } = setUp();
  const invitation = sessions.invite(key);
  const late = sessions.invite(key);
  expect(sessions.find(sessions.redeem(invitation) ?? '')?.key).toBe(key);
  expect(sessions.redeem(invitation)).toBeUndefined();
  at(hour);
  expect(sessions.redeem(late)).toBeUndefined();
});

it('tells a notice once', () => {
  const { sessions } = setUp();
  const session = sessions.find(sessions.open(key));
  session?.say('done');
  expect(session?.heard()).toEqual(['done']);
  expect(session?.heard()).toEqual([]);
});

it('says whether a session is open without keeping it so', () => {
  const { sessions, at } = setUp();
  const secret = sessions.open(key);
  at(hour);
  expect(sessions.isOpen(secret)).toBe(true);
  at(2 * hour);
  expect(sessions.isOpen(secret)).toBe(false);
  expect(sessions.find(secret)).toBeUndefined();
});
