import type { Benchmark } from "./benchmark.ts";
import { clients } from "./clients.ts";

/** In the order in which they run and are reported. */
export const BENCHMARKS: readonly Benchmark[] = [clients];
