import type { z } from "zod";
import { checkAnswer } from "./answers.ts";
import { Transport, type TransportOptions } from "./transport.ts";

/** Calls of a registry whose answers are checked. Every method throws RegistryClientError. */
export class Calls {
  readonly #transport: Transport;

  constructor(options: TransportOptions) {
    this.#transport = new Transport(options);
  }

  async get<Schema extends z.ZodType>(path: string, answer: Schema): Promise<z.output<Schema>> {
    return checkAnswer(answer, await this.#transport.call("GET", path));
  }

  async post<Schema extends z.ZodType>(
    path: string,
    body: unknown,
    answer: Schema,
  ): Promise<z.output<Schema>> {
    return checkAnswer(answer, await this.#transport.call("POST", path, body));
  }

  async put(path: string, body: unknown): Promise<void> {
    await this.#transport.call("PUT", path, body);
  }

  async delete<Schema extends z.ZodType>(path: string, answer: Schema): Promise<z.output<Schema>> {
    return checkAnswer(answer, await this.#transport.call("DELETE", path));
  }
}

export function segment(text: string): string {
  return encodeURIComponent(text);
}

export function subjectPath(subject: string): string {
  return `/subjects/${segment(subject)}`;
}

/** The members that are set, as a query; false is what every registry takes for granted. */
export function query(members: Readonly<Record<string, string | boolean | undefined>>): string {
  const set = Object.entries(members).filter(([, value]) => value !== undefined && value !== false);
  if (set.length === 0) return "";
  return `?${set.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join("&")}`;
}
