import { describe, expect, it } from 'vitest';
import type { DenyRow } from '../../../src/domain/deny-list.ts';
import type { Store } from '../../../src/domain/ports.ts';
import { refKey } from '../../../src/domain/token.ts';
import { createDenyList } from '../../../src/edge/index.ts';
import { noon } from './rows.ts';

function aDenyRow(jti: string, version: number, over: Partial<DenyRow> = {}): DenyRow {
  const ref = { iss: 'https://issuer.test', jti };
  return {
    ...{ tenant: 'deny', key: refKey(ref), ref, untilMs: noon + 60_000 },
    ...{ version, atMs: noon, removed: false, ...over },
  };
}

/** How the store keeps what gateways are to refuse. */
export function denySuite(store: () => Store): void {
  describe('the deny list', () => {
    const read = async (nowMs: number) =>
      (await store().denyRows(nowMs)).filter(({ tenant }) => tenant === 'deny');

    it('comes back as it was, of one key the newest, in the order of its changes', async () => {
      const rows = [
        aDenyRow('taken back', 30, { removed: true }),
        aDenyRow('endless', 20, { untilMs: null, ref: { hash: `sha256:${'a'.repeat(43)}` } }),
        aDenyRow('ünlich "quoted"', 10),
      ];
      await store().writeDenyRows([...rows, aDenyRow('taken back', 5)]);
      // Written twice, as after an answer that got lost.
      await store().writeDenyRows(rows);
      expect(await read(noon)).toEqual(rows.toReversed());
    });

    it('holds nothing that has ended', async () => {
      expect((await read(noon + 60_000)).map(({ untilMs }) => untilMs)).toEqual([null]);
    });

    it('is the same list to the next process', async () => {
      const options = { store: store(), clock: () => noon };
      const entry = aDenyRow('here', 0, { tenant: 'next process' });
      await createDenyList(options).add(entry);
      const next = createDenyList(options);
      await next.load();
      expect(next.find('next process', entry.ref)).toMatchObject({ key: entry.key, untilMs: entry.untilMs });
      await next.remove(entry);
      const last = createDenyList(options);
      await last.load();
      expect(last.find('next process', entry.ref)).toBeUndefined();
    });
  });
}
