/** What a line of log may never carry, wherever it stands in the object. */
const secretNames = [
  '(?:proxy[-_]?)?authorization',
  '(?:set[-_]?)?cookie',
  'pass(?:word|wd|phrase)?',
  '(?:[a-z]+[-_]?)?secret(?:[-_]?(?:access[-_]?)?key)?',
  '(?:x[-_]?)?api[-_]?key',
  '(?:access|refresh|id|session|security|bearer|auth)?[-_]?token',
  '(?:private|signing|encryption)[-_]?key',
  '(?:client[-_]?)?assertion',
  'credentials?',
  '(?:webhook[-_]?)?signature',
  'jwt',
].join('|');

// The value is a whole JSON string: escaped characters are stepped over, so a quote inside cannot end it early.
const namedSecret = new RegExp(`("(?:${secretNames})":)"(?:[^"\\\\]|\\\\.)*"`, 'gi');

/** Values that are credentials whatever they are called. */
const secretValues = [
  /(?<![\w-])eyJ[\w-]{8,}\.[\w-]*\.[\w-]*(?:\.[\w-]*\.[\w-]*)?/g, // a JWS or JWE in compact form
  /\bcwk_[0-9a-f]+_[\w-]+/g, // our own API keys
  /\bwhsec_[A-Za-z0-9+/=]+/g, // Standard Webhooks
  /\b(?:Bearer|Basic|DPoP) +[\w.~+/=-]{8,}/gi,
  /\b(?:gh[pousr]_|github_pat_|glpat-|xox[abeprs]-|sk-|sk_live_|rk_live_)[\w-]{16,}/g,
  /\/\/[^/\s:@"]+:[^/\s@"]+@/g, // user and password inside a URL
  /-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|(?="))/gs,
];

/** Cuts credentials out of one line of JSON text. Linear: no pattern can backtrack over what it has passed. */
export function redactLine(line: string): string {
  let clean = line.replace(namedSecret, '$1"[redacted]"');
  for (const pattern of secretValues) {
    clean = clean.replace(pattern, (found) => (found.startsWith('//') ? '//[redacted]@' : '[redacted]'));
  }
  return clean;
}
