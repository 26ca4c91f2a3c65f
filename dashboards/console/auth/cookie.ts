import type { CookieSerializeOptions } from '@fastify/cookie';
import type { FastifyRequest } from 'fastify';

export const SESSION_COOKIE = 'chainwarden';

/**
 * No script reads it and no other site's form carries it. Lax, not strict: who comes back from an identity provider is
 * still on that site's errand. Secure wherever the console is reached by https.
 */
export function cookieOptions(isSecure: boolean): CookieSerializeOptions {
  return { path: '/', httpOnly: true, sameSite: 'lax', secure: isSecure };
}

/**
 * Whether a form was sent by this site: browsers say so with every one (Fetch Metadata, or the Origin of RFC 6454).
 * Who says neither is no browser, and has nothing to do here.
 */
export function isSameOrigin(request: FastifyRequest): boolean {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  try {
    return new URL(request.headers.origin ?? '').host === request.headers.host;
  } catch {
    return false;
  }
}

/** A path of this site; anything else becomes the first page. */
export function localPath(path: string): string {
  return /^\/(?![/\\])[^\\\s]*$/.test(path) ? path : '/';
}
