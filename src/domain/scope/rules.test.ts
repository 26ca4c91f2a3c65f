import { describe, expect, it } from 'vitest';
import { ScopeRules } from './rules.ts';

const refusal = (rules: object) => ScopeRules.safeParse(rules).error?.issues[0]?.message;
const table = (implies: object) => ({ scopes: [{ issuer: '*', dialect: 'table', implies }] });

describe('the sections of policy on scopes', () => {
  it('are all empty by default', () => {
    expect(ScopeRules.parse({})).toEqual({ scopes: [], mappings: [], implications: [], scopeWeights: [] });
  });

  it('fill in what a hierarchy leaves out', () => {
    expect(ScopeRules.parse({ scopes: [{ issuer: '*', dialect: 'hierarchical' }] }).scopes).toEqual([
      { issuer: '*', dialect: 'hierarchical', separator: ':', direction: 'prefix' },
    ]);
  });

  it.each([
    ['a dialect that does not exist', { scopes: [{ issuer: '*', dialect: 'vibes' }] }],
    ['an option of another dialect', { scopes: [{ issuer: '*', dialect: 'exact', separator: ':' }] }],
    ['a table without implications', { scopes: [{ issuer: '*', dialect: 'table' }] }],
    ['a mapping to nowhere', { mappings: [{ from: { issuer: 'a', scope: 'x' } }] }],
    [
      'a member rule that does not exist',
      { scopes: [{ issuer: '*', dialect: 'rar', types: { t: { members: { m: 'about' } } } }] },
    ],
    ['a negative weight', { scopeWeights: [{ scope: '*', weight: -1 }] }],
    ['what it does not know', { scopesOf: [] }],
  ])('refuse %s', (_, rules) => {
    expect(ScopeRules.safeParse(rules).success).toBe(false);
  });

  it.each([
    ['of itself', { a: ['a'] }, 'a -> a'],
    ['of three', { x: ['a'], a: ['b'], b: ['c', 'd'], c: ['a'] }, 'a -> b -> c -> a'],
  ])('refuse a circle %s, and name it', (_, implies, circle) => {
    const message = `implications run in a circle: ${circle}`;
    expect(refusal(table(implies))).toBe(message);
    expect(refusal({ implications: [{ issuer: '*', implies }] })).toBe(message);
    expect(refusal({ scopes: [{ issuer: '*', dialect: 'url', implies }] })).toBe(message);
  });

  it('accept two ways to one grant, and names that objects have', () => {
    const implies = { a: ['b', 'c'], b: ['d'], c: ['d'], constructor: ['a'], e: ['toString'] };
    expect(refusal(table(implies))).toBeUndefined();
  });

  it('walk a long path without running out of stack', () => {
    const path = Object.fromEntries(Array.from({ length: 256 }, (_, at) => [`g${at}`, [`g${at + 1}`]]));
    expect(refusal(table(path))).toBeUndefined();
    expect(refusal(table({ ...path, g255: ['g0'] }))).toContain('g255 -> g0');
  });

  it('bound what one table may hold', () => {
    const wide = Object.fromEntries(Array.from({ length: 257 }, (_, at) => [`g${at}`, ['x']]));
    expect(refusal(table(wide))).toBe('at most 256 grants may imply others');
    const many = Array.from({ length: 600 }, (_, at) => `x${at}`);
    expect(refusal(table({ a: many, b: many }))).toBe('at most 1024 implications');
    const types = Object.fromEntries(Array.from({ length: 257 }, (_, at) => [`t${at}`, {}]));
    expect(refusal({ scopes: [{ issuer: '*', dialect: 'rar', types }] })).toBe('at most 256 types');
    const members = Object.fromEntries(Array.from({ length: 65 }, (_, at) => [`m${at}`, 'max']));
    expect(refusal({ scopes: [{ issuer: '*', dialect: 'rar', types: { t: { members } } }] })).toBe(
      'at most 64 members',
    );
  });
});
