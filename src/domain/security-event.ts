/** RFC 8935 section 2.4: why a security event token was not taken. */
export const setErrors = [
  'invalid_request',
  'invalid_key',
  'invalid_issuer',
  'invalid_audience',
  'authentication_failed',
  'access_denied',
] as const;
export type SetError = (typeof setErrors)[number];

export type SetAnswer =
  | { readonly taken: true }
  | { readonly taken: false; readonly err: SetError; readonly description: string };

export interface SecurityEvents {
  /**
   * Takes one token (RFC 8417) that a transmitter pushed. Taken: what it says is durable in the log, or says nothing
   * that is kept. Throws OVERLOADED when the same token may be taken later.
   */
  receive(token: string): Promise<SetAnswer>;
}
