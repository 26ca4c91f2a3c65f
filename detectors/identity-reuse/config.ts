import * as z from 'zod';
import { patterns } from '../../src/domain/policy/primitives.ts';

export const ReuseConfig = z.strictObject({
  /** Kinds of credential that are a person's own: made to be held by that person, not to be lent. */
  personalKinds: patterns.default([
    '*session*',
    '*sso*',
    '*cookie*',
    '*password*',
    '*personal*access*token*',
    'pat',
    '*api_key*',
    '*access_key*',
    'ssh_key',
    'static',
  ]),
});
export type ReuseConfig = z.infer<typeof ReuseConfig>;
