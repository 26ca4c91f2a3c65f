import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ACT_DEPTH_MAX,
  DEAD_LETTER_BYTES_MAX,
  EVENT_AGE_MS_MAX,
  EVENT_BYTES_MAX,
  EVENT_FUTURE_MS_MAX,
} from '../../src/domain/limits.ts';
import { fullSamples, minimalSamples } from './samples.ts';
import { admit, admitted, context, nowMs, refused, sampleOf, withData } from './support.ts';

const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl';
const types = minimalSamples.map((sample) => sample.data['type'] as string);

function nested(depth: number): object {
  return depth === 1 ? { sub: 'a' } : { sub: 'a', act: nested(depth - 1) };
}

function at(ms: number): object {
  return { ...sampleOf('tool.invoked'), time: new Date(ms).toISOString() };
}

describe('every event type', () => {
  it.each(minimalSamples.map((s) => [s.data['type'], s]))('%s: the smallest is admitted', (_, sample) => {
    expect(admitted(JSON.stringify(sample)).data).toMatchObject(sample.data);
  });

  it.each(fullSamples.map((s) => [s.data['type'], s]))('%s: the fullest is admitted', (_, sample) => {
    expect(admitted(JSON.stringify(sample)).tenant).toBe('acme');
  });

  it.each(fullSamples.map((s) => [s.data['type'], s]))('%s: an unknown member is refused', (_, sample) => {
    const letter = refused({ ...sample, data: { ...sample.data, colour: 'red' } });
    expect(letter).toMatchObject({ code: 'EVENT_INVALID', path: 'data', reason: 'one member is unknown' });
  });

  it.each(minimalSamples.map((s) => [s.data['type'], s]))('%s: each mandatory member is', (_, sample) => {
    for (const name of Object.keys(sample.data)) {
      const { [name]: __, ...data } = sample.data;
      expect(refused({ ...sample, data }).code).toMatch(/^EVENT_(INVALID|TYPE_UNKNOWN)$/);
    }
  });

  it('is on the contract', () => {
    expect(types).toHaveLength(28);
    expect(new Set(types).size).toBe(28);
  });
});

const deep = `${'['.repeat(60)}${']'.repeat(60)}`;
const invoked = sampleOf('tool.invoked');

