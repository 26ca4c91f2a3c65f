import { type Notice, noticeId } from '../../src/domain/notice.ts';
import { PAGER } from './process.ts';
import type { Received } from './receiver.ts';
import type { Tables } from './tables.ts';
import { told } from './told.ts';
import type { Truth } from './truth.ts';

/** How often one incident may have been raised and have ended again. */
const EPOCHS_MAX = 12;

/** Ids of the messages about one incident that arrived. */
interface Life {
  readonly raised: Set<string>;
  readonly ended: Set<string>;
  /** Of incidents that carry on as this one. */
  readonly joined: Set<string>;
}

/**
 * In what the receiver was told of incidents differs from the truth: every one that is true is known to it, under one
 * id, and no other one. What carries on under another id has been heard of, and is not told as new.
 */
export function heard(truth: Truth, tables: Tables, received: readonly Received[]): string[] {
  const lives = livesIn(received);
  const problems: string[] = [];
  for (const [name, { raised, ended, joined }] of lives) {
    const open = raised.size - ended.size;
    if (open > 1) problems.push(`people were told of incident ${name} ${open} times without an end`);
    if (open > 0 && !isOpen(truth, name)) problems.push(`people were not told that incident ${name} is over`);
    for (const id of joined)
      if (!isAdopted(name, id, tables)) problems.push(`${id} says ${name} is old news`);
  }
  for (const name of truth.incidents.keys()) {
    const { raised, ended, joined } = lives.get(name) ?? newLife();
    if (isOpen(truth, name) && raised.size <= ended.size && joined.size === 0)
      problems.push(`nobody heard of incident ${name}`);
  }
  return told(problems);
}

function newLife(): Life {
  return { raised: new Set(), ended: new Set(), joined: new Set() };
}

function isOpen({ incidents }: Truth, name: string): boolean {
  return incidents.get(name)?.state === 'open';
}

function livesIn(received: readonly Received[]): ReadonlyMap<string, Life> {
  const lives = new Map<string, Life>();
  const lifeOf = (tenant: unknown, id: unknown): Life => {
    const name = `${tenant} ${id}`;
    const life = lives.get(name) ?? newLife();
    lives.set(name, life);
    return life;
  };
  for (const { id, body } of received) {
    const { type, data } = JSON.parse(body) as { type: string; data: Record<string, unknown> };
    const { tenant, incidentId, mergedInto } = data;
    if (type === 'incident.raised') lifeOf(tenant, incidentId).raised.add(id);
    if (type === 'incident.withdrawn' || type === 'incident.merged') lifeOf(tenant, incidentId).ended.add(id);
    if (type === 'incident.merged' && mergedInto !== undefined) lifeOf(tenant, mergedInto).joined.add(id);
  }
  return lives;
}

/** When an incident was said to carry on as this one, this one was told before, or noted as if it had been. */
function isAdopted(name: string, endId: string, { outbox }: Tables): boolean {
  const [tenant = '', id = ''] = name.split(' ');
  const end = outbox.get(`${tenant}\u0000${endId}`);
  if (end === undefined) return false;
  for (let epoch = 1; epoch <= EPOCHS_MAX; epoch += 1) {
    const raised = { type: 'incident.raised', epoch, about: { tenant, id } } as Notice;
    const row = outbox.get(`${tenant}\u0000${noticeId(raised, PAGER)}`);
    if (row === undefined) continue;
    const isNoted = row.lastError.startsWith('not sent');
    if (isNoted ? row.createdMs <= end.createdMs : row.createdMs < end.createdMs) return true;
  }
  return false;
}
