import type { ApiKey } from '../../domain/access.ts';
import type { Database } from '../database.ts';
import { API_KEYS_READ_MAX } from '../limits.ts';
import { readBody } from '../rows/cell.ts';
import { bounded } from './bound.ts';

const apiKeysSql = `SELECT body FROM api_keys FINAL ORDER BY tenant, id ${bounded(API_KEYS_READ_MAX)}`;

export async function apiKeys(database: Database): Promise<readonly ApiKey[]> {
  const rows = await database.read('reading API keys', apiKeysSql);
  return rows.map(([body]) => readBody<ApiKey>(body));
}
