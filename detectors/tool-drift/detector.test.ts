import { describe, expect, it } from 'vitest';
import type { ActionView, ChainView, ToolDefinition, ToolView } from '../../src/domain/chain.ts';
import {
  action,
  chain,
  look,
  minuteMs,
  policy,
  silentFeeds,
  startMs,
  toolView,
} from '../../test/support/views.ts';
import { toolDrift } from './detector.ts';

const at = (minutes: number) => startMs + minutes * minuteMs;
const hashOf = (letter: string) => `sha256:${letter.repeat(43)}`;

const definition = (letter: string, minutes: number): ToolDefinition => ({
  hash: hashOf(letter),
  firstMs: at(minutes),
  eventId: `seen-${letter}`,
});

function watch(definitions: readonly ToolDefinition[], differs: Partial<ToolView> = {}, config: object = {}) {
  const tool = toolView({ definitions, ...differs });
  return look(toolDrift, { on: 'tool', tool, policy: policy() }, config);
}

describe('a definition that changes', () => {
  it('says from what to what', () => {
    expect(watch([definition('a', 0), definition('b', 5)])).toEqual([
      {
        subject: { kind: 'source', key: `tool:["mail send_mail","${hashOf('b')}"]`, label: 'mail/send_mail' },
        fact: 'definition-changed',
        kind: 'alert',
        severity: 'high',
        title: 'mail/send_mail is not what it was: its definition changed to sha256:bbbbbbbb…',
        atMs: at(5),
        evidence: {
          tool: 'send_mail',
          server: 'mail',
          definition: hashOf('b'),
          before: hashOf('a'),
          beforeSince: '2026-01-05T08:00:00.000Z',
          since: '2026-01-05T08:05:00.000Z',
          definitions: 2,
          announced: false,
        },
        eventIds: ['seen-b', 'seen-a'],
        settlesAtMs: at(15),
      },
    ]);
  });

  it.each([
    ['nobody saw one', [], []],
    ['one', [definition('a', 0)], []],
    ['two', [definition('a', 0), definition('b', 5)], ['a']],
    ['three', [definition('a', 0), definition('b', 5), definition('c', 9)], ['a', 'b']],
  ])('%s', (_, definitions, before) => {
    const found = watch(definitions);
    expect(found.map(({ evidence }) => evidence['before'])).toEqual(before.map(hashOf));
    expect(new Set(found.map(({ subject }) => subject.key)).size).toBe(found.length);
  });

  it('shows the call that met it first, where that is known', () => {
    const definitions = [definition('a', 0), { ...definition('b', 5), callId: 'call-9' }];
    expect(watch(definitions)).toMatchObject([{ shownBy: 'call-9' }]);
  });

  it('pages for none that was reviewed, and for none of a tool whose server nobody tells', () => {
    const definitions = [definition('a', 0), definition('b', 5)];
    expect(watch(definitions, {}, { announced: [hashOf('b')] })).toMatchObject([
      { kind: 'signal', severity: 'low', evidence: { announced: true } },
    ]);
    expect(watch(definitions, {}, { announced: [hashOf('a')] })).toMatchObject([{ kind: 'alert' }]);
    expect(watch(definitions, { server: undefined })).toMatchObject([
      { kind: 'signal', subject: { label: 'send_mail' }, evidence: { server: null } },
    ]);
  });
});

describe('a name at two servers', () => {
  const call = (name: string, server: string | undefined, minutes: number, letter?: string): ActionView => {
    const definitionHash = letter === undefined ? undefined : hashOf(letter);
    return action({
      id: `${server}-${minutes}`,
      atMs: at(minutes),
      tool: { name, server, definitionHash },
      eventIds: [`event-${minutes}`],
    });
  };
  const see = (actions: readonly ActionView[], differs: Partial<ChainView> = {}) => {
    const counts = { actionCount: actions.length, toolCount: 1 };
    const shown = chain({ actions, ...counts, ...differs });
    return look(toolDrift, { on: 'chain', chain: shown, feeds: silentFeeds, policy: policy() });
  };

  it.each([
    ['two', [call('search', 'a', 1), call('search', 'b', 2)], 1],
    ['one twice', [call('search', 'a', 1), call('search', 'a', 2)], 0],
    ['two names', [call('search', 'a', 1), call('find', 'b', 2)], 0],
    ['one and one that nobody tells', [call('search', 'a', 1), call('search', undefined, 2)], 0],
    ['one definition', [call('search', 'a', 1, 'x'), call('search', 'b', 2, 'x')], 0],
    ['two definitions', [call('search', 'a', 1, 'x'), call('search', 'b', 2, 'y')], 1],
    ['one of them without a definition', [call('search', 'a', 1, 'x'), call('search', 'b', 2)], 1],
    ['no tool', [action({ tool: undefined }), action({ tool: undefined })], 0],
  ])('%s', (_, actions, count) => {
    expect(see(actions)).toHaveLength(count);
  });

  it('says which, once for the chain', () => {
    const actions = [
      call('search', 'a', 1),
      call('find', 'a', 2),
      call('search', 'b', 3),
      call('find', 'c', 4),
    ];
    expect(see(actions)).toEqual([
      {
        subject: { kind: 'chain', key: chain().rootKey, label: 'root' },
        fact: 'shadowed',
        kind: 'signal',
        severity: 'low',
        title: 'search, find was called at several servers in one chain',
        atMs: at(3),
        evidence: { tools: ['find', 'search'], servers: ['a', 'b', 'c'], chainTools: 1 },
        eventIds: ['event-1', 'event-3', 'event-2', 'event-4'],
        settlesAtMs: at(13),
      },
    ]);
  });

  it('costs nothing where every tool was called once, and of the platform', () => {
    const actions = [call('search', 'a', 1), call('search', 'b', 2)];
    expect(see(actions, { toolCount: 2 })).toEqual([]);
    expect(see(actions, { toolCount: 0 })).toEqual([]);
    expect(see(actions, { platform: true })).toEqual([]);
  });
});

it('looks at tools and chains only, and knows digests', () => {
  expect(look(toolDrift, { on: 'action', action: action(), policy: policy() })).toEqual([]);
  expect(toolDrift.config.safeParse({ announced: ['md5:x'] }).success).toBe(false);
});
