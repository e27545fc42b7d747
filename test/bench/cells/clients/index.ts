import { kafkajs } from "./kafkajs.ts";
import { letterpress } from "./letterpress.ts";
import { letterpressTyped } from "./letterpress-typed.ts";
import { platformatic } from "./platformatic.ts";

export const CLIENTS = {
  SDK: letterpress,
  "SDK, typed": letterpressTyped,
  kafkajs: kafkajs,
  "@platformatic/kafka": platformatic,
} as const;

export type ClientName = keyof typeof CLIENTS;
export const CLIENT_NAMES = Object.keys(CLIENTS) as ClientName[];
