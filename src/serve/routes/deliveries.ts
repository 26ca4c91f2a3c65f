import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { ApiKey } from '../../domain/access.ts';
import type { AuditDraft } from '../../domain/audit.ts';
import { auditId } from '../../domain/audit-of.ts';
import { ChainwardenError } from '../../domain/errors.ts';
import { TEXT_CHARS_MAX } from '../../domain/limits.ts';
import { type OutboxEntry, outboxStates } from '../../domain/response.ts';
import { caller } from '../auth/access.ts';
import type { ServeDeps } from '../deps.ts';
import { pageOf, presentPage } from '../present/common.ts';
import { ChannelShape, DeliveryShape, presentChannel, presentDelivery } from '../present/delivery.ts';
import { problems } from '../problem.ts';
import { id, noQuery, paging } from '../query.ts';

const tags = ['delivery'];

const listSchema = {
  operationId: 'listDeliveries',
  summary: 'Messages that left or are to leave, latest first',
  tags,
  querystring: z.strictObject({
    ...paging,
    state: z.enum(outboxStates).optional(),
    channel: id.optional(),
  }),
  response: { 200: pageOf(DeliveryShape).describe('One page'), ...problems() },
};

const replaySchema = {
  operationId: 'replayDelivery',
  summary: 'Send a dead message again under its old id; answers once that is durable',
  tags,
  params: z.strictObject({ id }),
  querystring: noQuery,
  body: z.strictObject({
    reason: z.string().trim().min(1).max(TEXT_CHARS_MAX).describe('For whoever asks later why'),
  }),
  response: {
    202: z.object({ id: z.string(), channel: z.string() }).describe('It leaves as soon as it can'),
    ...problems(404, 409, 413, 415),
  },
};

const channelSchema = {
  operationId: 'listChannels',
  summary: 'How each receiver is doing',
  tags,
  querystring: noQuery,
  response: { 200: z.object({ items: z.array(ChannelShape) }).describe('All of them'), ...problems() },
};

/** What leaves: messages, those that were given up, and the ways out. */
export function deliveryRoutes(deps: ServeDeps): FastifyPluginAsyncZod {
  const { store, delivery, audit, clock, log } = deps;
  return async (app) => {
    app.get('/deliveries', { config: { access: 'read' }, schema: listSchema }, async (request) => {
      const { state, channel, limit, cursor } = request.query;
      const { tenant } = caller(request);
      return presentPage(
        await store.deliveries({ tenant, limit, cursor, state, endpoint: channel }),
        presentDelivery,
      );
    });

    app.get('/channels', { config: { access: 'read' }, schema: channelSchema }, async () => ({
      items: delivery.lanes.map((lane) => presentChannel(lane, clock())),
    }));

    app.post(
      '/deliveries/:id/replay',
      { config: { access: 'triage' }, schema: replaySchema },
      async (request, reply) => {
        const by = caller(request);
        const [entry] = await store.findOutbox(by.tenant, [request.params.id]);
        if (entry === undefined) throw new ChainwardenError('NOT_FOUND', 'no message has this id');
        await refuseReplay(store, entry, by);
        await audit?.append([auditOfReplay(entry, by, clock(), request.body.reason)]);
        await delivery.revive(by.tenant, [entry.id]);
        log.warn({ id: entry.id, channel: entry.endpoint, by: by.id }, 'message replayed');
        return reply.code(202).send({ id: entry.id, channel: entry.endpoint });
      },
    );
  };
}

/** Throws where a replay would do harm: say again what is over, or end what nobody may end. */
async function refuseReplay(store: ServeDeps['store'], entry: OutboxEntry, by: ApiKey): Promise<void> {
  const { tenant, endpoint, orderKey, state } = entry;
  if (entry.responseId !== '' && by.role === 'analyst') {
    throw new ChainwardenError('FORBIDDEN', 'a key with the role "analyst" may not repeat a revocation');
  }
  if (state !== 'dead') throw new ChainwardenError('CONFLICT', `the message is ${state}, not dead`);
  if (entry.isCancelled) throw new ChainwardenError('CONFLICT', `it was cancelled: ${entry.lastError}`);
  if (orderKey === '') return;
  const later = await store.deliveries({
    tenant,
    endpoint,
    orderKey,
    state: 'delivered',
    limit: 1,
    cursor: undefined,
  });
  const [last] = later.items;
  if (last === undefined || last.createdMs < entry.createdMs) return;
  throw new ChainwardenError('CONFLICT', `a later message about the same has arrived: ${last.type}`);
}

function auditOfReplay(entry: OutboxEntry, by: ApiKey, atMs: number, reason: string): AuditDraft {
  const { tenant, id: messageId, endpoint, type, responseId, orderKey, version } = entry;
  return {
    tenant,
    id: auditId('message.replayed', [tenant, messageId, version]),
    kind: 'message.replayed',
    atMs,
    actor: by.name,
    subjectId: messageId,
    about: [responseId, orderKey].filter((name) => name !== ''),
    body: { channel: endpoint, type, reason, keyId: by.id },
  };
}
