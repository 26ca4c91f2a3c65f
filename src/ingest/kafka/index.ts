export { createKafkaPublisher } from './publisher.ts';
export { createKafkaSource } from './source.ts';
export type { KafkaConnection, KafkaLog, KafkaMessageIn, KafkaMessageOut, KafkaSource } from './types.ts';
