import { expect, it } from 'vitest';
import type { Api } from '../api.ts';
import { ApiProblem } from '../api.ts';
import type { ShownAlert } from './case.ts';
import { actOn, commandOf, concernedBy, tally } from './triage.ts';

const alert = (id: string, state: ShownAlert['state']) => ({ id, state }) as ShownAlert;

function apiThat(refuses: (path: string) => string | undefined) {
  const asked: { path: string; body: unknown }[] = [];
  const api = {
    async post(path: string, body: unknown) {
      asked.push({ path, body });
      const detail = refuses(path);
      if (detail === undefined) return undefined;
      throw new ApiProblem({ type: '', title: '', status: 409, code: 'CONFLICT', detail, instance: '' });
    },
  } as unknown as Api;
  return { api, asked };
}

it('makes a command of a form, with what its verb needs and nothing else', () => {
  expect(commandOf({ verb: 'acknowledge', assignee: 'olga', reason: 'x' })).toEqual({ verb: 'acknowledge' });
  expect(commandOf({ verb: 'assign', assignee: ' olga ' })).toEqual({ verb: 'assign', assignee: 'olga' });
  expect(commandOf({ verb: 'assign' })).toEqual({ verb: 'assign', assignee: '' });
  expect(commandOf({ verb: 'close', reason: 'a test', words: 'of Monday', note: 'n' })).toEqual({
    ...{ verb: 'close', reason: 'a test; of Monday', note: 'n' },
  });
});

it('asks only for what is not so already', () => {
  const alerts = [alert('a', 'open'), alert('b', 'acknowledged'), alert('c', 'closed'), alert('d', 'merged')];
  const ids = (verb: string) => concernedBy(verb, alerts).map(({ id }) => id);
  expect(ids('acknowledge')).toEqual(['a']);
  expect(ids('close')).toEqual(['a', 'b']);
  expect(ids('reopen')).toEqual(['c']);
  expect(ids('comment')).toEqual(['a', 'b', 'c', 'd']);
});

it('does the rest when one is refused, and tells exactly what was done', async () => {
  const { api, asked } = apiThat((path) => (path.includes('/b/') ? 'it is closed' : undefined));
  const command = { verb: 'acknowledge' };
  const first = await actOn(api, command, 'One', [
    alert('a', 'open'),
    alert('b', 'open'),
    alert('c', 'open'),
  ]);
  const second = await actOn(api, command, 'Two', [alert('d', 'closed')]);
  expect(first).toEqual({ title: 'One', done: 2, problems: ['it is closed'] });
  expect(asked.map(({ path }) => path)).toEqual(['a', 'b', 'c'].map((id) => `/v1/alerts/${id}/actions`));
  expect(tally('acknowledge', [first, second])).toBe(
    'Acknowledged 2 alerts of 1 chosen. 1 had nothing left to acknowledge. Not done for 1: “One” (it is closed).',
  );
  expect(tally('close', [])).toBe('Nothing was changed.');
});

it('names a few of many that were refused, and counts the rest', () => {
  const outcomes = Array.from({ length: 7 }, (_, index) => ({
    title: `t${index}`,
    done: 0,
    problems: ['no'],
  }));
  expect(tally('close', outcomes)).toBe(
    'Nothing was changed. Not done for 7: “t0” (no); “t1” (no); “t2” (no); “t3” (no); “t4” (no) and 2 more.',
  );
});
