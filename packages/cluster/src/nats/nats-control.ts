import { JetStreamApi } from "../jetstream/jetstream-api.ts";
import { connectNats, type NatsLink } from "./nats-link.ts";
import type { NatsOptions } from "./nats-options.ts";
import { ReplyMux } from "./reply-mux.ts";

/**
 * A connection, with requests and JetStream over it. A broker has one for records and another one for what keeps the
 * cluster together, so that leases do not queue behind megabytes of records.
 */
export interface NatsControl {
  readonly link: NatsLink;
  readonly mux: ReplyMux;
  readonly api: JetStreamApi;
  close(): Promise<void>;
}

/** @throws ClusterError `NATS_UNREACHABLE`, `NATS_UNAUTHORIZED`, `NATS_TLS`, `INVALID_OPTIONS` */
export async function connectControl(options: NatsOptions): Promise<NatsControl> {
  const link = await connectNats(options);
  const mux = new ReplyMux(link);
  const close = async (): Promise<void> => {
    mux.close();
    await link.close();
  };
  return { link, mux, api: new JetStreamApi(mux), close };
}
