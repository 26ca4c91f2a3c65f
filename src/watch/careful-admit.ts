import type { Admission, Admit, AdmitContext } from '../domain/admission.ts';
import type { Board } from './board.ts';
import { messageName } from './message-name.ts';

export interface CarefulAdmitOptions {
  readonly admit: Admit;
  readonly board: Pick<Board, 'message' | 'over'>;
  /** Names of messages that ended a process before. */
  readonly poison: ReadonlySet<string>;
  /** Admission threw, which it never should. */
  readonly onFault: (error: unknown) => void;
}

/**
 * Admission that survives what admission cannot: a message that made it throw is refused, one that ended a process is
 * not read again. Looking for names costs 2 us a message, and only while there is one to look for.
 */
export function createCarefulAdmit(options: CarefulAdmitOptions): Admit {
  const { admit, board, poison } = options;
  return (input, context) => {
    if (poison.size > 0) {
      const name = messageName(input.raw);
      if (name !== undefined && poison.has(name)) {
        return refused(context, 'a process ended while it read this message', name);
      }
    }
    board.message(input.raw, context.position);
    try {
      return admit(input, context);
    } catch (error) {
      options.onFault(error);
      return refused(context, 'reading it failed', messageName(input.raw));
    } finally {
      board.over();
    }
  };
}

/** Without its content: cutting credentials out of it is part of what failed. */
function refused({ publisher, position, nowMs }: AdmitContext, reason: string, name = ''): Admission {
  return {
    kind: 'refused',
    letter: {
      tenant: publisher.tenant === '*' ? 'default' : publisher.tenant,
      atMs: nowMs,
      publisher: publisher.name,
      position,
      code: 'EVENT_POISONOUS',
      path: '',
      reason,
      raw: name,
    },
  };
}
