import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ApprovalGrant, ApprovalView, TokenView } from '../../src/domain/chain.ts';
import type { Principal } from '../../src/domain/event/index.ts';
import * as views from '../../test/support/views.ts';
import { chain, lineOf, minuteMs, policy, silentFeeds, startMs } from '../../test/support/views.ts';
import { createScopeCreep } from './detector.ts';

const scopeCreep = createScopeCreep();
const foreign = { issuer: 'https://other.example' };

function look(held: TokenView, rules: object = {}, config: object = {}) {
  return views.look(scopeCreep, { on: 'token', token: held, policy: policy(rules) }, config);
}

/** What it says of the token itself; that something cannot be verified is said of issuers. */
function drift(held: TokenView, rules: object = {}, config: object = {}) {
  return look(held, rules, config).filter(({ fact }) => fact !== 'unverifiable-scope');
}

function scopes(...line: readonly (readonly string[] | undefined)[]): TokenView {
  return lineOf(...line.map((scope) => ({ scope })));
}

describe('a step-up that a person agreed to', () => {
  const human: Principal = { id: 'bob@example', kind: 'human' };
  const granted = (differs: Partial<ApprovalGrant> = {}) =>
    views.approval('a1', {
      grants: [
        {
          ...{ atMs: startMs - minuteMs, by: human, eventId: 'granted', binds: [{ action: 'crm:write' }] },
          ...{ expMs: undefined, maxUses: undefined, requester: undefined, ticket: undefined, ...differs },
        },
      ],
    });
  const grown = (approvals: readonly ApprovalView[]) =>
    drift(lineOf({ scope: ['crm:read'] }, { scope: ['crm:read', 'crm:write'], approvals }));

  it('is no drift', () => {
    expect(grown([granted()])).toEqual([]);
  });

  it.each([
    ['to something else', { binds: [{ action: 'crm:delete' }] }],
    ['afterwards', { atMs: startMs + 2 * minuteMs }],
    ['for a time that was over', { expMs: startMs - 2 * minuteMs }],
    ['by an agent', { by: views.bot }],
    ['for another agent', { binds: [{ action: 'crm:write', actor: 'agent/other' }] }],
  ])('is drift when it was given %s', (_, differs) => {
    expect(grown([granted(differs)])).toMatchObject([{ fact: 'hop-drift', kind: 'alert' }]);
  });

  it('is waited for while nobody has decided', () => {
    expect(grown([views.approval('a1')])).toMatchObject([{ settlesAtMs: startMs + 10 * minuteMs }]);
    expect(grown([])[0]).not.toHaveProperty('settlesAtMs');
  });
});

describe('hop drift', () => {
  it('names what was gained, from whom, and the credential to revoke', () => {
    const child = scopes(['crm:read'], ['crm:write', 'crm:read']);
    expect(drift(child)).toEqual([
      {
        subject: { kind: 'token', key: child.key, label: 'hop-1' },
        fact: 'hop-drift',
        kind: 'alert',
        severity: 'high',
        title: 'CRM agent gained crm:write beyond what its parent token held',
        atMs: startMs,
        evidence: {
          added: ['crm:write'],
          addedCount: 1,
          weight: 3,
          held: ['crm:read'],
          heldCount: 1,
          holder: 'root',
          through: [],
          issuer: views.issuer,
          grant: 'urn:ietf:params:oauth:grant-type:token-exchange',
          linkLevel: 1,
        },
        eventIds: ['issued-hop-1', 'issued-root'],
        revoke: child.ref,
        linkLevel: 1,
      },
    ]);
  });

  it.each([
    ['a token without a parent', scopes(['crm:read'])],
    ['a parent of unknown scope', scopes(undefined, ['crm:read'])],
    ['a child of unknown scope', scopes(['crm:read'], undefined)],
    ['a parent of another issuer', lineOf(foreign, { scope: ['crm:write'] })],
    ['an unknown issuer', lineOf({ issuer: undefined }, { issuer: undefined, scope: ['crm:write'] })],
    ['the same scope', scopes(['crm:read'], ['crm:read'])],
    ['a wildcard that an exact dialect does not read', scopes(['crm:*'], ['crm:read'])],
  ])('stays quiet about %s', (_, held) => {
    expect(drift(held)).toEqual([]);
  });

  it('takes an empty scope for what it says: nothing was held', () => {
    expect(drift(scopes([], ['crm:read']))).toMatchObject([{ fact: 'hop-drift' }]);
  });

  it('compares whole segments where policy declares a hierarchy', () => {
    const rules = { scopes: [{ issuer: '*', dialect: 'hierarchical' }] };
    expect(drift(scopes(['crm'], ['crm:read']), rules)).toEqual([]);
    expect(drift(scopes(['crm'], ['crmadmin']), rules)).toMatchObject([{ fact: 'hop-drift' }]);
  });

  it('blames only the hop that gained: what stays below it is a consequence', () => {
    const bottom = scopes(['crm:read'], ['crm:read', 'crm:write'], ['crm:write']);
    expect(drift(bottom)).toEqual([]);
  });

  it('says how weak the link to the parent is', () => {
    const child = lineOf({}, { scope: ['crm:write'], parentLevel: 4 });
    expect(drift(child)).toMatchObject([{ linkLevel: 4, evidence: { linkLevel: 4 } }]);
  });

  it('takes a link of unstated level for an asserted one', () => {
    expect(drift(lineOf({}, { scope: ['crm:write'], parentLevel: undefined }))).toMatchObject([
      { linkLevel: 4 },
    ]);
  });

  it('falls back to the first sighting when the time of the mint is unknown', () => {
    const child = lineOf({}, { scope: ['crm:write'], iatMs: undefined, firstSeenMs: startMs + 5 });
    expect(drift(child)).toMatchObject([{ atMs: startMs + 5 }]);
  });

  it('shows an unknown grant type as null', () => {
    expect(drift(lineOf({}, { scope: ['crm:write'], grant: undefined }))[0]?.evidence['grant']).toBeNull();
  });

  it('keeps a long list readable', () => {
    const many = Array.from({ length: 30 }, (_, index) => `crm:x${String(index).padStart(2, '0')}`);
    const [finding] = drift(scopes(['crm:read'], many));
    expect(finding?.title).toContain('crm:x00, crm:x01, crm:x02 and 27 more');
    expect(finding?.evidence['added']).toHaveLength(10);
    expect(finding?.evidence['addedCount']).toBe(30);
  });

  it.each([
    [{}, 'CRM agent gained'],
    [{ actor: undefined }, 'ann@example gained'],
    [{ actor: undefined, subject: undefined }, 'crm-client gained'],
    [{ actor: undefined, subject: undefined, client: undefined }, 'An unknown holder gained'],
  ])('names the holder as well as it can: %j', (differs, start) => {
    expect(drift(lineOf({}, { scope: ['crm:write'], ...differs }))[0]?.title).toMatch(start);
  });
});

