import { JetStreamApi } from "../jetstream/jetstream-api.ts";
import { connectNats, type NatsLink } from "./nats-link.ts";
import type { NatsOptions } from "./nats-options.ts";
import { ReplyMux } from "./reply-mux.ts";

/** A connection for what keeps a cluster together, so that leases do not queue behind megabytes of records. */
export interface NatsControl {
  readonly link: NatsLink;
  readonly mux: ReplyMux;
  readonly api: JetStreamApi;
  close(): Promise<void>;
}

/** @throws ClusterError `NATS_UNREACHABLE`, `NATS_UNAUTHORIZED`, `INVALID_OPTIONS` */
export async function connectControl(options: NatsOptions): Promise<NatsControl> {
  const link = await connectNats(options);
  const mux = new ReplyMux(link);
  const close = async (): Promise<void> => {
    mux.close();
    await link.close();
  };
  return { link, mux, api: new JetStreamApi(mux), close };
}
