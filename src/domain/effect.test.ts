import { describe, expect, it } from 'vitest';
import { effectOf, effectOfName, wordsOf } from './effect.ts';
import { defaultPolicy, Policy } from './policy.ts';

describe('effectOfName', () => {
  it.each([
    ['get_balance', 'read'],
    ['read_channel_messages', 'read'],
    ['search-documents', 'read'],
    ['ListBuckets', 'read'],
    ['list_role_policies', 'read'],
    ['s3:GetObject', 'read'],
    ['storage.objects.get', 'read'],
    ['send_money', 'write'],
    ['schedule_transaction', 'write'],
    ['add_user_to_channel', 'write'],
    ['invite_user_to_slack', 'write'],
    ['post_webpage', 'write'],
    ['get_or_create_ticket', 'write'],
    ['schedule.get', 'read'],
    ['PutObject', 'write'],
    ['remove_user_from_slack', 'delete'],
    ['compute.instances.delete', 'delete'],
    ['find_and_delete', 'delete'],
    ['AttachRolePolicy', 'admin'],
    ['iam:CreateAccessKey', 'admin'],
    ['kms:CreateGrant', 'admin'],
    ['DeleteBucketPolicy', 'admin'],
    ['update_password', 'admin'],
    ['grantAccess', 'admin'],
    ['attach_file', 'write'],
    ['GET /users/1', 'read'],
    ['POST', 'write'],
    ['DELETE /users/1', 'delete'],
    ['frobnicate', 'unknown'],
    ['', 'unknown'],
  ])('%s: %s', (name, effect) => {
    expect(effectOfName(name)).toBe(effect);
  });
});

describe('effectOf', () => {
  const policy = Policy.parse({
    effects: [
      { action: 'tool:get_*', effect: 'delete' },
      { action: 'crm:*', effect: 'admin' },
    ],
  });

  it('believes the event first', () => {
    expect(effectOf('read', 'tool:get_x', 'get_x', policy)).toBe('read');
  });

  it.each([undefined, 'unknown'] as const)('asks policy when the event says %s', (stated) => {
    expect(effectOf(stated, 'tool:get_x', 'get_x', policy)).toBe('delete');
    expect(effectOf(stated, 'crm:list', 'list', policy)).toBe('admin');
  });

  it('falls back to the name', () => {
    expect(effectOf(undefined, 'erp:list', 'list', policy)).toBe('read');
    expect(effectOf(undefined, undefined, 'update config', defaultPolicy)).toBe('write');
  });
});

it('wordsOf splits every style of identifier', () => {
  expect(wordsOf('getHTTPStatus_of-S3Object v2')).toEqual([
    'get',
    'http',
    'status',
    'of',
    's3',
    'object',
    'v2',
  ]);
});
