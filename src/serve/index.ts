export { createApiKey, type NewApiKey } from './auth/keys.ts';
export { type DecodeBinary, defaultServeConfig, type ServeConfig, type ServeDeps } from './deps.ts';
export { createServer } from './server.ts';
