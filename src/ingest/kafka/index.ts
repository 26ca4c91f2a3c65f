export { createKafkaPublisher } from './publisher.ts';
export { createKafkaSource } from './source.ts';
export type {
  KafkaConnection,
  KafkaLog,
  KafkaMessageIn,
  KafkaMessageOut,
  KafkaPublisher,
  KafkaPublisherOptions,
  KafkaSasl,
  KafkaSource,
  KafkaSourceOptions,
  KafkaSourceStatus,
  KafkaTls,
  NewTopic,
  PartitionLag,
} from './types.ts';
