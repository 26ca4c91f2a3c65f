import * as z from 'zod';
import { ID_CHARS_MAX } from '../../domain/limits.ts';

const id = z.string().min(1).max(ID_CHARS_MAX);

/** RFC 9493 section 3.2, and what Shared Signals 1.0 section 3 adds. Other formats name nobody that we could know. */
const simple = [
  z.looseObject({ format: z.literal('account'), uri: id }),
  z.looseObject({ format: z.literal('email'), email: id }),
  z.looseObject({ format: z.literal('iss_sub'), iss: id, sub: id }),
  z.looseObject({ format: z.literal('opaque'), id }),
  z.looseObject({ format: z.literal('phone_number'), phone_number: id }),
  z.looseObject({ format: z.literal('did'), url: id }),
  z.looseObject({ format: z.literal('uri'), uri: id }),
  z.looseObject({ format: z.literal('jwt_id'), iss: id, jti: id }),
] as const;
const Simple = z.discriminatedUnion('format', simple);
const Aliases = z.looseObject({ format: z.literal('aliases'), identifiers: z.array(Simple).min(1).max(8) });
const Complex = z.looseObject({
  format: z.literal('complex'),
  user: z.union([Simple, Aliases]).optional(),
  application: Simple.optional(),
  session: Simple.optional(),
});

const formats: ReadonlySet<unknown> = new Set([
  ...simple.map((schema) => schema.shape.format.value),
  'aliases',
  'complex',
]);

interface Name {
  readonly id: string;
  /** Undefined: the identifier does not say. */
  readonly iss: string | undefined;
}

/** Whom or what a token is about, in our words. */
export interface Subject {
  readonly tokens: readonly { readonly iss: string; readonly jti: string }[];
  /** Names of one principal. */
  readonly names: readonly Name[];
  readonly session: string | undefined;
}

const nobody: Subject = { tokens: [], names: [], session: undefined };

/** Undefined: it is not as its format has to be. A format that is not read here names nobody. */
export function readSubject(value: unknown): Subject | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const told = inOneForm({ ...value });
  if (!formats.has(told['format'])) return typeof told['format'] === 'string' ? nobody : undefined;
  const parsed = z.union([Simple, Aliases, Complex]).safeParse(told);
  if (!parsed.success) return undefined;
  const { data } = parsed;
  if (data.format !== 'complex') return named(data);
  const { user, application, session } = data;
  // Where a user is named, the application is the place of a session and not whose it is.
  const party = user ?? application;
  const whose = party === undefined ? nobody : named(party);
  return {
    names: whose.names,
    tokens: [...whose.tokens, ...(session?.format === 'jwt_id' ? named(session).tokens : [])],
    session: session?.format === 'opaque' ? session.id : undefined,
  };
}

/** Drafts called it `subject_type`, wrote hyphens, and left it out where there were parts. */
function inOneForm(told: Record<string, unknown>): Record<string, unknown> {
  const format = told['format'] ?? told['subject_type'];
  if (typeof format === 'string') return { ...told, format: format.replaceAll('-', '_') };
  if (format !== undefined || !('user' in told || 'session' in told)) return told;
  const part = (name: string): object => {
    const value = told[name];
    return typeof value === 'object' && value !== null ? { [name]: inOneForm({ ...value }) } : {};
  };
  return { format: 'complex', ...part('user'), ...part('application'), ...part('session') };
}

function named(subject: z.infer<typeof Simple> | z.infer<typeof Aliases>): Subject {
  switch (subject.format) {
    case 'aliases': {
      const all = subject.identifiers.map(named);
      return {
        tokens: all.flatMap(({ tokens }) => tokens),
        names: all.flatMap(({ names }) => names),
        session: undefined,
      };
    }
    case 'jwt_id':
      return { ...nobody, tokens: [{ iss: subject.iss, jti: subject.jti }] };
    case 'iss_sub':
      return { ...nobody, names: [{ id: subject.sub, iss: subject.iss }] };
    case 'account':
      return alone(subject.uri.replace(/^acct:/, ''));
    case 'email':
      return alone(subject.email);
    case 'opaque':
      return alone(subject.id);
    case 'phone_number':
      return alone(subject.phone_number);
    case 'did':
      return alone(subject.url);
    case 'uri':
      return alone(subject.uri);
  }
}

function alone(name: string): Subject {
  return { ...nobody, names: [{ id: name, iss: undefined }] };
}
