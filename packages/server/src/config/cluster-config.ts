import { z } from "zod";

const SERVERS_WANTED = 'name at least one NATS server, as "nats://host:4222"';

const natsUrl = z
  .string()
  .regex(/^(nats|tls):\/\/[^/\s]+$/, 'must be "nats://host:4222" or "tls://host:4222"');
const path = z.string().min(1);

/** The ways to say who one is; NATS takes one of them. */
const IDENTITIES = ["user", "token", "credentialsFile"] as const;

/** The NATS JetStream cluster that keeps the logs, and with which brokers find each other. */
export const clusterConfigSchema = z
  .strictObject({
    /** At least one server; the others are learned from it. */
    servers: z.array(natsUrl, SERVERS_WANTED).min(1, SERVERS_WANTED),
    /** How many NATS servers keep each partition, where its topic does not say. */
    replicas: z.literal([1, 3, 5], "must be 1, 3 or 5").default(3),
    /** How long a broker that has gone silent keeps what it leads. The same for all brokers; longer than a NATS election. */
    sessionMs: z.int().min(3_000).max(300_000).default(15_000),
    /** Never connect to servers that the ones given tell of, where the addresses they tell cannot be reached. */
    ignoreAdvertised: z.boolean().optional(),
    user: z.string().min(1).optional(),
    password: z.string().min(1).optional(),
    token: z.string().min(1).optional(),
    /** The path of a `.creds` file; it also names the account. */
    credentialsFile: path.optional(),
    /** The paths of PEM files: whom to trust, and, where NATS asks for it, the certificate and key of this client. */
    tls: z
      .strictObject({ caFile: path.optional(), certFile: path.optional(), keyFile: path.optional() })
      .refine(({ certFile, keyFile }) => (certFile === undefined) === (keyFile === undefined), {
        error: "certFile and keyFile belong together; give both or none",
      })
      .optional(),
  })
  .refine((config) => IDENTITIES.filter((each) => config[each] !== undefined).length <= 1, {
    error: "user, token and credentialsFile exclude each other; give one of them",
  })
  .refine(({ user, password }) => password === undefined || user !== undefined, {
    error: "a password needs a user",
    path: ["password"],
  });

/** How to reach a cluster, as written: what is left out takes its default. */
export type ClusterConfigInput = z.input<typeof clusterConfigSchema>;
/** How to reach a cluster, with every default filled in. */
export type ClusterConfig = z.output<typeof clusterConfigSchema>;