describe('what is refused', () => {
  it.each<[string, unknown, string, string]>([
    ['text that is not JSON', 'token issued at noon', 'EVENT_NOT_JSON', ''],
    ['an empty message', '', 'EVENT_NOT_JSON', ''],
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), 'EVENT_NOT_JSON', ''],
    ['1 MB of garbage', 'x'.repeat(1_048_576), 'EVENT_TOO_LARGE', ''],
    ['1 MB of brackets', '['.repeat(1_048_576), 'EVENT_TOO_LARGE', ''],
    ['1 MB of binary', Buffer.alloc(1_048_576, 0xee), 'EVENT_TOO_LARGE', ''],
    [
      'an object too large to keep',
      withData('tool.invoked', { txn: 'x', extra: 'y'.repeat(70_000) }),
      'EVENT_INVALID',
      'data',
    ],
    [
      'a large list',
      withData('approval.requested', {
        binds: Array(64).fill({ action: 'é'.repeat(500), target: 'é'.repeat(900) }),
      }),
      'EVENT_TOO_LARGE',
      '',
    ],
    ['JSON that is too deep', `{"data":{"x":${deep}}}`, 'EVENT_INVALID', ''],
    ['a number', '42', 'EVENT_INVALID', ''],
    ['null', 'null', 'EVENT_INVALID', ''],
    ['another version of CloudEvents', { ...invoked, specversion: '0.3' }, 'EVENT_INVALID', 'specversion'],
    ['an event without id', { ...invoked, id: undefined }, 'EVENT_INVALID', 'id'],
    ['an event without source', { ...invoked, source: undefined }, 'EVENT_INVALID', 'source'],
    ['an event without time', { ...invoked, time: undefined }, 'EVENT_INVALID', 'time'],
    ['a time without zone', { ...invoked, time: '2026-09-21T13:33:20' }, 'EVENT_INVALID', 'time'],
    ['an event without data', { ...invoked, data: undefined }, 'EVENT_INVALID', 'data'],
    ['data that is text', { ...invoked, data: 'x' }, 'EVENT_INVALID', 'data'],
    ['binary data', { ...invoked, data_base64: 'e30=' }, 'EVENT_INVALID', 'data_base64'],
    ['another content type', { ...invoked, datacontenttype: 'text/xml' }, 'EVENT_INVALID', 'datacontenttype'],
    [
      'an unknown type',
      { ...withData('tool.invoked', { type: 'tool.invented' }), type: 'com.example.tool.invented.v1' },
      'EVENT_TYPE_UNKNOWN',
      'data.type',
    ],
    ['an object as type', withData('tool.invoked', { type: {} }), 'EVENT_TYPE_UNKNOWN', 'data.type'],
    ['a later version', { ...invoked, type: 'com.example.tool.invoked.v2' }, 'EVENT_TYPE_UNKNOWN', 'type'],
    ['types that disagree', { ...invoked, type: 'com.example.tool.completed.v1' }, 'EVENT_INVALID', 'type'],
    [
      'a type that only ends alike',
      { ...invoked, type: 'com.example.mytool.invoked.v1' },
      'EVENT_INVALID',
      'type',
    ],
    ['an event that is too old', at(nowMs - EVENT_AGE_MS_MAX - 1), 'EVENT_TIME_OUT_OF_BOUNDS', 'time'],
    ['an event from the future', at(nowMs + EVENT_FUTURE_MS_MAX), 'EVENT_TIME_OUT_OF_BOUNDS', 'time'],
    [
      'an act too deep',
      withData('token.issued', { act: nested(ACT_DEPTH_MAX + 1) }),
      'EVENT_ACT_TOO_DEEP',
      'data.act',
    ],
    [
      'a mayAct too deep',
      withData('token.issued', { mayAct: nested(17) }),
      'EVENT_ACT_TOO_DEEP',
      'data.mayAct',
    ],
    [
      'a presented act too deep',
      JSON.stringify(withData('api.called', { presented: { act: nested(1_000) } })),
      'EVENT_ACT_TOO_DEEP',
      'data.presented.act',
    ],
    [
      'an act that is no actor',
      withData('token.issued', { act: { sub: 1 } }),
      'EVENT_INVALID',
      'data.act.sub',
    ],
    ['an act with a cycle', withData('token.issued', { act: cyclic() }), 'EVENT_ACT_TOO_DEEP', 'data.act'],
    [
      'a raw token where a reference belongs',
      withData('tool.invoked', { token: jwt }),
      'EVENT_RAW_TOKEN',
      'data.token',
    ],
    [
      'an opaque token there',
      withData('tool.invoked', { token: 'b3BhcXVlLXRva2Vu' }),
      'EVENT_RAW_TOKEN',
      'data.token',
    ],
    [
      'a raw token as jti',
      withData('tool.invoked', { token: { iss: 'i', jti: jwt } }),
      'EVENT_RAW_TOKEN',
      'data.token.jti',
    ],
    [
      'a raw token behind an escape',
      JSON.stringify(withData('tool.invoked', { txn: jwt })).replace('eyJ', '\\u0065yJ'),
      'EVENT_RAW_TOKEN',
      'data.txn',
    ],
    [
      'a raw token as a purpose',
      withData('agent.invoked', { task: { id: 't', purpose: `use ${jwt}` } }),
      'EVENT_RAW_TOKEN',
      'data.task.purpose',
    ],
    ['a raw token as an extension', { ...invoked, trail: `Bearer ${jwt}` }, 'EVENT_RAW_TOKEN', 'trail'],
    ['a raw token as a member name', withData('tool.invoked', { [jwt]: 1 }), 'EVENT_RAW_TOKEN', 'data.*'],
    [
      'a password in a free map',
      withData('token.issued', { authorizationDetails: [{ type: 'x', password: 'hunter2-hunter2' }] }),
      'EVENT_RAW_TOKEN',
      'data.authorizationDetails.0.password',
    ],
    [
      'a raw token in an unknown type',
      { ...withData('tool.invoked', { type: 'x.y', k: 'ghp_0123456789abcdef0123456789abcdef0123' }) },
      'EVENT_RAW_TOKEN',
      'data.k',
    ],
    [
      'half a surrogate pair',
      JSON.stringify(withData('tool.invoked', { txn: 'a\ud800b' })),
      'EVENT_INVALID',
      'data.txn',
    ],
    ['an expiry that is no number', '{"exp":1e999}', 'EVENT_INVALID', 'specversion'],
    [
      'an infinite expiry',
      JSON.stringify(sampleOf('token.issued')).replace('"exp":1790003600', '"exp":1e999'),
      'EVENT_INVALID',
      'data.exp',
    ],
    ['an extension with a strange name', { ...invoked, 'x-y': 'z' }, 'EVENT_INVALID', 'x-y'],
    ['an extension that is a map', { ...invoked, xy: {} }, 'EVENT_INVALID', 'xy'],
    [
      'too many extensions',
      { ...invoked, ...Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`x${i}`, 'y'])) },
      'EVENT_INVALID',
      '',
    ],
    ['a revocation of two things', withData('token.revoked', { family: 'f' }), 'EVENT_INVALID', 'data'],
    [
      'a platform fact from a publisher',
      withData('tool.invoked', { facts: { platform: true } }),
      'EVENT_INVALID',
      'data.facts.platform',
    ],
    [
      'a fact that is not on the list',
      withData('tool.invoked', { facts: { mood: 'good' } }),
      'EVENT_INVALID',
      'data.facts',
    ],
    [
      '__proto__ as a member',
      JSON.stringify(withData('tool.invoked', {})).replace('"v":1', '"v":1,"__proto__":{"x":1}'),
      'EVENT_INVALID',
      'data',
    ],
  ])('%s', (_, raw, code, path) => {
    const letter = refused(raw);
    expect({ code: letter.code, path: letter.path }).toEqual({ code, path });
    expect(letter).toMatchObject({
      tenant: 'acme',
      publisher: 'gateway',
      position: context.position,
      atMs: nowMs,
    });
    expect(letter.raw).not.toContain('eyJzdWIi');
    expect(Buffer.byteLength(letter.raw)).toBeLessThanOrEqual(DEAD_LETTER_BYTES_MAX);
    // and the next event goes on
    expect(admitted(JSON.stringify(invoked)).id).toBe(invoked.id);
  });

  it('keeps the value out of the reason, and what can be kept in the letter', () => {
    const letter = refused(JSON.stringify(withData('tool.invoked', { token: jwt, callId: 'call-77' })));
    expect(letter.reason).not.toContain('eyJ');
    expect(letter.raw).toContain('"token":"[cut]"');
    expect(letter.raw).toContain('call-77');
  });

  it('cuts credentials out of text that is no JSON', () => {
    const letter = refused(`{"password": "correct horse", broken Bearer ${jwt} \\u0065${jwt.slice(1)}`);
    expect(letter.code).toBe('EVENT_NOT_JSON');
    expect(letter.raw).toBe('{"password": "[cut]", broken Bearer [cut] [cut]');
  });

  it('refuses an event that grows too large by its own normal form', () => {
    const raw = JSON.stringify({ ...invoked, id: 'x' }).padEnd(EVENT_BYTES_MAX, ' ');
    expect(admitted(raw).id).toBe('x');
    expect(refused(`${raw} `).code).toBe('EVENT_TOO_LARGE');
  });
});

