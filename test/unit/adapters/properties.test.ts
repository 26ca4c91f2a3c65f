import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventData } from '../../../src/domain/event/index.ts';
import { cloudtrail } from '../../../src/ingest/adapters/index.ts';
import {
  assumeRole,
  credentials,
  record,
  roleKey,
  roleSession,
  samlAssertion,
  secrets,
} from './fixtures/records.ts';
import type { Fields } from './support.ts';

/** A record in which any member, at any depth, may be anything. */
const mutated = fc
  .tuple(
    fc.constantFrom(record(), assumeRole(), assumeRole({ userIdentity: roleSession })),
    fc.array(fc.tuple(fc.nat(60), fc.anything()), { maxLength: 4 }),
  )
  .map(([base, changes]) => {
    const copy = structuredClone(base) as Fields;
    const places: [Fields, string][] = [];
    const walk = (at: Fields) => {
      for (const [name, member] of Object.entries(at)) {
        places.push([at, name]);
        if (typeof member === 'object' && member !== null) walk(member as Fields);
      }
    };
    walk(copy);
    for (const [index, value] of changes) {
      const [at, name] = places[index % places.length] as [Fields, string];
      at[name] = value;
    }
    return copy;
  });

describe('whatever it is shown', () => {
  it('does not throw', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withNullPrototype: true }), (value) => {
        cloudtrail.recognises(value);
        cloudtrail.translate(value);
      }),
    );
  });

  it('writes only events of the contract', () => {
    fc.assert(
      fc.property(mutated, (value) => {
        const translation = cloudtrail.translate(value);
        for (const { data } of 'events' in translation ? translation.events : []) {
          expect(EventData.safeParse(data).error).toBeUndefined();
        }
      }),
      { numRuns: 500 },
    );
  });

  it('lets no session token, secret key or assertion through, whatever member it is put into', () => {
    const holder = fc.constantFrom('requestParameters', 'responseElements', 'additionalEventData');
    // An assertion cannot be told from other base64; it is safe because its member is never read.
    const told = secrets.filter((secret) => secret !== samlAssertion);
    const leak = fc.oneof(
      fc.tuple(
        fc.constantFrom('tokenCode', 'key', 'name', 'roleSessionName', 'userName'),
        fc.constantFrom(...told),
      ),
      fc.tuple(
        fc.constantFrom('sessionToken', 'secretAccessKey', 'sAMLAssertion', 'webIdentityToken'),
        fc.constantFrom(...secrets),
      ),
    );
    fc.assert(
      fc.property(holder, leak, (where, [name, secret]) => {
        const text = JSON.stringify(
          cloudtrail.translate(
            assumeRole({ [where]: { credentials: credentials(roleKey), [name]: secret } }),
          ),
        );
        for (const value of secrets) expect(text).not.toContain(value);
      }),
    );
  });
});
