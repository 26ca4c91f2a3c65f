import { expect, it } from 'vitest';
import { principalIdIn, principalKey } from '../../../src/domain/principal.ts';

it.each([
  [{ id: 'agent:bot' }, 'agent:bot'],
  [{ id: 'agent:bot', iss: 'https://idp.example' }, 'agent:bot'],
  [{ id: '["' }, '["'],
  [{ id: '["a"]' }, '["a"]'],
  [{ id: '[x' }, '[x'],
])('reads the id in the key of %j', (principal, id) => {
  expect(principalIdIn(principalKey(principal))).toBe(id);
});
