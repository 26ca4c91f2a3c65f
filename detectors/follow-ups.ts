import * as z from 'zod';
import type { ActionView } from '../src/domain/chain.ts';
import { wordsOf } from '../src/domain/effect.ts';
import { deedLabel } from './offences.ts';

/** Words in the name of an action that tells of an end or clears up after it: what stops may still do that. */
export const followUpWords = z
  .array(z.string().min(2).max(64))
  .max(64)
  .default([
    'cleanup',
    'comment',
    'compensate',
    'escalate',
    'notify',
    'report',
    'restore',
    'revert',
    'rollback',
    'undo',
  ]);

export function isFollowUp(action: ActionView, words: readonly string[]): boolean {
  const name = wordsOf(deedLabel(action));
  return words.some((word) => name.includes(word));
}