describe('root drift', () => {
  it('finds what came in behind a parent of unknown scope, once nobody can explain it any more', () => {
    const child = scopes(['crm:read'], undefined, ['crm:write']);
    expect(drift(child)).toMatchObject([
      {
        fact: 'root-drift',
        title: 'CRM agent gained crm:write beyond what root, further up its chain, held',
        evidence: { holder: 'root', through: ['hop-1'] },
        settlesAtMs: startMs + 10 * minuteMs,
      },
    ]);
  });

  it('finds what came in through another issuer, at once', () => {
    const child = lineOf({}, { ...foreign, scope: ['x'] }, { scope: ['crm:write'] });
    expect(drift(child)).toMatchObject([{ fact: 'root-drift' }]);
    expect(drift(child)[0]).not.toHaveProperty('settlesAtMs');
  });

  it('rests on the weakest link of the way up', () => {
    const child = lineOf({}, { scope: undefined, parentLevel: 4 }, { scope: ['crm:write'], parentLevel: 1 });
    expect(drift(child)).toMatchObject([{ linkLevel: 4 }]);
  });

  it('stays quiet where the excess was there before', () => {
    const child = lineOf({}, { scope: ['crm:write'] }, { ...foreign }, { scope: ['crm:write'] });
    expect(drift(child)).toEqual([]);
  });

  it('stays quiet where nothing above compares', () => {
    expect(drift(scopes(undefined, undefined, ['crm:write']))).toEqual([]);
  });
});

describe('cumulative drift', () => {
  const family = (...line: readonly Partial<TokenView>[]): TokenView =>
    lineOf(
      ...line.map((one, at) => ({ family: 'f', ...(at === 0 ? {} : { grant: 'refresh_token' }), ...one })),
    );

  it('weighs everything that a refresh family gained since its first grant', () => {
    const held = family({}, { scope: ['crm:read', 'erp:write'] }, { scope: ['erp:write', 'erp:delete'] });
    expect(drift(held)).toMatchObject([
      {
        fact: 'cumulative-drift',
        kind: 'alert',
        severity: 'critical',
        title: 'CRM agent gained erp:delete beyond what the first grant of its refresh family held',
        evidence: {
          ...{ added: ['erp:delete'], addedCount: 1, grown: ['erp:delete', 'erp:write'], grownCount: 2 },
          ...{ weight: 8, held: ['crm:read'], holder: 'root', through: ['hop-1'] },
        },
        revoke: held.ref,
      },
    ]);
  });

  it('blames each refresh for its own gain', () => {
    expect(drift(family({}, { scope: ['crm:read', 'erp:write'] }))).toMatchObject([
      {
        fact: 'cumulative-drift',
        severity: 'high',
        title: 'CRM agent gained erp:write beyond what the token it refreshes held',
      },
    ]);
    const kept = family({}, { scope: ['crm:read', 'erp:write'] }, { scope: ['erp:write'] });
    expect(drift(kept)).toEqual([]);
  });

  it('stays quiet when a refresh takes back what an earlier one left out', () => {
    const scope = ['crm:read', 'crm:write'];
    expect(drift(family({ scope }, { scope: ['crm:read'] }, { scope }))).toEqual([]);
  });

  it('waits while an earlier refresh is of unknown scope', () => {
    const held = family({}, { scope: undefined }, { scope: ['crm:write'] });
    expect(drift(held)).toMatchObject([{ settlesAtMs: startMs + 10 * minuteMs }]);
  });
});

