import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Incident } from '../../../../src/domain/incident.ts';
import { readMessage } from '../../../../src/domain/message.ts';
import type { OutboxEntry } from '../../../../src/domain/response.ts';
import { slackMessage } from '../../../../src/respond/notify/slack-blocks.ts';
import { entryOf, hostile, incidentOf } from '../../../support/notices.ts';
import { partsOf } from '../../../support/notify-parts.ts';
import { type Heard, type Peer, startPeer } from '../../../support/peer.ts';
import { connect } from './connect.ts';

type Word = 'raised' | 'escalated' | 'withdrawn' | 'merged';
const say = (word: Word, over: Partial<Incident> = {}, epoch = 1): OutboxEntry =>
  entryOf({ type: `incident.${word}`, epoch, about: incidentOf(over) }, 'ops');

interface Text {
  readonly type: string;
  readonly text: string;
  readonly emoji?: boolean;
  readonly verbatim?: boolean;
}

/** Every text object of a message, at any depth. */
function texts(value: unknown): Text[] {
  if (Array.isArray(value)) return value.flatMap(texts);
  if (typeof value !== 'object' || value === null) return [];
  const own = 'text' in value && typeof value.text === 'string' ? [value as Text] : [];
  return [...own, ...Object.values(value).flatMap(texts)];
}

function messageOf(entry: OutboxEntry) {
  const message = readMessage(entry.body);
  if (message === undefined) throw new Error('our own message cannot be read');
  return slackMessage(message, 'https://cw.example/v1/incidents/inc_1');
}

