/** Every bound in one place, each with its reason. Units are last in the name. */

/** A CloudEvent larger than this is refused: 64 KiB is the size every CloudEvents intermediary must forward. */
export const EVENT_BYTES_MAX = 64 * 1024;
/** An HTTP body: about 1,000 typical events of 650 bytes, so one request cannot hold the event loop for long. */
export const BODY_BYTES_MAX = 1024 * 1024;
/** Events in one HTTP request. */
export const EVENTS_PER_REQUEST_MAX = 1_000;
/** Depth of a nested `act` claim; checked before the recursive schema runs (standards V14). */
export const ACT_DEPTH_MAX = 16;
/** Nesting of any JSON value, so that no recursive walk over an event can exhaust the stack. */
export const JSON_DEPTH_MAX = 40;
/** Identifiers (jti, txn, call ids, principal ids): the longest real ones, SPIFFE ids and ARNs, stay below. */
export const ID_CHARS_MAX = 512;
/** Names and short texts. */
export const TEXT_CHARS_MAX = 2_048;
/** Scope values of one token, and the characters of one. */
export const SCOPES_MAX = 256;
export const SCOPE_CHARS_MAX = 256;
/** Audiences, parents, approvals' bindings, linked principals: lists a person could still read. */
export const LIST_MAX = 64;
/** Rows of one list in a policy: more than that is a table that belongs elsewhere. */
export const POLICY_ROWS_MAX = 1_024;
/** A policy's text: a thousand rows of twenty patterns fit. */
export const POLICY_BYTES_MAX = 512 * 1024;
/** Tokens of that text: reading as many takes a second at worst, whatever they spell. */
export const POLICY_TOKENS_MAX = 200_000;
/** Nesting of that text; the schema's own is below ten, and the reader of YAML calls itself for every level. */
export const POLICY_DEPTH_MAX = 64;
/** Dialects and tables that a policy declares for scopes. */
export const SCOPE_RULES_MAX = 256;
/** Grants of one table that imply others, and implications in all: every path is followed from every grant. */
export const SCOPE_IMPLYING_MAX = 256;
export const SCOPE_IMPLIED_MAX = 1_024;
/** Wildcards of a scope that is compared as a pattern. */
export const SCOPE_WILDCARDS_MAX = 16;
/** Pairs of positions that comparing two patterns visits: real ones need some dozen, ones made to hurt get none. */
export const SCOPE_STATES_MAX = 512;
/** Pairs of patterns worked out for one grant, 0.2 ms each at worst: few in a list begin and end alike. */
export const SCOPE_HARD_PAIRS_MAX = 32;
/** Pairs of grants whose comparison is remembered, about 4 MB: a chain asks the same few again and again. */
export const SCOPE_PAIRS_MAX = 16_384;
/** Namespaces of scopes in memory: publishers name issuers and audiences, so there may be any number of them. */
export const SCOPE_SPACES_MAX = 1_024;
/** Uses, children and approvals' uses that a detector sees of each end of a list: enough to show, cheap to read. */
export const VIEWED_MAX = 256;
/** The same for a token's uses: who wants to push one out of sight has to make twice as many first. */
export const USES_VIEWED_MAX = 1_024;
/** The same for the actions of a chain, whose sequence is judged. */
export const CHAIN_VIEWED_MAX = 1_024;
/** Tools whose definitions are followed, and definitions of one tool: what changes more often says nothing by it. */
export const TOOLS_WATCHED_MAX = 10_000;
export const DEFINITIONS_PER_TOOL_MAX = 16;
/** Issuers of one tenant whose speakers are followed, and publishers of each: whoever invents some fills no memory. */
export const ISSUERS_WATCHED_MAX = 1_000;
export const SPEAKERS_PER_ISSUER_MAX = 64;
/** Records that refused speech leaves in the log in an hour: one for each publisher and issuer, up to this many. */
export const FOREIGN_RECORDS_PER_HOUR_MAX = 1_000;
/** Members of the small free maps (`facts`, annotations, policy context). */
export const MAP_ENTRIES_MAX = 32;
/** CloudEvents extension attributes of one event, and the characters of one: they are carried, not understood. */
export const EXTENSIONS_MAX = 32;
export const EXTENSION_CHARS_MAX = 1_024;

/** Clocks may disagree by this much (UCAN and the actor-chain draft both use 60 s). */
export const CLOCK_SKEW_MS = 60_000;
/** An event from further ahead than this is refused: a clock that far off would drag the watermark along. */
export const EVENT_FUTURE_MS_MAX = 10 * 60_000;
/**
 * A live event older than this is refused: the store partitions by month, and a batch that touches more than a
 * hundred partitions is refused whole.
 */
