import { randomBytes } from 'node:crypto';
import type { ApiKey } from '../../domain/access.ts';

/** Nobody signs in again within a shift; a browser that is left open is not signed in for ever. */
const SESSION_MS = 12 * 60 * 60_000;
const IDLE_MS = 2 * 60 * 60_000;
const SESSIONS_MAX = 10_000;
/** Long enough to copy a link from a terminal into a browser. */
const INVITATION_MS = 15 * 60_000;
const INVITATIONS_MAX = 100;
const NOTICES_MAX = 10;

/** A person in a browser, with what their key or their identity provider allows them. */
export interface Session {
  readonly key: ApiKey;
  /** To be told once, on the next page. */
  say(notice: string): void;
  heard(): readonly string[];
}

/** Who is signed in, in memory: a restart signs everybody out. */
export interface Sessions {
  /** Resolves to the secret that names the session; it is shown to nobody but the browser. */
  open(key: ApiKey): string;
  find(secret: string): Session | undefined;
  /** Whether it still is one; asking does not keep it open. */
  isOpen(secret: string): boolean;
  close(secret: string): void;
  /** A secret that opens one session within a quarter of an hour. */
  invite(key: ApiKey): string;
  /** Opens the session that an invitation is for, once. */
  redeem(invitation: string): string | undefined;
}

interface Open extends Session {
  readonly endMs: number;
  seenMs: number;
}

export function createSessions(clock: () => number): Sessions {
  const sessions = new Map<string, Open>();
  const invitations = new Map<string, { readonly key: ApiKey; readonly endMs: number }>();

  function open(key: ApiKey): string {
    const secret = newSecret();
    const nowMs = clock();
    let notices: string[] = [];
    keepBelow(sessions, SESSIONS_MAX);
    sessions.set(secret, {
      key,
      endMs: nowMs + SESSION_MS,
      seenMs: nowMs,
      say(notice) {
        notices = [...notices.slice(1 - NOTICES_MAX), notice];
      },
      heard() {
        const said = notices;
        notices = [];
        return said;
      },
    });
    return secret;
  }

  function opened(secret: string): Open | undefined {
    const session = sessions.get(secret);
    const nowMs = clock();
    if (session === undefined || (nowMs < session.endMs && nowMs - session.seenMs < IDLE_MS)) return session;
    sessions.delete(secret);
    return undefined;
  }

  return {
    open,
    find(secret) {
      const session = opened(secret);
      if (session !== undefined) session.seenMs = clock();
      return session;
    },
    isOpen: (secret) => opened(secret) !== undefined,
    close: (secret) => void sessions.delete(secret),
    invite(key) {
      const invitation = newSecret();
      keepBelow(invitations, INVITATIONS_MAX);
      invitations.set(invitation, { key, endMs: clock() + INVITATION_MS });
      return invitation;
    },
    redeem(invitation) {
      const found = invitations.get(invitation);
      invitations.delete(invitation);
      return found === undefined || clock() >= found.endMs ? undefined : open(found.key);
    },
  };
}

function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** Makes room: the oldest leaves. */
function keepBelow(map: Map<string, unknown>, max: number): void {
  const oldest = map.size >= max ? map.keys().next().value : undefined;
  if (oldest !== undefined) map.delete(oldest);
}