function cyclic(): object {
  const act: { sub: string; act?: object } = { sub: 'a' };
  act.act = act;
  return act;
}

describe('time', () => {
  it('is narrow for live events and wide for history', () => {
    const old = at(nowMs - EVENT_AGE_MS_MAX - 1);
    expect(admitted(old, { history: true }).timeMs).toBe(nowMs - EVENT_AGE_MS_MAX - 1);
    expect(admitted(at(nowMs - EVENT_AGE_MS_MAX)).timeMs).toBe(nowMs - EVENT_AGE_MS_MAX);
    expect(refused(at(Date.UTC(1999, 11, 31)), { history: true }).code).toBe('EVENT_TIME_OUT_OF_BOUNDS');
    expect(refused(at(Date.UTC(2100, 0, 1)), { history: true }).code).toBe('EVENT_TIME_OUT_OF_BOUNDS');
  });

  it('is read with its zone', () => {
    expect(admitted({ ...invoked, time: '2026-09-21T15:33:20.250+02:00' }).timeMs).toBe(
      Date.parse('2026-09-21T13:33:20.250Z'),
    );
  });
});

describe('admission never throws', { timeout: 60_000 }, () => {
  const refusedOrAdmitted = (raw: unknown) => {
    const admission = admit({ raw }, context);
    expect(['admitted', 'refused']).toContain(admission.kind);
  };

  it('whatever value it is given', () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withSet: true,
      withTypedArray: true,
      withSparseArray: true,
    });
    fc.assert(fc.property(anything, refusedOrAdmitted), { numRuns: 150 });
  });

  it('whatever stands in the place of any member', () => {
    const anything = fc.anything({ withBigInt: true, withNullPrototype: true, maxDepth: 2 });
    fc.assert(
      fc.property(
        fc.constantFrom(...fullSamples),
        fc.nat(),
        anything,
        fc.boolean(),
        (sample, n, value, inData) => {
          const names = Object.keys(inData ? sample.data : sample);
          const name = names[n % names.length] as string;
          refusedOrAdmitted(
            inData ? { ...sample, data: { ...sample.data, [name]: value } } : { ...sample, [name]: value },
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  it('whatever bytes it is given', () => {
    const bytes = fc.uint8Array({ maxLength: 500 }).map((array) => Buffer.from(array));
    fc.assert(fc.property(fc.oneof(bytes, fc.json(), fc.string()), refusedOrAdmitted), {
      numRuns: 150,
    });
  });

  it('on objects that fight back', () => {
    const trap = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('no');
        },
        get: () => {
          throw new Error('no');
        },
      },
    );
    const getter = Object.defineProperty({}, 'data', {
      enumerable: true,
      get: () => {
        throw new Error('no');
      },
    });
    for (const raw of [trap, getter, { ...invoked, data: trap }, cyclic(), () => 0, Symbol('x'), 1n]) {
      expect(refused(raw).code).toBe('EVENT_INVALID');
    }
  });
});
