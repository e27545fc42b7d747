import type { Cluster } from "../metadata/cluster.ts";
import { ConfigAdmin } from "./config-admin.ts";
import { GroupAdmin } from "./group-admin.ts";
import { ProducerAdmin } from "./producer-admin.ts";
import { TopicAdmin } from "./topic-admin.ts";

/** Administers topics, configs, groups and offsets, and tells who produces. All methods throw `LetterpressError`. */
export class Admin {
  /** Topics, partitions and the records in them. */
  readonly topics: TopicAdmin;
  /** Configs of topics and brokers. */
  readonly configs: ConfigAdmin;
  /** Consumer groups and their offsets. */
  readonly groups: GroupAdmin;
  /** Who writes to topics, and with which schemas. */
  readonly producers: ProducerAdmin;

  /** Made by `Letterpress.admin`. */
  constructor(cluster: Cluster) {
    this.topics = new TopicAdmin(cluster);
    this.configs = new ConfigAdmin(cluster);
    this.groups = new GroupAdmin(cluster);
    this.producers = new ProducerAdmin(cluster);
  }
}
