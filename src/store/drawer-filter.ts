/** 16 MB: of ten million drawers one question in 200 is asked in vain, of 25 million one in 13. */
const BITS = 2 ** 27;
const PROBES = 4;

/** Which drawers may hold something. One that was added is always among them; a few others are too. */
export interface DrawerFilter {
  add(drawer: number): void;
  mayHold(drawer: number): boolean;
}

/** A Bloom filter. Drawers are digests already, so two parts of one serve as its hashes (Kirsch and Mitzenmacher). */
export function createDrawerFilter(bits: number = BITS): DrawerFilter {
  const words = new Uint32Array(bits / 32);

  /** The place of a probe; bits are a power of two, and no number here goes beyond 2^53. */
  function placeOf(drawer: number, probe: number): number {
    const high = Math.floor(drawer / 2 ** 26) % bits;
    return ((drawer % bits) + probe * (high | 1)) % bits;
  }

  return {
    add(drawer) {
      for (let probe = 0; probe < PROBES; probe += 1) {
        const place = placeOf(drawer, probe);
        words[place >>> 5] = (words[place >>> 5] as number) | (1 << (place & 31));
      }
    },
    mayHold(drawer) {
      for (let probe = 0; probe < PROBES; probe += 1) {
        const place = placeOf(drawer, probe);
        if (((words[place >>> 5] as number) & (1 << (place & 31))) === 0) return false;
      }
      return true;
    },
  };
}
