import { readFile } from "node:fs/promises";
import type { FlightInput } from "./gen/flights-departed.ts";

interface Row {
  /** `2001/01/01 00:47`, without a time zone. */
  readonly date: string;
  readonly delay: number;
  readonly distance: number;
  readonly origin: string;
  readonly destination: string;
}

/** The 20,000 departures that the `vega-datasets` package ships, in the order of their departure. */
export async function readFlights(): Promise<FlightInput[]> {
  const entry = import.meta.resolve("vega-datasets");
  const rows = JSON.parse(await readFile(new URL("../data/flights-20k.json", entry), "utf8")) as Row[];
  return rows.map(({ date, delay, distance, origin, destination }) => ({
    departedAt: new Date(`${date.replaceAll("/", "-").replace(" ", "T")}:00Z`),
    delayMinutes: delay,
    distanceMiles: distance,
    origin,
    destination,
  }));
}
