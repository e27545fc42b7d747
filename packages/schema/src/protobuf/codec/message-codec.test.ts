import { create, type DescMessage, fromBinary, type Message, toBinary } from "@bufbuild/protobuf";
import fc, { type Arbitrary } from "fast-check";
import { describe, expect, test } from "vitest";
import { arbitraryInit } from "../../../test/protobuf-arbitrary.ts";
import { coveredCorpus, uncoveredCorpus } from "../../../test/protobuf-corpus.ts";
import { coveredMessages, isUnwrapped } from "./covered-messages.ts";
import { compileDecoder } from "./emit-decoder.ts";
import { ProtobufInput } from "./input.ts";
import { MessageCodec } from "./message-codec.ts";
import { ProtobufOutput } from "./output.ts";
import { UNUSUAL } from "./unusual.ts";

type Outcome = { readonly value: unknown } | "refused";

function outcomeOf(action: () => unknown): Outcome {
  try {
    return { value: action() };
  } catch {
    return "refused";
  }
}

/** What is given to `create`, with the fields that are required and wrappers as the scalars in them. */
function initOf(message: DescMessage): Arbitrary<Init> {
  return arbitraryInit(message).map((init) =>
    message.typeName === "old.Node" ? withRequired(init) : unwrapped(init, message),
  );
}

type Init = Record<string, unknown>;

interface NodeInit extends Init {
  next?: NodeInit;
  nodes?: Record<string, NodeInit>;
  choice?: { case: string; value: NodeInit };
}

/** Required fields have to be there at every depth. */
function withRequired(node: NodeInit): NodeInit {
  if (node.next !== undefined) withRequired(node.next);
  for (const one of Object.values(node.nodes ?? {})) withRequired(one);
  if (node.choice?.case === "b") withRequired(node.choice.value);
  return Object.assign(node, { id: 1, weight: 0.5, ...node });
}

function unwrapped(init: Init, message: DescMessage): Init {
  for (const field of message.fields) {
    const wrapper = init[field.localName] as { value?: unknown } | undefined;
    if (wrapper !== undefined && isUnwrapped(field)) init[field.localName] = wrapper.value;
  }
  return init;
}

function generatedBytes(codec: MessageCodec<DescMessage>, value: unknown): Buffer | undefined {
  const output = new ProtobufOutput();
  output.begin();
  return codec.encode(value, output) ? output.finish() : undefined;
}

function theirBytes(message: DescMessage, value: unknown): Buffer {
  return Buffer.from(toBinary(message, create(message, value as never)));
}

/** Reads with the generated code alone. */
function generatedReader(message: DescMessage): (bytes: Buffer) => Outcome | "unusual" {
  const decode = compileDecoder(coveredMessages(message)!);
  return (bytes) => {
    const input = new ProtobufInput();
    try {
      input.begin(bytes, 0, bytes.length);
      return { value: decode(input) };
    } catch (error) {
      if (error === UNUSUAL) return "unusual";
      throw error;
    }
  };
}

