import { CHECK_LEVELS } from "@letterpress/schema";
import { z } from "zod";
import { clusterConfigSchema } from "./cluster-config.ts";

/** `host:port`; port 0 takes a free one, an IPv6 host stands in brackets. */
const endpoint = z
  .string()
  .regex(
    /^(\[[0-9a-fA-F:]+\]|[^:\s]+):\d{1,5}$/,
    'must be "host:port", such as 127.0.0.1:9092 (port 0 takes a free one)',
  )
  .refine((text) => Number(text.slice(text.lastIndexOf(":") + 1)) < 65_536, "the port must be below 65536");

const role = z.enum(["read", "write", "admin"]);

/** What a server is started with. Every setting has a default that is safe on a developer's machine. */
export const serverConfigSchema = z.strictObject({
  /** The data folder. Default: none; everything is kept in memory and gone at the end. */
  data: z.string().min(1).optional(),
  /** Keep everything on a NATS JetStream cluster, as one of several brokers. Default: this broker is alone. */
  cluster: clusterConfigSchema.optional(),
  /** Where the Kafka protocol is served. */
  kafka: endpoint.default("127.0.0.1:9092"),
  /** Where the registry, `/metrics` and `/health` are served. */
  http: endpoint.default("127.0.0.1:8081"),
  /** The Kafka address clients are told to connect to. Default: the address of `kafka`. */
  advertised: endpoint.optional(),
  /** This broker's id. */
  nodeId: z.int().min(0).max(0x7fff_ffff).default(1),
  /** Whether `acks=all` waits for the disk (`commit`) or for the operating system only (`os`). */
  flush: z.enum(["commit", "os"]).default("commit"),
  /** Broker configurations under Kafka's names, such as `num.partitions`. */
  broker: z
    .record(z.string().min(1), z.union([z.string(), z.number(), z.boolean()]).transform(String))
    .default({}),
  /** Serve HTTP over TLS with this certificate and key, given as the paths of PEM files. Default: plain HTTP. */
  httpTls: z.strictObject({ certificate: z.string().min(1), key: z.string().min(1) }).optional(),
  registry: z
    .strictObject({
      /** The level of subjects without a setting of their own. */
      compatibility: z.enum(CHECK_LEVELS).default("BACKWARD"),
      /** The error code that incompatible schemas are answered with; Confluent's newest releases say 40901. */
      incompatibleCode: z.union([z.literal(409), z.literal(40901)]).default(409),
      /** Who may use the registry: `read`, `write` (register, soft-delete) or `admin`. Default: everybody. */
      users: z
        .array(z.strictObject({ username: z.string().min(1), password: z.string().min(1), role }))
        .optional(),
      tokens: z.array(z.strictObject({ token: z.string().min(1), role })).optional(),
    })
    .prefault({}),
  log: z
    .strictObject({
      level: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info"),
    })
    .prefault({}),
});

/** A server's configuration as written: what is left out takes its default. */
export type ServerConfigInput = z.input<typeof serverConfigSchema>;
/** A server's configuration with every default filled in. */
export type ServerConfig = z.output<typeof serverConfigSchema>;

/** An address a server listens on. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** The parts of a checked `host:port`. */
export function parseEndpoint(text: string): Endpoint {
  const colon = text.lastIndexOf(":");
  return { host: text.slice(0, colon).replace(/^\[|\]$/g, ""), port: Number(text.slice(colon + 1)) };
}

/** `host:port`, with brackets around an IPv6 host. */
export function formatEndpoint({ host, port }: Endpoint): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