describe('a message for Slack', () => {
  it('says what happened first, then who delegated what to whom, until when, and what to do', () => {
    const { text, blocks } = messageOf(say('raised'));
    expect(text).toBe('HIGH: agent-7 gained mail.send at an exchange');
    expect(texts(blocks)[0]?.text).toBe('agent-7 gained mail.send at an exchange');
    const all = texts(blocks).map((one) => one.text);
    for (const line of [
      '*Severity*\n`high`',
      '*Started by*\n`ada`',
      '*Approved by*\n`grace`',
      '*Acted as*\n`agent-7`',
      '*With*\n`t1`',
      '*On*\n`mail`',
      '*Live until*\n`2026-06-01T13:00:00.000Z`',
      '*Writes since*\n`2`',
      'Next: Revoke t1: it works until 2026-06-01T13:00:00.000Z.',
      '<https://cw.example/v1/incidents/inc_1|inc_1>',
    ]) {
      expect(all).toContain(line);
    }
  });

  it('lets nothing become a mention, a link, an emoji or formatting, whoever chose the names', () => {
    const names = ['title', 'initiator', 'approver', 'owner', 'actor', 'target', 'environment', 'nextStep'];
    const over = Object.fromEntries(names.map((name) => [name, hostile])) as Partial<Incident>;
    for (const entry of [
      say('raised', { ...over, revoke: { iss: hostile, jti: hostile }, tenant: hostile, detector: hostile }),
      say('escalated', over),
      say('withdrawn', over),
      say('merged', { ...over, mergedInto: hostile }),
      entryOf(
        { type: 'incident.closed', epoch: 1, about: incidentOf(over), by: hostile, reason: hostile },
        'ops',
      ),
    ]) {
      const { text, blocks } = messageOf(entry);
      const ours = /<https:\/\/cw\.example\/v1\/incidents\/inc_1\|inc_1>/g;
      for (const one of [{ type: 'fallback', text }, ...texts(blocks)] as Text[]) {
        const theirs = one.text.replaceAll(ours, '');
        expect(theirs).not.toMatch(/[<>]/);
        expect(theirs).not.toMatch(/&(?!amp;|lt;|gt;)/);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: that there are none is the point
        expect(theirs.replace(/^\*[A-Za-z ]+\*\n/, '')).not.toMatch(/[\u0000-\u001f\u200b\u202a-\u202e]/);
        expect(theirs).not.toMatch(/\p{Cs}/u);
        if (one.type === 'plain_text') expect(one.emoji).toBe(false);
        if (one.type === 'mrkdwn') {
          expect(one.verbatim).toBe(true);
          // Outside its label, everything is inside one code span.
          expect(theirs).toMatch(/^(\*[A-Za-z ]+\*\n`[^`]*`|Runbook: `[^`]*`|`[^`]*`|)$/);
        }
      }
    }
  });

  it('stays inside what Slack takes, however long the names are', () => {
    const long = '<&>'.repeat(3_000);
    const { blocks } = messageOf(
      say('raised', { title: long, actor: long, target: long, nextStep: long, owner: long, initiator: long }),
    );
    expect(blocks.length).toBeLessThanOrEqual(50);
    for (const block of blocks as { type: string; text?: Text; fields?: Text[] }[]) {
      if (block.text !== undefined) expect(block.text.text.length).toBeLessThanOrEqual(3_000);
      for (const field of block.fields ?? []) expect(field.text.length).toBeLessThanOrEqual(2_000);
      if (block.fields !== undefined) expect(block.fields.length).toBeLessThanOrEqual(10);
    }
  });
});

describe('a bot in Slack', () => {
  let peer: Peer;
  beforeAll(async () => {
    peer = await startPeer();
  });
  beforeEach(() => {
    peer.heard.length = 0;
    peer.answer = () => ({ status: 200, body: { ok: true, ts: '1717.0001' } });
  });
  const env = { TOKEN: 'xoxb-0123456789-abcdef' };
  const bot = (said: readonly OutboxEntry[] = []) =>
    connect(
      { kind: 'slack', token: { env: 'TOKEN' }, channel: 'C024BE91L', api: `${peer.url}/api` },
      env,
      partsOf({ said }),
    );

  it('posts with its token, parses nothing, and keeps the name of its message', async () => {
    const entry = say('raised');
    expect(await bot().send(entry)).toEqual({
      kind: 'answered',
      status: 200,
      retryAfter: undefined,
      receipt: '1717.0001',
    });
    const [{ path, headers, body }] = peer.heard as [Heard];
    expect(path).toBe('/api/chat.postMessage');
    expect(headers.authorization).toBe('Bearer xoxb-0123456789-abcdef');
    expect(body).toMatchObject({
      channel: 'C024BE91L',
      mrkdwn: false,
      parse: 'none',
      link_names: false,
      unfurl_links: false,
      metadata: { event_payload: { message_id: entry.id } },
    });
    expect(body).not.toHaveProperty('thread_ts');
    expect(JSON.stringify(body)).toContain('https://cw.example/base/v1/incidents/inc_1');
  });

  it('answers in the thread of its incident, and shows an escalation in the channel', async () => {
    const raised = { ...say('raised'), receipt: '1.1' };
    const channel = bot([raised, { ...say('raised', {}, 2), receipt: '2.2' }]);
    await channel.send(say('escalated', { severity: 'critical' }));
    await channel.send(say('withdrawn'));
    await channel.send(say('merged', { mergedInto: 'inc_2' }));
    await channel.send(say('withdrawn', {}, 2));
    expect(peer.heard.map(({ body }) => [body['thread_ts'], body['reply_broadcast']])).toEqual([
      ['1.1', true],
      ['1.1', false],
      ['1.1', false],
      ['2.2', false],
    ]);
  });

  it('opens a thread with an escalation, when that was the first that this channel heard', async () => {
    const first = { ...say('escalated', { severity: 'high' }), receipt: '3.3', createdMs: 1 };
    const second = { ...say('escalated', { severity: 'critical' }), receipt: '4.4', createdMs: 2 };
    await bot([second, first]).send(say('withdrawn'));
    await bot([{ ...say('raised') }]).send(say('withdrawn'));
    expect(peer.heard.map(({ body }) => body['thread_ts'])).toEqual(['3.3', undefined]);
  });

  it.each([
    ['channel_not_found', 'DELIVERY_FAILED', true],
    ['invalid_auth', 'DELIVERY_FAILED', true],
    ['ratelimited', 'DELIVERY_FAILED', true],
    ['invalid_blocks', 'DELIVERY_REFUSED', false],
  ])('takes a 200 that says %s for the failure that it is', async (error, code, retriable) => {
    peer.answer = () => ({ status: 200, body: { ok: false, error } });
    const attempt = await bot().send(say('raised'));
    expect(attempt).toMatchObject({ kind: 'failed', code, retriable });
    expect(attempt).toMatchObject({ message: expect.stringContaining(error) });
  });

  it('heeds a limit, and quotes nothing that an answer says instead of a code', async () => {
    peer.answer = () => ({ status: 429, headers: { 'retry-after': '30' } });
    expect(await bot().send(say('raised'))).toMatchObject({ status: 429, retryAfter: '30' });
    peer.answer = () => ({ status: 200, body: '<html>proxy says no to xoxb</html>' });
    const attempt = await bot().send(say('raised'));
    expect(attempt).toMatchObject({ kind: 'failed', retriable: true });
    expect(JSON.stringify(attempt)).not.toContain('xoxb');
  });
});

describe('an incoming webhook of Slack', () => {
  it('gets the same message, and no threads: it answers no name for one', async () => {
    const peer = await startPeer();
    const channel = connect(
      { kind: 'slack', webhook: { env: 'HOOK' } },
      { HOOK: `${peer.url}/services/T0/B0/x` },
    );
    peer.answer = () => ({ status: 200, body: 'ok' });
    expect(await channel.send(say('raised'))).toEqual({
      kind: 'answered',
      status: 200,
      retryAfter: undefined,
    });
    expect(peer.heard[0]?.path).toBe('/services/T0/B0/x');
    expect(peer.heard[0]?.body).toMatchObject({ text: 'HIGH: agent-7 gained mail.send at an exchange' });
    expect(peer.heard[0]?.body).not.toHaveProperty('channel');
    peer.answer = () => ({ status: 400, body: 'invalid_payload' });
    expect(await channel.send(say('raised'))).toMatchObject({ code: 'DELIVERY_REFUSED', retriable: false });
    peer.answer = () => ({ status: 410, body: 'channel_is_archived' });
    expect(await channel.send(say('raised'))).toMatchObject({ kind: 'answered', status: 410 });
  });
});

describe('its configuration', () => {
  it.each([
    ['neither bot nor webhook', {}],
    ['a bot without a channel', { token: { env: 'TOKEN' } }],
    ['both', { token: { env: 'TOKEN' }, channel: 'C024BE91L', webhook: { env: 'HOOK' } }],
    ['a channel that is markup', { token: { env: 'TOKEN' }, channel: '<!channel>' }],
  ])('refuses %s', (_, over) => {
    expect(() =>
      connect({ kind: 'slack', ...over }, { TOKEN: 'x'.repeat(20), HOOK: 'https://h.example' }),
    ).toThrow();
  });

  it('does not quote a secret that is none', () => {
    const config = { kind: 'slack', webhook: { env: 'HOOK' } };
    expect(() => connect(config, { HOOK: 'not an address' })).toThrow(
      /endpoint ops: the variable HOOK must hold/,
    );
    expect(() => connect(config, { HOOK: 'not an address' })).not.toThrow(/not an address/);
  });
});
