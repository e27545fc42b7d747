import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { Reader } from "@letterpress/wire";
import { describe, expect, test } from "vitest";
import { APIS } from "../apis.ts";
import {
  decodeRequestBody,
  decodeResponse,
  encodeRequest,
  encodeResponse,
  readRequestHeader,
} from "../frame/index.ts";
import { ConsumerProtocolSubscription, versionOf } from "../records/index.ts";
import { JoinGroup } from "./index.ts";

const FIXTURES = new URL("../../fixtures/frames/", import.meta.url);

interface Exchange {
  readonly api: string;
  readonly version: number;
  /** Frames without their length, in base64. */
  readonly request: string;
  readonly response: string;
}

const CLIENTS = readdirSync(FIXTURES).map((file) => [basename(file, ".jsonl"), readExchanges(file)] as const);

function readExchanges(file: string): (readonly [label: string, exchange: Exchange])[] {
  const lines = readFileSync(new URL(file, FIXTURES), "utf8").trimEnd().split("\n");
  return lines.map((line) => {
    const exchange: Exchange = JSON.parse(line);
    return [`${exchange.api} ${exchange.version}`, exchange] as const;
  });
}

function hexWithoutLength(chunks: Buffer[]): string {
  return Buffer.concat(chunks).subarray(4).toString("hex");
}

describe.each(CLIENTS)("%s", (_, exchanges) => {
  test.each(exchanges)("the request %s is read to its end and written in the same bytes", (_, exchange) => {
    const frame = Buffer.from(exchange.request, "base64");
    const reader = new Reader(frame);
    const { api, apiVersion, correlationId, clientId } = readRequestHeader(reader);
    expect([api?.name, apiVersion]).toEqual([exchange.api, exchange.version]);
    const body = decodeRequestBody(api!, apiVersion, reader);
    expect(hexWithoutLength(encodeRequest(api!, apiVersion, correlationId, clientId, body))).toBe(
      frame.toString("hex"),
    );
  });

  test.each(exchanges)("the response %s is read to its end and written in the same bytes", (_, exchange) => {
    const frame = Buffer.from(exchange.response, "base64");
    const api = APIS.find(({ name }) => name === exchange.api)!;
    const { correlationId, body } = decodeResponse(api, exchange.version, frame);
    expect(hexWithoutLength(encodeResponse(api, exchange.version, correlationId, body))).toBe(
      frame.toString("hex"),
    );
  });
});

const JOIN_GROUPS = CLIENTS.flatMap(([client, exchanges]) =>
  exchanges
    .filter(([, { api }]) => api === JoinGroup.name)
    .map(([label, exchange]) => [`${client}, ${label}`, exchange] as const),
);

test.each(JOIN_GROUPS)("the subscriptions of %s are read and written in the same bytes", (_, exchange) => {
  const reader = new Reader(Buffer.from(exchange.request, "base64"));
  const { apiVersion } = readRequestHeader(reader);
  const { protocols } = JoinGroup.readRequest(apiVersion, reader);
  expect(protocols.length).toBeGreaterThan(0);
  for (const { metadata } of protocols) {
    const subscription = ConsumerProtocolSubscription.read(metadata);
    expect(subscription.topics).toHaveLength(1);
    const written = ConsumerProtocolSubscription.write(subscription, versionOf(metadata));
    expect(written.toString("hex")).toBe(metadata.toString("hex"));
  }
});

test("the fixtures cover most APIs", () => {
  const covered = new Set(CLIENTS.flatMap(([, exchanges]) => exchanges.map(([, { api }]) => api)));
  expect(covered.size).toBeGreaterThanOrEqual(33);
});
