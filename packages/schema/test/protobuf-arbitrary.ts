import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import fc, { type Arbitrary } from "fast-check";

/** A schema with every kind of field, for the property tests. */
export const everyKind = `syntax = "proto3";
package test;
message Every {
  double a = 1; float b = 2; int32 c = 3; int64 d = 4; uint32 e = 5; uint64 f = 6; sint32 g = 7; sint64 h = 8;
  fixed32 i = 9; fixed64 j = 10; sfixed32 k = 11; sfixed64 l = 12; bool m = 13; string n = 14; bytes o = 15;
  Color p = 16; Every q = 17;
  repeated int32 ra = 21; repeated sint64 rb = 22; repeated double rc = 23; repeated string rd = 24;
  repeated bytes re = 25; repeated Color rf = 26; repeated Every rg = 27; repeated fixed32 rh = 28;
  repeated uint64 ri = 29 [packed = false]; repeated bool rj = 30;
  map<string, int32> ma = 31; map<int64, string> mb = 32; map<bool, Every> mc = 33; map<uint32, Color> md = 34;
  map<sfixed64, bytes> me = 35; map<string, double> mf = 36;
  optional int32 oa = 41; optional string ob = 42; optional bytes oc = 43; optional Color od = 44; optional int64 oe = 45;
  oneof choice { string ca = 51; int64 cb = 52; Every cc = 53; Color cd = 54; bytes ce = 55; bool cf = 56; }
  string with_long_number = 100000; int32 constructor = 200; string __proto__x = 201;
}
enum Color { COLOR_UNSPECIFIED = 0; COLOR_RED = 1; COLOR_NEGATIVE = -1; COLOR_BIG = 1000000; }
`;

/** Random values for `create`, of a message with all it contains. */
export function arbitraryInit(message: DescMessage, depth = 0): Arbitrary<Record<string, unknown>> {
  const members: Record<string, Arbitrary<unknown>> = {};
  for (const member of message.members) {
    if (member.kind === "oneof") {
      const cases = member.fields
        .filter((field) => field.fieldKind !== "message" || depth < 2)
        .map((field) => fieldValue(field, depth).map((value) => ({ case: field.localName, value })));
      members[member.localName] = fc.oneof(...cases);
    } else if (member.message === undefined || depth < 2) {
      members[member.localName] = fieldValue(member, depth);
    }
  }
  return fc.record(members, { requiredKeys: [] }) as Arbitrary<Record<string, unknown>>;
}

function fieldValue(field: DescField, depth: number): Arbitrary<unknown> {
  switch (field.fieldKind) {
    case "list":
      return fc.array(singleValue(field, depth), { maxLength: 3 });
    case "map": {
      const key = scalarValue(field.mapKey).map(String);
      return fc.dictionary(
        key.filter((one) => one !== "__proto__"),
        singleValue(field, depth),
        { maxKeys: 3 },
      );
    }
    default:
      return singleValue(field, depth);
  }
}

function singleValue(field: DescField, depth: number): Arbitrary<unknown> {
  if (field.message !== undefined) return arbitraryInit(field.message, depth + 1);
  if (field.enum !== undefined) return fc.constantFrom(...field.enum.values.map((value) => value.number));
  return scalarValue(field.scalar!);
}

function scalarValue(scalar: ScalarType): Arbitrary<unknown> {
  switch (scalar) {
    case ScalarType.STRING:
      return fc.string({ unit: "grapheme", maxLength: 12 });
    case ScalarType.BYTES:
      return fc.uint8Array({ maxLength: 12 });
    case ScalarType.BOOL:
      return fc.boolean();
    case ScalarType.DOUBLE:
      return fc.double({ noNaN: true });
    case ScalarType.FLOAT:
      return fc.float({ noNaN: true });
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
      return fc.oneof(fc.integer({ min: -200, max: 200 }), fc.integer());
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return fc.oneof(fc.nat(300), fc.integer({ min: 0, max: 2 ** 32 - 1 }));
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    default:
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
  }
}
