import { visit } from './walk.ts';

/**
 * Values that are credentials, recognised by their shape. Every pattern runs in linear time: a run of one
 * class is either taken whole or, where something must follow it, bounded. Access key ids (AKIA, ASIA),
 * hashes, UUIDs, SPIFFE ids and ARNs are identifiers and pass.
 *
 * The hint is what must occur in a text for one of its shapes to match. Few short literals to a hint, so that
 * the regex engine can skip ahead: together they cost 1.6 us on an event of 690 characters, as one pattern 3.4.
 */
const families: readonly { readonly hint: RegExp; readonly shapes: readonly RegExp[] }[] = [
  {
    hint: /gh[opsur]_|npm_|_v1_|_live_|_test_|_pat_/,
    shapes: [
      // Only where a word begins: a digest may well hold one of these in its midst.
      /(?<![\w-])(?:gh[opsur]_|github_pat_|npm_|do[opr]_v1_)\w{10,}/g,
      // Stripe
      /(?<![A-Za-z0-9])[rs]k_(?:live|test)_\w{10,}/g,
    ],
  },
  {
    hint: /xox[a-z]-|sk-|SG\.|hv[sbr]\./,
    shapes: [
      // Slack; OpenAI and Anthropic; SendGrid; Vault service, batch and recovery tokens
      /(?<![A-Za-z0-9])xox[a-z]-[\w-]{10,}/g,
      /(?<![\w-])sk-(?:(?:proj|ant|svcacct|admin|or)-[\w-]{10,}|[A-Za-z0-9]{20,})/g,
      /(?<![\w.-])SG\.[\w-]{16,32}\.[\w-]{16,}/g,
      /(?<![A-Za-z0-9])hv[sbr]\.[\w-]{8,}/g,
    ],
  },
  {
    hint: /glpat-|pypi-|xapp-|GOCSPX-|AIza|ya29\./,
    shapes: [
      /(?:glpat|pypi|GOCSPX)-[\w-]{10,}/g,
      /(?<![A-Za-z0-9])xapp-\d-[\w-]{10,}/g,
      /(?<![A-Za-z0-9])(?:AIza[\w-]{35}|ya29\.[\w-]{20,})/g,
    ],
  },
  {
    // AWS session tokens: base64 of a few fixed headers.
    hint: /F[wQ]oG|FQoD|IQoJ|AQo[DE]/,
    shapes: [
      /(?<![A-Za-z0-9+/])(?:FwoGZXIvYXdz|FQoGZXIvYXdz|FQoDYXdz|IQoJb3JpZ2lu|AQoDYXdz|AQoEXAMPLE)[A-Za-z0-9+/=%_-]{16,}/g,
    ],
  },
  {
    hint: /PRIVATE KEY|AGE-SECRET-KEY|hooks\.slack\.com/,
    shapes: [
      // To the end of the block, or of what looks like one.
      /-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:[A-Za-z0-9+/=\s:,.-]|\\[nrt])*/g,
      /AGE-SECRET-KEY-1\w{20,}/g,
      /hooks\.slack\.com\/services\/[\w/]{20,}/g,
    ],
  },
  {
    hint: /bearer|authorization/i,
    shapes: [
      /(?<![A-Za-z0-9])bearer(?:\s|%20|\+){1,4}[\w.~+/%-]{20,}=*/gi,
      /authorization["']?\s{0,4}[:=]\s{0,4}["']?(?:basic|bearer|digest|dpop|negotiate|token)\s{1,4}[^\s"']{6,}/gi,
    ],
  },
  { hint: /@/, shapes: [/:\/\/[^\s:@/"'\\]{1,128}:[^\s:@/"'\\]{1,256}@/g] },
  {
    hint: /=/,
    shapes: [
      /(?<=[?&#;])(?:access_token|refresh_token|id_token|client_secret|password|x-amz-security-token|x-amz-signature|sig|accountkey|sharedaccesskey)=[^&\s"'<>;]{8,}/gi,
    ],
  },
];

/** Runs of JOSE characters with at least one dot in them; tokens are looked for inside. */
const dotted = /(?<![\w.-])[\w-]+(?:\.[\w-]*)+/g;

/** A quoted value of exactly the forty characters of an AWS secret access key. */
const quoted40 = /"([A-Za-z0-9+/]{40})"/g;

const cut = '[cut]';

/** True when `text`, a JSON text, holds a value that looks like a credential. */
export function holdsSecret(text: string): boolean {
  for (const { hint, shapes } of families) {
    if (hint.test(text) && shapes.some((shape) => text.search(shape) >= 0)) return true;
  }
  if (text.includes('eyJ')) {
    for (const [run] of text.matchAll(dotted)) if (joseStart(run) >= 0) return true;
  }
  return holdsAwsSecret(text, '/') || holdsAwsSecret(text, '+');
}

/**
 * Such a key has a slash or a plus in three of four cases; without one it cannot be told from a jti. The quotes
 * around each are looked up, because a pattern has to try at every quote (0.3 us instead of 1.6).
 */
function holdsAwsSecret(text: string, sign: '/' | '+'): boolean {
  for (let at = text.indexOf(sign); at >= 0; ) {
    const end = text.indexOf('"', at);
    if (end < 0) return false;
    const start = end - 41;
    if (start >= 0 && text[start] === '"') {
      const value = text.slice(start + 1, end);
      if (/^[A-Za-z0-9+/]{40}$/.test(value) && isAwsSecret(value)) return true;
    }
    at = text.indexOf(sign, end);
  }
  return false;
}

/** The same text with every value that looks like a credential cut out. */
export function cutShapes(text: string): string {
  let out = text.replace(dotted, (run) => {
    const start = joseStart(run);
    return start < 0 ? run : run.slice(0, start) + cut;
  });
  for (const { shapes } of families) for (const shape of shapes) out = out.replace(shape, cut);
  return out.replace(quoted40, (quoted, value: string) => (isAwsSecret(value) ? `"${cut}"` : quoted));
}

/** Members whose text is a credential whatever it looks like; compared without case, `-` and `_`. */
const secretNames = new Set(
  [
    'secret secretkey secretaccesskey awssecretaccesskey sessiontoken awssessiontoken xamzsecuritytoken',
    'token accesstoken refreshtoken idtoken subjecttoken actortoken bearertoken authtoken apitoken usertoken',
    'previous parents clientsecret clientassertion assertion samlassertion samlresponse devicecode codeverifier',
    'password passwd passphrase authorization proxyauthorization cookie setcookie sessioncookie apikey xapikey',
    'privatekey signingkey sharedkey connectionstring rawtoken jwt webhooksecret',
  ].flatMap((line) => line.split(' ')),
);
function isSecretName(name: string): boolean {
  return name.length <= 64 && secretNames.has(name.replace(/[-_.]/g, '').toLowerCase());
}

/** References and redacted values may stand under a secret's name. */
function isReference(value: string): boolean {
  return (
    value.length < 6 || value.startsWith('sha256:') || /^[*x•.]+$|^<[^>]*>$|^\[[^\]]*\]$|HIDDEN/i.test(value)
  );
}

/** True for text that may not stand under `name`. */
export function isNamedSecret(name: string, value: unknown): boolean {
  return typeof value === 'string' && isSecretName(name) && !isReference(value);
}

/** Path of the first value that is a credential by its shape or its name; undefined when there is none. */
export function findSecret(value: unknown): string | undefined {
  return visit(value, (name, text) => isNamedSecret(name, text) || holdsSecret(JSON.stringify(text)));
}

const named =
  /(?<![\w.-])([\w.-]{1,64})["']?\s{0,8}[:=]\s{0,8}("(?:[^"\\]|\\.){0,8192}"?|'[^']{0,8192}'?|[^\s"',;&}\]]{1,8192})/g;

/** Cuts the values of secret-sounding names out of text that nobody could parse. */
export function cutNamed(text: string): string {
  return text.replace(named, (whole, name: string, value: string) => {
    if (!isSecretName(name) || isReference(value.replace(/["']/g, ''))) return whole;
    return `${whole.slice(0, whole.length - value.length)}"${cut}"`;
  });
}

/**
 * Where a compact JWS or JWE starts in a run of dotted segments, or -1. A JOSE header is a JSON object, so it
 * starts with `eyJ`. In the middle of a segment only the pair `eyJ….eyJ…` counts: chance makes the former.
 */
function joseStart(run: string): number {
  let at = run.indexOf('eyJ');
  if (at < 0) return -1;
  const segments = run.split('.');
  at = 0;
  for (const [index, segment] of segments.entries()) {
    const start = segment.indexOf('eyJ');
    const next = segments[index + 1] ?? '';
    if (start >= 0 && segment.length - start >= 8) {
      if (next.startsWith('eyJ') || (start === 0 && segments.length - index >= 3)) return at + start;
    }
    at += segment.length + 1;
  }
  return -1;
}

/**
 * Random base64 changes its class of character about 25 times in 40 and has a sign or two; words change it
 * less often, and paths of short words have more signs.
 */
function isAwsSecret(value: string): boolean {
  let changes = 0;
  let signs = 0;
  for (let at = 0; at < value.length; at += 1) {
    const kind = classOf(value.charCodeAt(at));
    if (kind === 3) signs += 1;
    if (at > 0 && kind !== classOf(value.charCodeAt(at - 1))) changes += 1;
  }
  return changes >= 15 && signs >= 1 && signs <= 5;
}

function classOf(code: number): number {
  if (code >= 97) return 0;
  if (code >= 65) return 1;
  return code >= 48 ? 2 : 3;
}
