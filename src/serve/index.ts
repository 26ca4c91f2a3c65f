export { createApiKey, type NewApiKey } from './auth/keys.ts';
export {
  type DecodeBinary,
  type DetectorSwitches,
  defaultServeConfig,
  type ServeConfig,
  type ServeDeps,
} from './deps.ts';
export { createServer } from './server.ts';
