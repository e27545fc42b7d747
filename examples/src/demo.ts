// Starts a server in a fresh folder, applies the contracts, runs all services until everything is consumed, ends.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { applyContracts, Letterpress, LetterpressError, RegistryClient } from "@letterpress/client";
import { loadContracts } from "@letterpress/codegen";
import { startServer } from "@letterpress/server";
import type { ServiceContext } from "./service.ts";
import { type AirportDelays, publishFlights, sumDelays } from "./services/flights.ts";
import { sendNotifications } from "./services/notifications.ts";
import { placeOrders } from "./services/orders.ts";
import { settlePayments } from "./services/payments.ts";

const ORDERS = 500;
const TIMEOUT_MS = 60_000;

const startedMs = performance.now();
const say = (name: string, message: string): void => {
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(2).padStart(6);
  console.log(`${seconds} s  ${name.padEnd(14)} ${message}`);
};

const data = await mkdtemp(join(tmpdir(), "letterpress-demo-"));
const server = await startServer({
  data,
  kafka: "127.0.0.1:0",
  http: "127.0.0.1:0",
  log: { level: "silent" },
});
say("server", `Kafka protocol on ${server.kafka}, registry on ${server.http}`);
try {
  await runDemo();
} finally {
  await server.close();
  await rm(data, { recursive: true, force: true });
}
say("server", "closed; bye");

async function runDemo(): Promise<void> {
  await using client = connect("demo");
  const contracts = await loadContracts(join(import.meta.dirname, "../../schemas/topics.yaml"));
  const targets = { admin: client.admin(), registry: new RegistryClient({ url: server.http }) };
  await applyContracts(targets, contracts.topics, {
    onChange: ({ description }) => say("apply", description),
  });
  await showRejection(client);

  const stop = new AbortController();
  const timeout = setTimeout(
    () => stop.abort(new Error(`not everything was consumed in ${TIMEOUT_MS} ms`)),
    TIMEOUT_MS,
  );
  const counts = { payments: 0, notifications: 0, flights: 0 };
  let expectedFlights = Number.POSITIVE_INFINITY;
  const check = (): void => {
    const done =
      counts.notifications >= ORDERS && counts.payments >= ORDERS && counts.flights >= expectedFlights;
    if (done) stop.abort();
  };
  const clients: Letterpress[] = [];
  const context = (name: string): ServiceContext => {
    const own = connect(name);
    clients.push(own);
    return { client: own, signal: stop.signal, log: (message) => say(name, message) };
  };

  const airports = new Map<string, AirportDelays>();
  const perConsumer = [0, 0];
  const countFlights = (consumer: number) => (count: number) => {
    perConsumer[consumer]! += count;
    counts.flights += count;
    check();
  };
  const services = [
    settlePayments(context("payments"), () => {
      counts.payments++;
      check();
    }),
    sendNotifications(context("notifications"), (text) => {
      if (counts.notifications++ === 0) say("notifications", `first message: "${text}"`);
      check();
    }),
    sumDelays(context("delays-1"), airports, countFlights(0)),
    sumDelays(context("delays-2"), airports, countFlights(1)),
    placeOrders(context("orders"), ORDERS),
    publishFlights(context("flights")).then((count) => {
      expectedFlights = count;
      check();
    }),
  ];
  await Promise.all(services);
  clearTimeout(timeout);
  await Promise.all(clients.map((each) => each.close()));
  if (stop.signal.reason instanceof Error && stop.signal.reason.name !== "AbortError")
    throw stop.signal.reason;

  say("payments", `settled ${counts.payments} of ${ORDERS} orders`);
  say("notifications", `sent ${counts.notifications} messages`);
  say("delays-1", `added up ${perConsumer[0]} flights`);
  say("delays-2", `added up ${perConsumer[1]} flights`);
  const [worst] = [...airports]
    .filter(([, { flights }]) => flights >= 100)
    .map(([code, { flights, totalMinutes }]) => ({ code, average: totalMinutes / flights }))
    .sort((a, b) => b.average - a.average);
  say(
    "delays",
    `${airports.size} airports; worst average delay: ${worst?.code}, ${worst?.average.toFixed(1)} min`,
  );
}

/** The contract is also held at the broker: bytes that are no order are refused, whoever sends them. */
async function showRejection(client: Letterpress): Promise<void> {
  await using producer = client.producer();
  try {
    await producer.send({ topic: "orders.placed", key: "ada", value: "not an order" });
    throw new Error("the broker stored a record that is no order");
  } catch (error) {
    if (!(error instanceof LetterpressError) || error.code !== "RECORD_REJECTED") throw error;
    say("broker", `rejected a record: ${error.records[0]?.message ?? error.message}`);
  }
}

function connect(clientId: string): Letterpress {
  return new Letterpress({ brokers: [server.kafka], registry: server.http, clientId });
}
