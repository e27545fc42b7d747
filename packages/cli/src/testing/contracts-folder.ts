import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const MANIFEST = `topics:
  orders:
    value: order.avsc
    key: id
    partitions: 2
    config:
      retention.ms: 60000
  payments:
    value: payment.proto#shop.Payment
    key: id
`;

const ORDER = {
  type: "record",
  name: "Order",
  namespace: "shop",
  fields: [
    { name: "id", type: "string" },
    { name: "total", type: "long" },
    { name: "placedAt", type: { type: "long", logicalType: "timestamp-millis" } },
    { name: "note", type: ["null", "string"], default: null },
  ],
};

const PAYMENT = `syntax = "proto3";
package shop;

message Payment {
  string id = 1;
  int64 amount = 2;
  bytes receipt = 3;
}
`;

/** A project of its own with one Avro and one Protobuf topic. */
export class ContractsFolder implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), "letterpress-contracts-"));
  readonly manifest = this.path("schemas/topics.yaml");

  constructor() {
    this.write("schemas/topics.yaml", MANIFEST);
    this.write("schemas/order.avsc", JSON.stringify(ORDER, null, 2));
    this.write("schemas/payment.proto", PAYMENT);
  }

  path(file: string): string {
    return join(this.folder, file);
  }

  write(file: string, text: string): void {
    mkdirSync(dirname(this.path(file)), { recursive: true });
    writeFileSync(this.path(file), text);
  }

  /** Adds a field to the orders; one without a default cannot be read from old records. */
  addOrderField(field: {
    readonly name: string;
    readonly type: unknown;
    readonly default?: unknown;
    readonly aliases?: readonly string[];
  }): void {
    this.write("schemas/order.avsc", JSON.stringify({ ...ORDER, fields: [...ORDER.fields, field] }, null, 2));
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
