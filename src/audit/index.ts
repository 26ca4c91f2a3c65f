export { type AuditWriterOptions, createAuditWriter } from './writer.ts';