export const EVENT_AGE_MS_MAX = 30 * 86_400_000;
/** Files may be history; only what a DateTime64 column can hold without wrapping is accepted. */
export const EVENT_TIME_MS_MIN = Date.UTC(2000, 0, 1);
export const EVENT_TIME_MS_MAX = Date.UTC(2100, 0, 1);

/** How long the watermark waits for stragglers. */
export const ALLOWED_LATENESS_MS = 10 * 60_000;
/** An issuer that logs everything and is in use mints more often than this. */
export const FEED_SILENCE_MS = 15 * 60_000;
/** A credential that lives longer than this is an ancestor, not a chain. */
export const STANDING_LIFETIME_MS = 86_400_000;

/** Chains in memory per shard; past it settled chains leave, oldest first. 60,000 chains of 19 events pass with it. */
export const LIVE_CHAINS_MAX = 20_000;
/** Heap that one event in memory takes, with everything that hangs on it (chains of 19 events: 60 kB). */
export const LIVE_EVENT_BYTES = 3_300;
/** Heap that a chain of one event takes, with room for what a batch adds. */
export const LIVE_CHAIN_BYTES = 12_000;
/** Alerts whose findings are remembered; past it those of the chain that changed longest ago are forgotten. */
export const LIVE_ALERTS_MAX = 100_000;
/** Heap that one of them takes. */
export const LIVE_ALERT_BYTES = 5_500;
/** Events in memory per shard. */
export const LIVE_EVENTS_MAX = 250_000;
/** Actions kept one by one per hop; past it a hop keeps aggregates, first and last use. */
export const ACTIONS_PER_HOP_MAX = 20_000;
/** A chain leaves memory this long after its last event, measured against the watermark. */
export const CHAIN_IDLE_MS = 86_400_000;
/** Distinct values (targets, tools, transactions) remembered per chain or principal window. */
export const DISTINCT_MAX = 2_048;
/** Events with two contents that are remembered of one source; counting them stops there. */
export const CONFLICTS_PER_SOURCE_MAX = 1_000;
/** Sources of one tenant of which such events are remembered: a publisher that invents sources fills no memory. */
export const SOURCES_WITH_CONFLICTS_MAX = 1_000;
/** Actions that contribute to one finding; further ones are counted. */
export const CONTRIBUTIONS_PER_FINDING_MAX = 256;
/** Findings that one look of a detector may give; ours give a few. The first ones stand, so a flood hides nothing. */
export const FINDINGS_PER_LOOK_MAX = 256;
/** A finding's evidence as JSON: many times what ours hold, and little enough for a webhook. */
export const EVIDENCE_CHARS_MAX = 65_536;
/** Event ids listed in one finding, alert or webhook body. */
export const EVIDENCE_EVENTS_MAX = 20;
/** Values of one list in a finding's evidence: enough to recognise it, short enough to read. */
export const EVIDENCE_VALUES_MAX = 10;
/** Other chains that are shown with one because something correlates them. */
export const CROSS_REFERENCES_MAX = 100;
/** Walks up or down the lineage stop here; deeper chains are themselves a finding. */
export const LINEAGE_DEPTH_MAX = 64;
/** Hops that are read to see what a revocation reaches; one that reaches further is for people to split. */
export const LINEAGE_HOPS_MAX = 10_000;

/** Events that name one HTTP request: whoever repeats its id must not bring everything back that ever did. */
export const RECALL_REQUEST_EVENTS_MAX = 100;
/** Events that one transaction, call id or credential brings back: as many as a hop keeps one by one. */
export const RECALL_CLOSED_EVENTS_MAX = 20_000;
/** Events that say what a credential, a family or a subject is: issuance, introspections, revocations. */
export const RECALL_DESCRIBING_EVENTS_MAX = 2_000;
/** Events on an ancestor that come back because something new is known of it; further chains follow when named. */
export const RECALL_USING_EVENTS_MAX = 5_000;
/** Uses that show whether a credential serves several transactions, before all of them are asked for. */
export const RECALL_SAMPLE_EVENTS = 16;
/** Further names of a credential that its uses gave: two already contradict each other. */
export const RECALL_ALIASES_MAX = 4;
/** Events that one batch brings back, all together: about 4 s of work. */
export const RECALL_EVENTS_MAX = 200_000;

/** Events in one log write: best throughput before the event loop stalls (31 k rows/s; 50,000 rows stall 854 ms). */
export const LOG_BATCH_EVENTS_MAX = 5_000;
/** Text in one log write, characters: what a write holds beside the rows it becomes, 5,000 typical events fit. */
export const LOG_BATCH_CHARS_MAX = 8 * 1024 * 1024;
/** Events that wait for the log before intake answers 503. */
export const LOG_QUEUE_EVENTS_MAX = 20_000;
/**
 * Their text, characters: 20,000 events of 64 KiB would be 1.3 GB. Parsed, an event takes three to five times its
 * text, so that a full queue stays below 200 MB.
 */
