export { assess } from './assess.ts';
export { createOversight } from './create.ts';
export { mayBear } from './fields.ts';
