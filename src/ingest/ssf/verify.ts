import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  decodeJwt,
  errors,
  type FetchImplementation,
  type JSONWebKeySet,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
  type RemoteJWKSet,
} from 'jose';
import { ChainwardenError } from '../../domain/errors.ts';
import { EVENT_AGE_MS_MAX } from '../../domain/limits.ts';
import { SetClaims } from './claims.ts';
import type { Transmitter } from './config.ts';
import { SetFailure } from './failure.ts';

/** Signatures by public keys only: with a shared secret whoever checks a token could have made it. */
const algorithms = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];

/** Clocks that differ. */
const SKEW_SECONDS = 60;

/** A key that is not known is asked for this often at most, however many tokens name one. */
const KEYS_COOLDOWN_MS = 30_000;

/** Keys of a set without ids that are tried for a token without one. */
const KEYS_TRIED_MAX = 8;

export interface VerifierParts {
  readonly transmitters: readonly Transmitter[];
  /** Fetches a transmitter's keys, from nowhere that only this machine can reach. */
  readonly fetchKeys: (transmitter: Transmitter) => FetchImplementation;
  readonly clock: () => number;
  readonly keysCooldownMs?: number;
}

/** A token, and who says that it is theirs. */
export interface Presented {
  readonly transmitter: Transmitter;
  /** Throws SetFailure, or OVERLOADED while the keys cannot be had. */
  verify(): Promise<SetClaims>;
}

/** Throws SetFailure for a token of nobody who may send here. */
export function createVerifier(parts: VerifierParts): (token: string) => Presented {
  const known = parts.transmitters.map((transmitter) => ({ transmitter, keys: keysOf(transmitter, parts) }));

  return (token) => {
    const { iss, aud } = unverified(token);
    const ofIssuer = known.filter(({ transmitter }) => transmitter.issuer === iss);
    if (ofIssuer.length === 0) throw new SetFailure('invalid_issuer', 'nobody of this name may send here');
    const named = [aud].flat();
    const found = ofIssuer.find(({ transmitter: { audience } }) =>
      [audience].flat().some((one) => named.includes(one)),
    );
    if (found === undefined) throw new SetFailure('invalid_audience', 'it is meant for somebody else');
    const { transmitter, keys } = found;
    return {
      transmitter,
      verify: async () => claimsOf(await verified(token, keys, transmitter, parts), parts.clock()),
    };
  };
}

/** Only chooses whose keys have to fit. */
function unverified(token: string): JWTPayload {
  try {
    return decodeJwt(token);
  } catch {
    throw new SetFailure('invalid_request', 'the body is not a security event token');
  }
}

function keysOf(transmitter: Transmitter, parts: VerifierParts): JWTVerifyGetKey | RemoteJWKSet {
  const { jwksUrl, jwks } = transmitter;
  if (jwksUrl === undefined) return createLocalJWKSet(jwks as unknown as JSONWebKeySet);
  return createRemoteJWKSet(new URL(jwksUrl), {
    cooldownDuration: parts.keysCooldownMs ?? KEYS_COOLDOWN_MS,
    [customFetch]: parts.fetchKeys(transmitter),
  });
}

async function verified(
  token: string,
  keys: JWTVerifyGetKey | RemoteJWKSet,
  { issuer, audience }: Transmitter,
  { clock }: VerifierParts,
): Promise<JWTPayload> {
  const options = {
    algorithms,
    issuer,
    audience,
    typ: 'secevent+jwt',
    requiredClaims: ['iat', 'jti', 'events'],
    clockTolerance: SKEW_SECONDS,
    currentDate: new Date(clock()),
  };
  // Asked for a moment ago: a key that the transmitter has changed since is not missed for good.
  const wasCooling = 'coolingDown' in keys && keys.coolingDown;
  try {
    return (await jwtVerify(token, keys, options)).payload;
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw failureOf(error, wasCooling);
    let tried = 0;
    for await (const key of error) {
      tried += 1;
      if (tried > KEYS_TRIED_MAX) break;
      try {
        return (await jwtVerify(token, key, options)).payload;
      } catch (next) {
        if (!(next instanceof errors.JWSSignatureVerificationFailed)) throw failureOf(next, false);
      }
    }
    throw new SetFailure('authentication_failed', 'the signature does not fit');
  }
}

function failureOf(error: unknown, wasCooling: boolean): Error {
  if (error instanceof errors.JWSSignatureVerificationFailed)
    return new SetFailure('authentication_failed', 'the signature does not fit');
  if (error instanceof errors.JWKSNoMatchingKey) {
    if (wasCooling) return new ChainwardenError('OVERLOADED', 'its key is not known yet; try again');
    return new SetFailure('invalid_key', 'the key is none of the transmitter');
  }
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported)
    return new SetFailure('invalid_key', 'the algorithm is not accepted');
  if (error instanceof errors.JWTClaimValidationFailed || error instanceof errors.JWTExpired)
    return new SetFailure('invalid_request', `the claim "${error.claim}" is missing or not as it has to be`);
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid)
    return new SetFailure('invalid_request', 'the body is not a security event token');
  // Whatever else it is, it is about the keys: they could not be fetched, or are none.
  return new ChainwardenError('OVERLOADED', 'the keys of the transmitter cannot be had; try again', {
    cause: error,
  });
}

function claimsOf(payload: JWTPayload, nowMs: number): SetClaims {
  const parsed = SetClaims.safeParse(payload);
  if (!parsed.success) {
    const member = parsed.error.issues[0]?.path[0];
    throw new SetFailure('invalid_request', `the claim "${String(member)}" is not as it has to be`);
  }
  const { iat } = parsed.data;
  // Shared Signals 1.0 section 4.1.7: what happened does not expire, and such a token could pass for another kind.
  if (payload.exp !== undefined) throw new SetFailure('invalid_request', 'it has the claim "exp"');
  if (iat * 1000 > nowMs + SKEW_SECONDS * 1000)
    throw new SetFailure('invalid_request', 'it is from the future');
  if (iat * 1000 < nowMs - EVENT_AGE_MS_MAX) throw new SetFailure('invalid_request', 'it is too old');
  return parsed.data;
}
