export { createOversight } from './create.ts';
