export { createKafkaPublisher } from './publisher.ts';
export { createKafkaSource } from './source.ts';
export type { KafkaConnection, KafkaLog, KafkaMessageIn, KafkaSource } from './types.ts';
