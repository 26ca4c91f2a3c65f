/** What one compressed batch may unpack to: a broker takes 1 MiB at most by default, JSON packs 5 to 20 times. */
export const BATCH_BYTES_MAX = 32 * 1024 * 1024;
/** Records in one compressed batch; each becomes an object, so a batch of empty records is a bomb of its own. */
export const BATCH_RECORDS_MAX = 500_000;
/** Messages handed over at once; the same as one write of the log. */
export const HANDOVER_MESSAGES_MAX = 5_000;
/** Partitions worked on at the same time: they share one group commit instead of waiting for it in turn. */
export const PARTITIONS_AT_ONCE = 4;
/** Time without a heartbeat after which the group gives our partitions away: longer than a garbage collection. */
export const SESSION_MS = 45_000;
export const HEARTBEAT_MS = 3_000;
/** How long a fetch waits for data: also the longest that an idle consumer needs to stop. */
export const FETCH_WAIT_MS = 500;
/** Pauses between attempts, of an append as of a connection: the first and the longest. */
export const RETRY_MS_MIN = 250;
export const RETRY_MS_MAX = 15_000;
/** Time without any sign of life, while the broker answers, after which the consumer is replaced. */
export const STALL_MS = 120_000;
/** Consumers replaced in a row without a sign of life before the process is given up. */
export const STALLS_MAX = 3;
/** An append that is still under way after the partitions were lost, or at shutdown, is awaited this long. */
export const DRAIN_MS = 10_000;
/** How often lag is read from the broker; batches report it meanwhile. */
export const LAG_POLL_MS = 10_000;
/** One request to publish; a broker refuses more than 1 MiB by default. */
export const PUBLISH_BYTES_MAX = 512 * 1024;
