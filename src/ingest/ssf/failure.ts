import type { SetError } from '../../domain/security-event.ts';

/** Why a token was not taken; the message is for the transmitter and quotes nothing of it. */
export class SetFailure extends Error {
  readonly err: SetError;

  constructor(err: SetError, description: string) {
    super(description);
    this.name = 'SetFailure';
    this.err = err;
  }
}
