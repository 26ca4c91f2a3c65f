import { asyncApiDocument, jsonSchemaDocument } from '../ingest/documents.ts';

export const contractDocuments = ['asyncapi', 'json-schema'] as const;
export type ContractDocument = (typeof contractDocuments)[number];

/** The event contract as text: what `chainwarden schema asyncapi` and `schema json-schema` print. */
export function schemaText(document: ContractDocument, version: string): string {
  const value = document === 'asyncapi' ? asyncApiDocument({ version }) : jsonSchemaDocument();
  return `${JSON.stringify(value, null, 2)}\n`;
}
