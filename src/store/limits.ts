/** The store's own bounds, each with its reason. What crosses the store's door is bounded in domain/limits.ts. */

/** A read that takes longer is stopped inside the engine: nothing else can stop an embedded query. */
export const READ_SECONDS_MAX = 10;
/** A server that has not answered by then is unavailable; longer than any read may take. */
export const REQUEST_TIMEOUT_MS = 30_000;
/** Records in one batch of `readLog`; at 64 KiB an event at most 128 MB, well below V8's longest string. */
export const LOG_READ_RECORDS = 2_000;
/** Hops of one chain that are read at once; a chain with more is a finding, not a page. */
export const HOPS_READ_MAX = 10_000;
/** Tokens and transactions of events that bear one trace id. */
export const CORRELATED_EVENTS_MAX = 1_000;
/** Chains that joined into one, followed up and down. */
export const MERGE_FAMILY_MAX = 1_000;
/** Outbox entries taken up after a start; the rest waits for the next look. */
export const OUTBOX_READ_MAX = 10_000;
/** Ids named in one look-up. */
export const NAMED_READ_MAX = 10_000;
/** Names looked for in one query, each in both roles: 20,000 absent ones take 0.3 to 0.5 s. */
export const DRAWERS_READ_MAX = 40_000;
/** Names of one part of what is filed, read to know which names are; 0.1 s on the event loop. */
export const DRAWERS_LOAD_ROWS = 50_000;
/** Tenants up to which it is known which names are filed. */
export const FILING_TENANTS_MAX = 1_000;
/** Places of events read at once: 40 bytes each as text. */
export const PLACES_READ_MAX = 100_000;
/** Rows of the engine's state read at once. */
export const STATE_PAGE_ROWS = 5_000;
/** Unsettled alerts or chains read at once; they are listed to the end. */
export const UNSETTLED_PAGE_ROWS = 10_000;
/** Responses that wait for a proof or a person, of all tenants: those that have waited longest are seen to first. */
export const STANDING_RESPONSES_MAX = 10_000;
/** Tokens whose end was ordered, below which a process goes on looking after its start: the latest. */
export const ENDED_TOKENS_READ_MAX = 10_000;
/** The latest of them that are looked at for those that may still be alive. */
export const ENDED_TOKENS_LOOKED_AT_MAX = 50_000;
/** Tokens of one principal that a subject-wide plan shows; the revocation itself takes all. */
export const HELD_TOKENS_READ_MAX = 1_000;
/** Rows of responses that limits are judged by: more than any limit lets pass. */
export const RECENT_RESPONSES_MAX = 20_000;
/** Rows of one response: states times attempts are some dozen. */
export const RESPONSE_ROWS_MAX = 1_000;
/** What people said of one plan. */
export const PLAN_DECISIONS_READ_MAX = 1_000;
/** What people did with one alert. */
export const ALERT_ACTIONS_READ_MAX = 1_000;
/** Audit entries read at once, 1 to 2 kB each. */
export const AUDIT_READ_MAX = 10_000;
/** Entries at the end of one chain of the audit that may claim one place, repetitions included. */
export const AUDIT_ENDS_MAX = 16;
/** Chains of audit entries of one tenant: one for each data folder that ever wrote. */
export const AUDIT_HEADS_MAX = 1_000;
/** Events or response rows of one chain read at once. */
export const EVIDENCE_READ_MAX = 10_000;
/** Pieces of time that are counted apart: a point each on a curve. */
export const PULSE_STEPS_MAX = 200;
/** Detectors whose alerts are counted: several times those that are shipped. */
export const DETECTORS_COUNTED_MAX = 200;
/** API keys of all tenants together: they are held in memory anyway. */
export const API_KEYS_READ_MAX = 100_000;
/** Rows of one insert: best throughput before one write holds the event loop (45 ms at 2,000, 174 ms at 10,000). */
export const INSERT_ROWS_MAX = 5_000;
/** Filings of one insert: seven short cells each. 20,000 of them take 140 ms in four inserts and 95 ms in one. */
export const INSERT_FILINGS_MAX = 20_000;
/**
 * Characters of one insert, escapes not counted: the embedded engine takes an insert as one string, which V8 bounds at
 * 512 M, and 5,000 events of 64 KiB would be beyond it.
 */
export const INSERT_CHARS_MAX = 16 * 1024 * 1024;
/** Tries of one write against an engine that does not answer; the same bytes each time. */
export const WRITE_ATTEMPTS = 3;
/** Pause before the second try, doubled before each further one. */
export const WRITE_RETRY_MS = 100;
/** Connections that read in an embedded engine, beside the one that writes: a slow read blocks its own only. */
export const READER_LANES = 2;
/** Partitions one insert may touch: every month of the accepted event times (2000 to 2100), and a few to spare. */
export const PARTITIONS_PER_INSERT_MAX = 1_210;
/** Event rows up to which the overview counts distinct identities: the set takes about 64 MB at this size. */
export const EXACT_COUNT_ROWS_MAX = 1_000_000;
/** Newest events of a source and type whose members are read. */
export const MIX_SAMPLES = 24;
/** Sources of one type that are looked at, the busiest. */
export const MIX_SOURCES_PER_TYPE = 40;
/** Rows of hops that are searched for owners. */
export const OWNED_HOPS_READ_MAX = 50_000;
/** As many as a policy may have, several policies long. */
export const EXCEPTIONS_READ_MAX = 10_000;
/** Detectors times tenants of which anybody said in which mode they are: they are held in memory anyway. */
export const RESPONSE_MODES_READ_MAX = 100_000;
/** Looks at one backtest. */
export const BACKTEST_LOOKS_READ_MAX = 1_000;
/** Detectors times kinds times states, several times over. */
export const ALERT_COUNTS_READ_MAX = 2_000;
/** Reasons for closing that are told of one detector, the commonest. */
export const CLOSED_REASONS_PER_DETECTOR = 5;
/** Pairs of publisher and source that were heard, the busiest. */
export const PRODUCERS_READ_MAX = 200;
/** Pairs of code and publisher, the most frequent; each brings a message of up to 64 KiB along. */
export const REFUSALS_READ_MAX = 100;
/** Resources that are shown as touched by one credential or one principal, those with the most writes first. */
export const TOUCHED_READ_MAX = 500;
/** Hours of what a principal did: a month of them. */
export const ACTIVE_HOURS_READ_MAX = 744;
/** Hops of one principal that tell what it is and holds, the newest. */
export const PRINCIPAL_HOPS_READ_MAX = 1_000;
/** Tokens with one jti and chains with one transaction that a search shows. */
export const NAMESAKES_READ_MAX = 20;
/** What was said about approvals under the transactions of one chain. */
export const APPROVALS_READ_MAX = 200;
