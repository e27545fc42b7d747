export { type ClusterStatus, describeCluster } from "./cluster/describe-cluster.ts";
export {
  type ImportDataOptions,
  type ImportPhase,
  type ImportProgress,
  type ImportSummary,
  importData,
} from "./cluster/import-data.ts";
export type { ClusterConfig, ClusterConfigInput } from "./config/cluster-config.ts";
export {
  type ConfigSource,
  environmentSource,
  readClusterConfig,
  readServerConfig,
} from "./config/read-config.ts";
export { type ServerConfig, type ServerConfigInput, serverConfigSchema } from "./config/server-config.ts";
export { ServerError, type ServerErrorCode } from "./server-error.ts";
export { type LetterpressServer, startServer } from "./start-server.ts";
