import { beforeEach, describe, expect, it } from 'vitest';
import type { Admission, AdmitContext } from '../domain/admission.ts';
import { createCarefulAdmit } from './careful-admit.ts';
import { messageName } from './message-name.ts';

const context: AdmitContext = {
  publisher: { name: 'kafka', tenant: 'acme', issuers: '*' },
  adapter: 'cloudevents',
  position: { source: 'tokens', partition: 0, offset: 12 },
  nowMs: 5,
  history: false,
};
const admitted = { kind: 'admitted' } as Admission;
const said: string[] = [];
beforeEach(() => void said.splice(0));

const board = {
  message: (raw: unknown, { offset }: { offset: number }) => void said.push(`message ${raw} ${offset}`),
  over: () => void said.push('over'),
};
const careful = (poison: readonly string[] = [], work = (): Admission => admitted) =>
  createCarefulAdmit({
    board,
    poison: new Set(poison),
    onFault: (error) => void said.push(String(error)),
    admit: (input) => {
      said.push(`admit ${input.raw}`);
      return work();
    },
  });

describe('admission under watch', () => {
  it('is noted and over', () => {
    expect(careful()({ raw: '{}' }, context)).toBe(admitted);
    expect(said).toEqual(['message {} 12', 'admit {}', 'over']);
  });

  it('makes a dead letter of a message that it cannot bear, without the content', () => {
    const broken = () => {
      throw new RangeError('deep');
    };
    expect(careful([], broken)({ raw: 'eyJhbGciOi' }, context)).toEqual({
      kind: 'refused',
      letter: {
        tenant: 'acme',
        atMs: 5,
        publisher: 'kafka',
        position: context.position,
        code: 'EVENT_POISONOUS',
        path: '',
        reason: 'reading it failed',
        raw: messageName('eyJhbGciOi'),
      },
    });
    expect(said).toEqual(['message eyJhbGciOi 12', 'admit eyJhbGciOi', 'RangeError: deep', 'over']);
  });

  it('does not read a message again that ended a process, however it comes, and reads the others', () => {
    const parsed = { source: 'https://idp.example', id: '1' };
    const admit = careful([messageName('bad') ?? '', messageName(parsed) ?? '']);
    for (const raw of ['bad', Buffer.from('bad'), { ...parsed, data: 1 }]) {
      expect(admit({ raw }, context)).toMatchObject({ kind: 'refused', letter: { code: 'EVENT_POISONOUS' } });
    }
    expect(said).toEqual([]);
    for (const raw of ['good', { source: 'https://idp.example', id: '2' }, null]) {
      expect(admit({ raw }, context)).toBe(admitted);
    }
  });
});
