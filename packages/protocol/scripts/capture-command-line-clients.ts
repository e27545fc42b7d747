import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Runs a command to its end and gives what it printed; a failure is reported, and the capture goes on. */
async function run(command: string, args: readonly string[], input = ""): Promise<Buffer> {
  const child = spawn(command, args, { stdio: "pipe", timeout: 60_000 });
  const closed = Promise.withResolvers<number | null>();
  const output: Buffer[] = [];
  let messages = "";
  child.stdout.on("data", (chunk) => output.push(chunk));
  child.on("error", closed.reject);
  child.on("close", closed.resolve);
  child.stderr.on("data", (chunk) => {
    messages += chunk;
  });
  child.stdin.end(input);
  const status = await closed.promise;
  if (status !== 0)
    console.error(`${command} ${args.join(" ")} ended with ${status}:\n${messages.slice(-500)}`);
  return Buffer.concat(output);
}

/** Runs librdkafka, through kcat. */
export async function runLibrdkafka(address: string): Promise<void> {
  const kcat = (args: string[], input?: string) =>
    run(
      "kcat",
      ["-b", address, "-X", "client.id=fixture", "-X", "topic.metadata.refresh.fast.interval.ms=50", ...args],
      input,
    );
  const topic = "kcat-topic";
  await kcat(["-P", "-t", topic, "-K:", "-H", "h=x"], "k:v\n");
  await kcat(["-P", "-t", topic, "-X", "enable.idempotence=true", "-z", "lz4"], "v\n");
  await kcat(["-P", "-t", topic, "-X", "transactional.id=kcat-transaction"], "v\n");
  await kcat(["-C", "-t", topic, "-o", "beginning", "-e"]);
  await kcat(["-G", "kcat-group", "-X", "auto.offset.reset=earliest", "-c", "2", topic]);
  await kcat([
    "-G",
    "kcat-static",
    "-X",
    "group.instance.id=one",
    "-X",
    "auto.offset.reset=earliest",
    "-c",
    "1",
    topic,
  ]);
  await kcat(["-Q", "-t", `${topic}:0:-1`]);
  await kcat(["-L"]);
}

/** Runs Apache Kafka's own command-line tools, whose jars are in `libs`. */
export async function runJavaTools(address: string, libs: string, topic: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "letterpress-capture-"));
  const config = join(folder, "client.properties");
  const records = join(folder, "records.json");
  await writeFile(config, "client.id=fixture\n");
  await writeFile(records, JSON.stringify({ version: 1, partitions: [{ topic, partition: 0, offset: 1 }] }));
  const java = (name: string, args: string[], input?: string) =>
    run("java", ["-Xmx256m", "-cp", `${libs}/*`, name, "--bootstrap-server", address, ...args], input);
  const admin = ["--command-config", config];
  const topics = (...args: string[]) => java("org.apache.kafka.tools.TopicCommand", [...admin, ...args]);
  const configs = (...args: string[]) => java("kafka.admin.ConfigCommand", [...admin, ...args]);
  const groups = (...args: string[]) =>
    java("org.apache.kafka.tools.consumer.group.ConsumerGroupCommand", [...admin, ...args]);
  const consume = (...properties: string[]) =>
    java("org.apache.kafka.tools.consumer.ConsoleConsumer", [
      ...["--topic", topic, "--from-beginning", "--timeout-ms", "4000", "--consumer.config", config],
      ...properties.flatMap((property) => ["--consumer-property", property]),
    ]);

  await topics("--create", "--topic", topic, "--partitions", "2", "--replication-factor", "1");
  await topics("--describe", "--topic", topic);
  await topics("--alter", "--topic", topic, "--partitions", "3");
  await java(
    "org.apache.kafka.tools.ConsoleProducer",
    ["--topic", topic, "--producer.config", config],
    "a\nb\n",
  );
  await run("java", [
    ...["-Xmx256m", "-cp", `${libs}/*`, "org.apache.kafka.tools.ProducerPerformance", "--topic", topic],
    ...[
      "--num-records",
      "5",
      "--record-size",
      "20",
      "--throughput",
      "-1",
      "--transactional-id",
      "java-transaction",
    ],
    ...["--producer-props", `bootstrap.servers=${address}`, "client.id=fixture"],
  ]);
  await consume("group.id=java-classic");
  await consume("group.id=java-static", "group.instance.id=one", "isolation.level=read_committed");
  const member = consume("group.id=java-consumer", "group.protocol=consumer");
  await groups("--describe", "--group", "java-consumer", "--members", "--verbose");
  await member;
  await groups("--list", "--state");
  await groups("--describe", "--all-groups");
  await groups("--reset-offsets", "--group", "java-classic", "--topic", topic, "--to-earliest", "--execute");
  await groups("--delete-offsets", "--group", "java-classic", "--topic", topic);
  await groups("--delete", "--group", "java-classic");
  await configs("--alter", "--topic", topic, "--add-config", "retention.ms=700000");
  await configs("--describe", "--topic", topic, "--all");
  await configs("--describe", "--entity-type", "clients");
  await java("org.apache.kafka.tools.GetOffsetShell", ["--topic", topic, ...admin]);
  await java("org.apache.kafka.tools.GetOffsetShell", [
    "--topic",
    topic,
    "--time",
    "max-timestamp",
    ...admin,
  ]);
  await java("org.apache.kafka.tools.LogDirsCommand", ["--describe", "--topic-list", topic, ...admin]);
  await java("org.apache.kafka.tools.DeleteRecordsCommand", ["--offset-json-file", records, ...admin]);
  await java("org.apache.kafka.tools.reassign.ReassignPartitionsCommand", ["--list", ...admin]);
  await java("org.apache.kafka.tools.TransactionsCommand", [
    ...admin,
    "describe-producers",
    "--topic",
    topic,
    "--partition",
    "0",
  ]);
  await topics("--delete", "--topic", topic);
  await rm(folder, { recursive: true });
}

/** A record of an internal topic. */
export interface InternalRecord {
  readonly topic: string;
  readonly key: Buffer;
  readonly value: Buffer | null;
}

/** Reads everything in one of the broker's internal topics, through kcat. */
export async function readInternalTopic(address: string, topic: string): Promise<InternalRecord[]> {
  const args = ["-b", address, "-C", "-t", topic, "-o", "beginning", "-e", "-q", "-f", "%K,%S,%k%s"];
  const output = await run("kcat", args);
  const records: InternalRecord[] = [];
  for (let at = 0; at < output.length; ) {
    const [lengths, keyBytes, valueBytes] =
      /^(-?\d+),(-?\d+),/.exec(output.toString("latin1", at, at + 30)) ?? [];
    if (lengths === undefined) throw new Error(`kcat printed something unexpected at byte ${at}`);
    const keyEnd = at + lengths.length + Math.max(0, Number(keyBytes));
    const valueEnd = keyEnd + Math.max(0, Number(valueBytes));
    const value = Number(valueBytes) < 0 ? null : output.subarray(keyEnd, valueEnd);
    records.push({ topic, key: output.subarray(at + lengths.length, keyEnd), value });
    at = valueEnd;
  }
  return records;
}
