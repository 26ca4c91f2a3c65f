import type { IssuerView, Speaker } from '../domain/chain.ts';
import type { AdmittedEvent, EventData } from '../domain/event/index.ts';
import { ISSUERS_WATCHED_MAX, SPEAKERS_PER_ISSUER_MAX } from '../domain/limits.ts';
import type { ForeignSpeech } from '../domain/record.ts';
import { compareStrings } from './fact.ts';

type Role = 'owners' | 'strangers' | 'refused';

/** What is written down of one issuer. */
export type SpeakersBody = Readonly<Record<Role, readonly Speaker[]>>;

/** Who spoke as one issuer. Minima only: hearing something again changes nothing. */
export class Speakers implements IssuerView {
  readonly issuer: string;
  readonly #roles = {
    owners: new Map<string, Speaker>(),
    strangers: new Map<string, Speaker>(),
    refused: new Map<string, Speaker>(),
  };

  constructor(issuer: string) {
    this.issuer = issuer;
  }

  /** Returns true when it is news. Of an owner it is enough that it is one: when it was first heard tells nothing. */
  note(role: Role, speaker: Speaker): boolean {
    const all = this.#roles[role];
    const known = all.get(speaker.publisher);
    if (known === undefined ? all.size >= SPEAKERS_PER_ISSUER_MAX : role === 'owners') return false;
    if (known !== undefined && compareShows(known, speaker) <= 0) return false;
    all.set(speaker.publisher, speaker);
    return true;
  }

  get owners(): readonly string[] {
    return [...this.#roles.owners.keys()].sort();
  }

  get strangers(): readonly Speaker[] {
    return sorted(this.#roles.strangers);
  }

  get refused(): readonly Speaker[] {
    return sorted(this.#roles.refused);
  }

  get body(): SpeakersBody {
    return { owners: sorted(this.#roles.owners), strangers: this.strangers, refused: this.refused };
  }
}

/** The issuers of one tenant, and who speaks as them. */
export class Issuers {
  readonly #issuers = new Map<string, Speakers>();

  get(issuer: string): Speakers | undefined {
    return this.#issuers.get(issuer);
  }

  values(): Iterable<Speakers> {
    return this.#issuers.values();
  }

  /** A mint was reported; returns its issuer when who reported it is news. */
  observe({ data, source, timeMs, id, origin }: AdmittedEvent): Speakers | undefined {
    if (!isMint(data)) return undefined;
    const speakers = this.#ensure('iss' in data.token ? data.token.iss : source);
    const speaker = { publisher: origin.publisher, firstMs: timeMs, eventId: id };
    return speakers?.note(origin.issuerBound ? 'owners' : 'strangers', speaker) === true
      ? speakers
      : undefined;
  }

  /** Somebody was refused; returns the issuer when that is news. */
  refuse({ publisher, issuer, atMs }: ForeignSpeech): Speakers | undefined {
    const speakers = this.#ensure(issuer);
    return speakers?.note('refused', { publisher, firstMs: atMs, eventId: undefined }) === true
      ? speakers
      : undefined;
  }

  restore(issuer: string, body: SpeakersBody): Speakers | undefined {
    const speakers = this.#ensure(issuer);
    for (const role of ['owners', 'strangers', 'refused'] as const)
      for (const speaker of body[role]) speakers?.note(role, { ...speaker, eventId: speaker.eventId });
    return speakers;
  }

  #ensure(issuer: string): Speakers | undefined {
    const known = this.#issuers.get(issuer);
    if (known !== undefined || this.#issuers.size >= ISSUERS_WATCHED_MAX) return known;
    const speakers = new Speakers(issuer);
    this.#issuers.set(issuer, speakers);
    return speakers;
  }
}

type Mint = Extract<EventData, { type: 'token.issued' | 'token.exchanged' | 'token.refreshed' }>;

function isMint(data: EventData): data is Mint {
  return data.type === 'token.issued' || data.type === 'token.exchanged' || data.type === 'token.refreshed';
}

function sorted(speakers: ReadonlyMap<string, Speaker>): readonly Speaker[] {
  return [...speakers.values()].sort((a, b) => compareStrings(a.publisher, b.publisher));
}

function compareShows(a: Speaker, b: Speaker): number {
  return a.firstMs - b.firstMs || compareStrings(a.eventId ?? '', b.eventId ?? '');
}
