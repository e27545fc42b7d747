import type { Api } from "@letterpress/protocol";
import { Reader, Writer } from "@letterpress/wire";
import type { Broker } from "../../broker.ts";
import type { Handler } from "../../handler.ts";
import { ByteBudget } from "../../network/byte-budget.ts";
import { ResponseMemory } from "../../network/response-memory.ts";
import type { GroupHost } from "../group-host.ts";

/** Sends a request through a handler as a client would: both messages are encoded and decoded in `version`. */
export async function call<Req, ReqInit, Res, ResInit>(
  host: GroupHost,
  api: Api<Req, ReqInit, Res, ResInit>,
  handler: Handler<Req, ResInit>,
  version: number,
  request: ReqInit,
  signal: AbortSignal = new AbortController().signal,
): Promise<Res> {
  const asked = new Writer();
  api.writeRequest(version, asked, request);
  const response = await handler.handle(api.readRequest(version, new Reader(asked.toBuffer())), {
    // The handlers of groups use nothing else of the broker.
    broker: host as Broker,
    apiVersion: version,
    clientId: "test-client",
    clientHost: "/127.0.0.1",
    connectionId: 1,
    memory: new ResponseMemory(new ByteBudget(Number.POSITIVE_INFINITY)),
    signal,
  });
  if (response === undefined) throw new Error(`${api.name} was not answered`);
  const answered = new Writer();
  api.writeResponse(version, answered, response);
  return api.readResponse(version, new Reader(answered.toBuffer()));
}

/** A broker of one that leads the only partition of `__consumer_offsets`. */
export function hostOf(groups: GroupHost["groups"]): GroupHost {
  const leadership = { leaderId: 7, leaderEpoch: 0, replicas: [7], isr: [7] };
  return {
    groups,
    cluster: {
      clusterId: "test",
      nodeId: 7,
      controllerId: 7,
      brokers: () => [{ nodeId: 7, host: "broker.test", port: 9092, rack: null }],
      leaderOf: (topic, partition) =>
        topic === "__consumer_offsets" && partition === 0 ? leadership : undefined,
      canKeep: () => true,
    },
  };
}

/** Every version of an API. */
export function versionsOf({ versions: [min, max] }: Pick<Api, "versions">): number[] {
  return Array.from({ length: max - min + 1 }, (_, index) => min + index);
}
