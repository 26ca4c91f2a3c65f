export { type Access, allows } from './auth/access.ts';
export { createApiKey, type NewApiKey } from './auth/keys.ts';
export { createSessions, type Session, type Sessions } from './auth/sessions.ts';
export {
  type DecodeBinary,
  type DetectorSwitches,
  defaultServeConfig,
  type PageAccess,
  type ServeConfig,
  type ServeDeps,
} from './deps.ts';
export { createNews } from './news.ts';
export { createServer } from './server.ts';
