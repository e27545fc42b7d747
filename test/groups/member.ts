// A member of a group in a process of its own, so that it can be killed: prints what it owns and what it reads.
import { Letterpress } from "@letterpress/client";

const [broker, topic, group] = process.argv.slice(2) as [string, string, string];
const print = (line: object): boolean => process.stdout.write(`${JSON.stringify(line)}\n`);

await using client = new Letterpress({ brokers: [broker] });
const consumer = client.consumer({
  topics: [topic],
  group,
  sessionTimeoutMs: 6_000,
  autoCommitIntervalMs: 100,
  onPartitionsAssigned: () =>
    void print({ assigned: consumer.assignment().map(({ partition }) => partition) }),
});
for await (const { partition, value } of consumer) print({ partition, number: Number(value) });