export const LOG_QUEUE_CHARS_MAX = 40 * 1024 * 1024;
/** A publisher waits so long for its events to be durable, then is asked to come again: before clients give up. */
export const INTAKE_WAIT_MS_MAX = 10_000;
/** What is under way at the end of the process is awaited this long in each part; a supervisor kills after 30 s. */
export const STOP_GRACE_MS = 4_000;
/** Rows of one page of any list. */
export const PAGE_ROWS_MAX = 500;
/** Of alerts: a queue of a thousand is worked on as one page, and each page goes through all alerts of the tenant. */
export const ALERT_PAGE_ROWS_MAX = 1_000;

/** A webhook answer is awaited this long (Standard Webhooks: 15-30 s). */
export const WEBHOOK_TIMEOUT_MS = 15_000;
/** Bytes of a webhook's answer that are read; the rest is none of our business. */
export const WEBHOOK_RESPONSE_BYTES_MAX = 4_096;
/** Bytes of a refused message kept in its dead letter. */
export const DEAD_LETTER_BYTES_MAX = 8_192;

/** One record of a file: a CloudTrail record is below 256 KB, a CloudEvent below 64 KiB; a longer one is refused. */
export const FILE_RECORD_BYTES_MAX = 1024 * 1024;
/** One batch of a file's records, whichever bound it meets first: memory does not grow with the file. */
export const FILE_BATCH_RECORDS_MAX = 1_000;
export const FILE_BATCH_BYTES_MAX = 4 * 1024 * 1024;
/** Compressed bytes unpacked at a time: deflate grows at most 1,032-fold, so at most 16 MiB come out. */
export const FILE_INFLATE_BYTES_MAX = 16 * 1024;
/** Files read side by side; the rest wait, so that any number fits into the process's file descriptors. */
export const FILES_AT_ONCE_MAX = 64;

/** A label file, unpacked: a million labels, read whole. */
export const LABEL_FILE_BYTES_MAX = 256 * 1024 * 1024;

/** Entries of all deny lists together, 400 bytes each in memory: what does not fit is refused. */
export const DENY_ENTRIES_MAX = 100_000;
/** Changes of deny lists that are remembered one by one; whoever asks for older ones is given the whole list. */
export const DENY_CHANGES_MAX = 10_000;

/** What one evidence pack holds of a chain, and says how much it leaves out: a few megabytes, made in a second. */
export const EVIDENCE_ACTIONS_MAX = 5_000;
export const EVIDENCE_CHAIN_EVENTS_MAX = 5_000;
/** Text of those events, characters. */
export const EVIDENCE_CHAIN_CHARS_MAX = 8 * 1024 * 1024;
export const EVIDENCE_AUDIT_MAX = 5_000;
/** Digests of other entries of the audit, between those that concern the chain and the end. */
export const EVIDENCE_LINKS_MAX = 10_000;
export const EVIDENCE_RESPONSES_MAX = 5_000;
/** A file of evidence or audit that is checked, read whole. */
export const EVIDENCE_FILE_BYTES_MAX = 256 * 1024 * 1024;
/** Actions of a chain beside which a step is judged, first and last ones each: 128 take 0.9 ms of a processor. */
export const STEP_ACTIONS_VIEWED_MAX = 64;
/** Steps that a gateway may ask about in one request. */
export const STEPS_PER_REQUEST_MAX = 50;

/** Alerts closed by people that are seen to in one look. */
export const CLOSINGS_READ_MAX = 1_000;

/** What a backtest looks back over: as far as the engine takes live events. */
export const BACKTEST_SPAN_MS = 30 * 86_400_000;
/** A detector may begin to act by a backtest that is no older: what it looked at must be what is so. */
export const BACKTEST_FRESH_MS = 86_400_000;
/** Alerts that one backtest plays through, the newest: 6 s on the embedded engine, over 24,000 hops. */
export const BACKTEST_ALERTS_MAX = 500;
/** Cases and steps that its report shows, and credentials whose later use it looks up. */
export const BACKTEST_CASES_MAX = 200;
export const BACKTEST_STEPS_SHOWN = 20;
export const BACKTEST_USES_MAX = 200;

/** Hunts that one person keeps: a list that is still read. */
export const HUNTS_MAX = 100;
/** Days of what a principal did that are counted by the hour. */
export const ACTIVITY_DAYS_MAX = 30;
