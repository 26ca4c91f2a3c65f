export {
  type AdmittedEvent,
  EventData,
  type EventOf,
  type EventType,
  eventSchemas,
  type Origin,
} from './event.ts';
export { OWN_ADAPTER, OWN_SOURCE } from './own.ts';
export {
  Act,
  type Effect,
  effects,
  Presented,
  Principal,
  principalKinds,
  schemaRegistry,
  TokenRef,
} from './primitives.ts';
