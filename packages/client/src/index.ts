export {
  RegistryClient,
  RegistryClientError,
  type RegistryClientOptions,
} from "@letterpress/registry/client";
export type {
  KeyContract,
  PartitionerName,
  ReaderDeclaration,
  ResolvedSchema,
  Serde,
  SubjectNameStrategy,
  TopicContract,
  Uuid,
  WriterDeclaration,
} from "@letterpress/schema";
export { avroSerde, fieldKey, protobufSerde, readerFingerprint } from "@letterpress/schema";
export type { CompressionName, RecordHeader } from "@letterpress/wire";
export { Admin } from "./admin/admin.ts";
export type { ClusterDescription, ConfigAdmin, ConfigEntry, ConfigResource } from "./admin/config-admin.ts";
export type {
  GroupAdmin,
  GroupDescription,
  GroupListing,
  GroupMemberDescription,
} from "./admin/group-admin.ts";
export type { OffsetSpec } from "./admin/offset-spec.ts";
export type {
  ActiveProducer,
  PartitionProducers,
  ProducerAdmin,
  TopicProducers,
} from "./admin/producer-admin.ts";
export type { NewTopic, TopicAdmin } from "./admin/topic-admin.ts";
export type { TopicWriter } from "./admin/topic-writers.ts";
export { Letterpress } from "./client.ts";
export type { ClientOptions } from "./client-options.ts";
export type { Sasl } from "./connection/sasl.ts";
export type { Assignor, GroupAssignment, GroupMember } from "./consumer/assignors/assignor.ts";
export { cooperativeSticky } from "./consumer/assignors/cooperative-sticky.ts";
export { range } from "./consumer/assignors/range.ts";
export { roundRobin } from "./consumer/assignors/round-robin.ts";
export { Consumer } from "./consumer/consumer.ts";
export type {
  AssignmentListener,
  AssignorName,
  ConsumerOptions,
  OffsetReset,
} from "./consumer/consumer-options.ts";
export { type ApplyOptions, applyContracts, applyPlan } from "./contracts/apply.ts";
export type { ContractSpec, SubjectSpec } from "./contracts/contract-spec.ts";
export {
  type Plan,
  type PlannedChange,
  type PlanProblem,
  type PlanTargets,
  planContracts,
} from "./contracts/plan.ts";
export {
  LetterpressError,
  type LetterpressErrorCode,
  type LetterpressErrorOptions,
  type RejectedRecord,
} from "./letterpress-error.ts";
export type { BrokerMetadata, PartitionMetadata, TopicMetadata } from "./metadata/topic-metadata.ts";
export { murmur2, murmur2Partition } from "./producer/murmur2.ts";
export type { CustomPartitioner, Partitioner, PartitionInput } from "./producer/partitioner.ts";
export { Producer } from "./producer/producer.ts";
export type { ProducerOptions } from "./producer/producer-options.ts";
export type {
  Bytes,
  ConsumerBatch,
  ConsumerRecord,
  HeaderInit,
  ProducerRecord,
  RecordMetadata,
  TopicPartition,
  TopicPartitionOffset,
} from "./record.ts";
export type { SchemaIds } from "./typed/schema-ids.ts";
export { type DecodeErrorPolicy, TypedConsumer, type TypedConsumerOptions } from "./typed/typed-consumer.ts";
export { type TypedPartitioner, TypedProducer, type TypedProducerOptions } from "./typed/typed-producer.ts";
export type {
  Tombstone,
  TypedBatch,
  TypedBatchOptions,
  TypedRecord,
  TypedSendOptions,
} from "./typed/typed-record.ts";
