const COUNT = 512;

/**
 * Ids of tokens that lie about to be found, and that nobody may ever use. So many that the few chains of one world
 * which find one hardly ever find the same.
 */
export const canaries: readonly string[] = Array.from({ length: COUNT }, (_, n) => `backup-token-${n}`);
