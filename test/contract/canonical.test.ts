import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fullSamples } from './samples.ts';
import { admitted, sampleOf, withData } from './support.ts';

const invoked = sampleOf('tool.invoked');

describe('the one form of an event', { timeout: 60_000 }, () => {
  it('has digests in base64url', () => {
    const hex = 'sha256:6315485ec72c301b81685d71e14aad621953408ec3c819680412d8f32c78e91f';
    const event = admitted(
      withData('tool.invoked', { argsHash: hex.toUpperCase().replace('SHA', 'sha'), token: { hash: hex } }),
    );
    const digest = 'sha256:YxVIXscsMBuBaF1x4UqtYhlTQI7DyBloBBLY8yx46R8';
    expect(event.data).toMatchObject({ argsHash: digest, token: { hash: digest } });
    expect(event.text).not.toContain(hex);
  });

  it('has the purpose hashed unless it may be kept', () => {
    const event = withData('agent.invoked', { task: { id: 't', purpose: 'pay' } });
    expect(admitted(event).data.task?.purpose).toBe('sha256:k1CHLXEqEnxJTX3DXkawvJ5i4ogjlwjlgd_DoUABVKQ');
    expect(admitted(event, { keepPurpose: true }).data.task?.purpose).toBe('pay');
  });

  it('treats a null attribute as one that is not there', () => {
    expect(admitted({ ...invoked, subject: null, region: null }).text).toBe(admitted(invoked).text);
  });

  it('does not change the object it was given', () => {
    const given = structuredClone(fullSamples[0]);
    admitted(given);
    expect(given).toEqual(fullSamples[0]);
  });

  it('is the same whatever the order of members, and admitting it again changes nothing', () => {
    fc.assert(
      fc.property(fc.constantFrom(...fullSamples), fc.infiniteStream(fc.nat()), (sample, numbers) => {
        const event = admitted(JSON.stringify(sample));
        const again = admitted(JSON.stringify(shuffled(sample, numbers)));
        expect(again.text).toBe(event.text);
        expect(again.digest).toBe(event.digest);
        expect(admitted(event.text).text).toBe(event.text);
        expect(JSON.parse(event.text).data).toEqual(event.data);
      }),
      { numRuns: 100 },
    );
  });

  it('differs when the content does', () => {
    expect(admitted(withData('tool.invoked', { txn: 'a' })).digest).not.toBe(admitted(invoked).digest);
  });
});

/** The same JSON value with the members of every object in another order. */
function shuffled(value: unknown, numbers: Iterator<number>): unknown {
  if (Array.isArray(value)) return value.map((item) => shuffled(item, numbers));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([k, v]) => ({ k, v, rank: Number(numbers.next().value) }));
  entries.sort((a, b) => a.rank - b.rank);
  return Object.fromEntries(entries.map(({ k, v }) => [k, shuffled(v, numbers)]));
}
