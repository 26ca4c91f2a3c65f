import { expect, it } from 'vitest';
import { alertStates } from '../../../src/domain/alert.ts';
import { incidentStates } from '../../../src/domain/incident.ts';
import { planVerdicts, responseStates } from '../../../src/domain/response.ts';
import { dryRunBadge, outcomeBadge, severityBadge, stateBadge } from './badge.ts';

it('says in words what the colour repeats', () => {
  expect(String(severityBadge('critical'))).toBe('<span class="badge critical">critical</span>');
  expect(String(outcomeBadge('accepted'))).toBe('<span class="badge plain">accepted</span>');
  expect(String(dryRunBadge(true))).toContain('dry run');
  expect(dryRunBadge(false)).toBeUndefined();
});

it.each([...alertStates, ...incidentStates, ...responseStates, ...planVerdicts])('knows %s', (state) => {
  expect(String(stateBadge(state))).toMatch(/class="badge [a-z]+"/);
});

it('shows a word that it does not know as it is, escaped', () => {
  expect(String(stateBadge('<b>'))).toBe('<span class="badge plain">&lt;b&gt;</span>');
});