describe.each(coveredCorpus.map((message) => [message.typeName, message] as const))("%s", (_, message) => {
  const codec = new MessageCodec(message);
  const readGenerated = generatedReader(message);
  const readTheirs = (bytes: Buffer): Outcome => outcomeOf(() => fromBinary(message, new Uint8Array(bytes)));

  test("is written as protobuf-es writes it, from inits and from messages", () => {
    fc.assert(
      fc.property(initOf(message), (init) => {
        const expected = theirBytes(message, init);
        expect(generatedBytes(codec, init)).toEqual(expected);
        expect(generatedBytes(codec, create(message, init as never))).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  test("is read as protobuf-es reads it, also where fields come twice and unknown ones between them", () => {
    const unknown = fc.constantFrom(
      "",
      "f8ff7f2a",
      "fdff7f01020304",
      "faff7f0261ff",
      "f9ff7f0102030405060708",
    );
    fc.assert(
      fc.property(initOf(message), initOf(message), unknown, (one, other, hex) => {
        const parts = [theirBytes(message, one), Buffer.from(hex, "hex"), theirBytes(message, other)];
        const bytes = Buffer.concat(parts);
        const read = readGenerated(bytes);
        expect(read).toStrictEqual(readTheirs(bytes));
        const again = (read as { value: Message }).value;
        expect(generatedBytes(codec, again)).toEqual(theirBytes(message, again));
      }),
      { numRuns: 60 },
    );
  });

  test("is read as protobuf-es reads it, or left to it, when its bytes are mutated", () => {
    const mutation = fc.record({
      at: fc.nat(),
      byte: fc.nat(255),
      kind: fc.constantFrom("set", "cut", "insert"),
    });
    fc.assert(
      fc.property(initOf(message), fc.array(mutation, { minLength: 1, maxLength: 3 }), (init, mutations) => {
        let bytes = theirBytes(message, init);
        for (const { at, byte, kind } of mutations) {
          const index = bytes.length === 0 ? 0 : at % bytes.length;
          const tail = bytes.subarray(kind === "insert" ? index : index + 1);
          const middle = kind === "cut" ? Buffer.alloc(0) : Buffer.of(byte);
          bytes = Buffer.concat([bytes.subarray(0, index), middle, tail]);
        }
        const [read, expected] = [readGenerated(bytes), readTheirs(bytes)];
        if (read !== "unusual") expect(read).toStrictEqual(expected);
        expect(outcomeOf(() => codec.decode(bytes, 0, bytes.length))).toStrictEqual(expected);
      }),
      { numRuns: 150 },
    );
  });

  test("is written as protobuf-es writes it, or left to it, when its values are of foreign types", () => {
    const foreign = fc.oneof(
      fc.constantFrom<unknown>(
        null,
        undefined,
        "",
        "5",
        5,
        5.5,
        -1,
        2 ** 40,
        Number.NaN,
        7n,
        2n ** 64n,
        true,
        "\ud800",
      ),
      fc.constantFrom<unknown>([], [1], ["x"], [null], {}, { a: 1 }, { case: "a", value: 1 }, { case: "l" }),
      fc.constantFrom<unknown>(
        { $typeName: message.typeName },
        { $typeName: "other" },
        new Uint8Array(2),
        new Map(),
      ),
    );
    const members = message.members.map((member) => member.localName);
    const value = fc.dictionary(fc.constantFrom(...members), foreign, { maxKeys: 3 });
    fc.assert(
      fc.property(initOf(message), value, fc.boolean(), (init, odd, isMessage) => {
        const base = isMessage ? create(message, init as never) : init;
        const mixed = Object.assign(base, odd);
        const bytes = generatedBytes(codec, mixed);
        const expected = outcomeOf(() => theirBytes(message, mixed));
        if (bytes !== undefined) expect({ value: bytes }).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  });
});

test("leaves messages it does not cover to protobuf-es, both ways", () => {
  const values = [{ a: { x: [1, null, "y"] } }, { a: "123" }];
  for (const [index, message] of uncoveredCorpus.entries()) {
    const codec = new MessageCodec(message);
    expect(generatedBytes(codec, values[index])).toBeUndefined();
    const bytes = theirBytes(message, values[index]);
    expect(codec.decode(bytes, 0, bytes.length)).toMatchObject(values[index]!);
  }
});

test("refuses windows that lie outside of the buffer", () => {
  const codec = new MessageCodec(coveredCorpus[0]!);
  const whole = codec.decode(Buffer.from("1805", "hex"), 0, 2);
  expect(whole).toMatchObject({ c: 5 });
  expect(codec.decode(Buffer.from("ff1805ff", "hex"), 1, 3)).toStrictEqual(whole);
});

test("gives bytes that do not change with the payload's buffer", () => {
  const codec = new MessageCodec(coveredCorpus[0]!);
  const buffer = Buffer.from("7a020102", "hex");
  const message = codec.decode(buffer, 0, buffer.length) as unknown as { o: Uint8Array };
  buffer.fill(0xff);
  expect(message.o).toEqual(Uint8Array.of(1, 2));
});
