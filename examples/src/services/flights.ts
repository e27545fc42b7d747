import { readFlights } from "../flights-data.ts";
import { FlightsDepartedConsumer, FlightsDepartedProducer } from "../gen/flights-departed.ts";
import { listPartitions, runService, type ServiceContext } from "../service.ts";

const BATCH_RECORDS = 1000;

/** Publishes every flight of the data set on `flights.departed`, keyed by its airport. Returns how many. */
export async function publishFlights({ client, log }: ServiceContext): Promise<number> {
  await using producer = new FlightsDepartedProducer(client, { compression: "lz4" });
  const flights = await readFlights();
  const startedMs = performance.now();
  const sent: Promise<unknown>[] = [];
  for (let at = 0; at < flights.length; at += BATCH_RECORDS) {
    sent.push(producer.sendBatch(flights.slice(at, at + BATCH_RECORDS)));
  }
  await Promise.all(sent);
  const seconds = (performance.now() - startedMs) / 1000;
  log(`published ${flights.length} flights in ${seconds.toFixed(2)} s`);
  return flights.length;
}

/** What is known of the departures of one airport. */
export interface AirportDelays {
  flights: number;
  totalMinutes: number;
}

/** Adds up delays by airport. Members of the group share the partitions, so each airport has one member. */
export async function sumDelays(
  { client, signal, log }: ServiceContext,
  delays: Map<string, AirportDelays>,
  onFlights: (count: number) => void = () => {},
): Promise<void> {
  const flights = new FlightsDepartedConsumer(client, {
    group: "delays",
    signal,
    onPartitionsAssigned: (partitions) => log(`sums up ${listPartitions(partitions)}`),
  });
  for await (const { records } of flights.batches()) {
    for (const { value: flight } of records) {
      const airport = delays.get(flight.origin) ?? { flights: 0, totalMinutes: 0 };
      airport.flights++;
      airport.totalMinutes += flight.delayMinutes;
      delays.set(flight.origin, airport);
    }
    onFlights(records.length);
  }
}

if (import.meta.main) {
  await runService("flights", async (context) => {
    await publishFlights(context);
    await sumDelays(context, new Map());
  });
}
