import { describe, expect, it } from 'vitest';
import { detectors } from '../../../detectors/registry.ts';
import { type EventMix, familyOf } from '../../../src/domain/coverage.ts';
import type { Requirements } from '../../../src/domain/detector.ts';
import { eventSchemas } from '../../../src/domain/event/index.ts';
import { isSaid } from '../../../src/domain/policy/sections.ts';
import { defaultPolicy, Policy } from '../../../src/domain/policy.ts';
import { assess, assessSource } from '../../../src/oversight/assess.ts';
import { mayBear } from '../../../src/oversight/fields.ts';

type Told = Pick<EventMix, 'type' | 'fields'>;

const issued: Told = { type: 'token.issued', fields: ['token', 'token.iss', 'parents'] };
const called: Told = { type: 'api.called', fields: ['token', 'target', 'target.system', 'txn'] };

function seen(requires: Partial<Requirements>, told: readonly Told[], policy: Policy = defaultPolicy) {
  const { state, why } = assess({ id: 'd', requires: { events: [], fields: [], ...requires } }, told, policy);
  return [state, why];
}

describe('a detector', () => {
  const nothing = 'no token events; no call events';
  const both: Partial<Requirements> = { events: ['token.issued', 'api.called'], fields: ['token'] };

  it('is armed when every family that it needs arrives with its members', () => {
    expect(seen(both, [issued, called])).toEqual(['armed', '']);
  });

  it('is blind without a family, by its name, and when nothing arrives at all', () => {
    expect(seen(both, [called])).toEqual(['blind', 'no token events']);
    expect(seen(both, [])).toEqual(['blind', nothing]);
  });

  it('is partial without a family that only some of its facts need', () => {
    expect(seen({ ...both, optional: ['token'] }, [called])).toEqual(['partial', 'no token events']);
    expect(seen({ ...both, optional: ['token', 'call'] }, [])).toEqual(['blind', nothing]);
  });

  it('is partial without a type, unless that is told only when something ends or goes wrong', () => {
    const events = ['api.called', 'api.denied', 'tool.invoked'] as const;
    expect(seen({ events }, [called])).toEqual(['partial', 'no tool.invoked']);
  });

  it('is partial without a member, which each family must bring', () => {
    const silent: Told = { type: 'api.called', fields: ['target'] };
    expect(seen(both, [issued, silent])).toEqual(['partial', 'no token in call events']);
    expect(seen(both, [issued, silent, called])).toEqual(['armed', '']);
    expect(seen({ ...both, fields: ['target.system'] }, [issued, silent])).toEqual([
      'partial',
      'no target.system in call events',
    ]);
  });

  it('asks for a member that every type has of all families together', () => {
    expect(seen({ ...both, fields: ['txn'] }, [issued, called])).toEqual(['armed', '']);
    expect(seen({ ...both, fields: ['facts.amount'] }, [issued, called])).toEqual([
      'partial',
      'no facts.amount',
    ]);
  });

  it('is blind when policy says nothing of what it judges by, partial when it says some of it', () => {
    const events = ['api.called'] as const;
    const policy: Partial<Requirements> = { events, policy: ['approvals.required', 'agents'] };
    const said = Policy.parse({ approvals: { required: [{ actions: ['x'] }] } });
    expect(seen(policy, [called])).toEqual([
      'blind',
      'policy has no approvals.required; policy has no agents',
    ]);
    expect(seen(policy, [called], said)).toEqual(['partial', 'policy has no agents']);
    expect(seen({ events, policyOptional: ['agents'] }, [called])).toEqual([
      'partial',
      'policy has no agents',
    ]);
  });

  it('that looks for what does not come needs nothing to come', () => {
    const absence: Partial<Requirements> = { ...both, absence: true };
    expect(seen(absence, [])).toEqual(['armed', '']);
  });

  it('sees of one source what that brings of its members', () => {
    const detector = {
      id: 'd',
      requires: { events: ['token.issued', 'api.called'], fields: ['token'] },
    } as const;
    expect(assessSource(detector, [issued])).toMatchObject({ state: 'armed' });
    expect(assessSource(detector, [{ type: 'api.called', fields: [] }])).toMatchObject({
      state: 'partial',
      why: 'no token in call events',
    });
    expect(assessSource(detector, [{ type: 'credential.exposed', fields: ['token'] }])).toBeUndefined();
  });
});

describe.each(detectors.map(({ id, requires }) => [id, requires] as const))('%s', (_, requires) => {
  const { events, fields, optional = [], policy = [], policyOptional = [] } = requires;

  it('asks for members that its events may have', () => {
    expect(fields.filter((field) => !events.some((type) => mayBear(type, field)))).toEqual([]);
  });

  it('can do without families that it reads, each section of policy named once', () => {
    const read = new Set(events.map(familyOf));
    expect(optional.filter((family) => !read.has(family))).toEqual([]);
    const sections = [...policy, ...policyOptional];
    expect(new Set(sections).size).toBe(sections.length);
    // Without a policy nothing is said there: the default does not fill what is named as missing.
    expect(sections.filter((section) => isSaid(defaultPolicy, section))).toEqual([]);
  });
});

it('knows the family of every type', () => {
  const families = new Map([...eventSchemas.keys()].map((type) => [type, familyOf(type)]));
  expect(families.get('system.changed')).toBe('call');
  expect(families.get('policy.decision')).toBe('decision');
  for (const [type, family] of families) {
    const [prefix] = type.split('.');
    if (!['tool', 'api', 'agent', 'system', 'policy'].includes(prefix ?? '')) expect(family).toBe(prefix);
  }
});