describe('a drift of upper bounds', () => {
  it('is a signal: what nobody listed may take it away again', () => {
    const rules = { scopes: [{ issuer: '*', dialect: 'iam' }] };
    expect(drift(scopes(['s3:Get*'], ['s3:*']), rules)).toMatchObject([
      { fact: 'hop-drift', kind: 'signal' },
    ]);
    expect(drift(scopes(['s3:*'], ['s3:get*']), rules)).toEqual([]);
  });
});

describe('a drift of authorization details', () => {
  it('names type and actions, and nothing else of them', () => {
    const details = (...actions: string[]) => ({
      authorizationDetails: [{ type: 'payment', actions, identifier: 'DE02' }],
    });
    const held = lineOf(details('status'), { scope: ['crm:read'], ...details('status', 'initiate') });
    expect(drift(held)).toMatchObject([
      { severity: 'critical', evidence: { added: ['payment[initiate,status]'] } },
    ]);
    expect(JSON.stringify(drift(held))).not.toContain('DE02');
  });
});

describe('the severity of a drift', () => {
  it.each([
    ['a read', ['erp:read'], 'medium'],
    ['an unknown verb', ['profile'], 'medium'],
    ['a write', ['erp:write'], 'high'],
    ['a deletion', ['erp:delete'], 'high'],
    ['a write and a deletion', ['erp:write', 'erp:delete'], 'critical'],
    ['reading secrets', ['secrets:read'], 'critical'],
    ['reading payments', ['payments:read'], 'medium'],
    ['making payments', ['tool:send_money'], 'critical'],
    ['ruling', ['admin'], 'critical'],
    ['reading roles', ['roles:read'], 'medium'],
    ['changing roles', ['roles:write'], 'critical'],
    ['everything', ['crm:*'], 'critical'],
    ['a verb inside a word', ['Mail.ReadWrite'], 'high'],
  ])('%s: %s is %s', (_, added, severity) => {
    expect(drift(scopes(['crm:read'], ['crm:read', ...added]))).toMatchObject([{ severity }]);
  });

  it('is that of all grants together', () => {
    const many = ['a:read', 'b:read', 'c:read'];
    expect(drift(scopes(['crm:read'], ['crm:read', ...many]))).toMatchObject([{ severity: 'high' }]);
  });

  it('follows what policy says a grant weighs, never below its effect', () => {
    const rules = {
      scopeWeights: [
        { scope: 'ledger:*', weight: 9 },
        { scope: '*:write', weight: 0 },
      ],
    };
    expect(drift(scopes([], ['ledger:read']), rules)).toMatchObject([{ severity: 'critical' }]);
    expect(drift(scopes([], ['erp:write']), rules)).toMatchObject([{ severity: 'high' }]);
  });

  it('follows the weights of the configuration', () => {
    const [finding] = drift(scopes([], ['erp:read']), {}, { weights: { read: 9 } });
    expect(finding?.severity).toBe('critical');
  });
});

describe('whatever the scopes are', () => {
  const scope = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { minLength: 1 });
  const opaque = fc.constantFrom<Partial<TokenView>>({}, { scope: undefined }, foreign);

  it('stays quiet when scopes only narrow, at any depth and through any intermediate', () => {
    fc.assert(
      fc.property(scope, fc.array(opaque, { maxLength: 6 }), (root, hops) => {
        let held = root;
        const line = hops.map((differs) => {
          held = held.slice(0, Math.max(1, held.length - 1));
          return { scope: held, ...differs };
        });
        for (let depth = 0; depth <= line.length; depth += 1) {
          expect(drift(lineOf({ scope: root }, ...line.slice(0, depth)))).toEqual([]);
        }
      }),
    );
  });

  it('fires once, at the hop that adds a scope from outside the root, at any depth', () => {
    fc.assert(
      fc.property(scope, fc.array(opaque, { maxLength: 4 }), fc.nat(3), (root, above, below) => {
        const line = above.map((differs) => ({ scope: root, ...differs }));
        const widened = { scope: [...root, 'outside'] };
        const after = Array.from({ length: below }, () => widened);
        const counts = Array.from({ length: line.length + 1 + below }, (_, index) => {
          const all = [...line, widened, ...after].slice(0, index + 1);
          return drift(lineOf({ scope: root }, ...all)).length;
        });
        expect(counts).toEqual([...line.map(() => 0), 1, ...after.map(() => 0)]);
      }),
    );
  });
});

it('looks at tokens and actions only', () => {
  const sighting = { on: 'chain', chain: chain(), feeds: silentFeeds, policy: policy() } as const;
  expect(views.look(scopeCreep, sighting)).toEqual([]);
});
