import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { auditKinds } from '../../domain/audit.ts';
import { remediationActivity } from '../../domain/ocsf/remediation.ts';
import { caller } from '../auth/access.ts';
import type { ServeDeps } from '../deps.ts';
import { AuditEntryShape, AuditHeadShape, presentAuditEntry, presentAuditHead } from '../present/audit.ts';
import { pageOf, presentPage } from '../present/common.ts';
import { problems } from '../problem.ts';
import { id, noQuery, paging } from '../query.ts';

const access = { config: { access: 'read' } } as const;
const tags = ['audit'];
const subject = id
  .optional()
  .describe('Of what happened to it, or concerns it: a response, plan, alert, chain');

const listSchema = {
  operationId: 'listAudit',
  summary: 'What was decided and done, latest first',
  tags,
  querystring: z.strictObject({ ...paging, kind: z.enum(auditKinds).optional(), subject }),
  response: { 200: pageOf(AuditEntryShape).describe('One page'), ...problems() },
};

const headSchema = {
  operationId: 'getAuditHead',
  summary:
    'The ends of the chains of the audit: keep them elsewhere, and nothing before can be changed or cut off',
  tags,
  querystring: noQuery,
  response: {
    200: z.object({ items: z.array(AuditHeadShape) }).describe('One for each writer'),
    ...problems(),
  },
};

const chainSchema = {
  operationId: 'getAuditChain',
  summary: 'Entries of one writer in the order of their chain, to be checked with `chainwarden verify`',
  tags,
  params: z.strictObject({ writer: id }),
  querystring: z.strictObject({
    limit: paging.limit,
    after: z.coerce.number().int().min(0).default(0).describe('Place behind which to begin'),
  }),
  response: {
    200: z
      .object({
        items: z.array(AuditEntryShape),
        next: z.int().optional().describe('`after` of the next page'),
      })
      .describe('One page'),
    ...problems(),
  },
};

const ocsfSchema = {
  operationId: 'listRemediationActivities',
  summary: 'States of responses as OCSF 1.8.0 Remediation Activity (class 7001), latest first',
  tags,
  querystring: z.strictObject({ ...paging, subject }),
  response: {
    200: pageOf(z.record(z.string(), z.unknown())).describe('One page'),
    ...problems(),
  },
};

export function auditRoutes({ auditTrail: audit, version }: ServeDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/audit', { ...access, schema: listSchema }, async (request) => {
      const { tenant } = caller(request);
      const { limit, cursor, kind, subject: about } = request.query;
      return presentPage(
        await audit.auditEntries({ tenant, limit, cursor, kind, subject: about }),
        presentAuditEntry,
      );
    });

    app.get('/audit/head', { ...access, schema: headSchema }, async (request) => ({
      items: (await audit.auditHeads(caller(request).tenant)).map(presentAuditHead),
    }));

    app.get('/audit/chains/:writer', { ...access, schema: chainSchema }, async (request) => {
      const { limit, after } = request.query;
      const entries = await audit.auditChain(caller(request).tenant, request.params.writer, after, limit);
      const next = entries.length < limit ? undefined : entries.at(-1)?.seq;
      return { items: entries.map(presentAuditEntry), next };
    });

    app.get('/audit/ocsf', { ...access, schema: ocsfSchema }, async (request) => {
      const { limit, cursor, subject: about } = request.query;
      const of = { tenant: caller(request).tenant, limit, cursor, subject: about };
      const page = await audit.auditEntries({ ...of, kind: 'response.state' });
      const context = { version: '1.8.0', productVersion: version } as const;
      const items = page.items.flatMap((entry) => remediationActivity(entry, context) ?? []);
      return { items: items.map((activity) => ({ ...activity })), next: page.next };
    });
  };
}
