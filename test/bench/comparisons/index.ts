import { appends } from "./appends.ts";
import type { Benchmark } from "./benchmark.ts";
import { clients } from "./clients.ts";
import { durableSingle } from "./durable-single.ts";
import { fetches } from "./fetches.ts";
import { jetStreamAppends } from "./jetstream-appends.ts";
import { registry } from "./registry.ts";
import { startUp } from "./start-up.ts";
import { validation } from "./validation.ts";

/** In the order in which they run and are reported. */
export const BENCHMARKS: readonly Benchmark[] = [
  startUp,
  clients,
  appends,
  fetches,
  durableSingle,
  validation,
  registry,
  jetStreamAppends,
];
