import type { DescMessage } from "@bufbuild/protobuf";
import { parseProtobuf } from "../src/protobuf/protobuf-schema.ts";
import { everyKind } from "./protobuf-arbitrary.ts";

const proto2 = `syntax = "proto2"; package old;
  message Node {
    required int32 id = 1; optional string text = 2 [default = "none"]; optional Node next = 3;
    repeated int32 plain = 4; repeated fixed32 fixed = 5 [packed = true];
    optional group Part = 6 { optional int32 x = 1; repeated group Inner = 2 { optional bytes y = 1; } }
    map<string, Node> nodes = 7; optional Level level = 8 [default = HIGH]; repeated Level levels = 9;
    optional sint64 big = 10 [default = -5]; optional bytes raw = 11 [default = "ab"]; optional bool on = 12 [default = true];
    oneof choice { string a = 13; Node b = 14; group C = 15 { optional float z = 1; } Level d = 16; }
    map<int32, Level> by_number = 17; required double weight = 2000; extensions 100 to 199;
  }
  enum Level { LOW = 1; HIGH = 2; }
  extend Node { optional string nick = 100; }`;

const editions = `edition = "2023"; package now;
  option features.field_presence = IMPLICIT;
  message Every {
    int32 a = 1; string b = 2 [features.field_presence = EXPLICIT]; bytes c = 3; Every d = 4;
    Every e = 5 [features.message_encoding = DELIMITED]; repeated Every f = 6 [features.message_encoding = DELIMITED];
    repeated int32 g = 7 [features.repeated_field_encoding = EXPANDED]; repeated sint32 h = 8;
    string i = 9 [features.utf8_validation = NONE]; Shut j = 10 [features.field_presence = EXPLICIT];
    int64 k = 11 [features.field_presence = EXPLICIT, default = 7]; oneof o { uint32 l = 12; Every m = 13; }
    Open n = 14; double p = 15; float q = 16;
  }
  enum Shut { option features.enum_type = CLOSED; ONE = 1; TWO = 2; }
  enum Open { ZERO = 0; FAR = 99; }`;

const wellKnown = `syntax = "proto3"; package known;
  import "google/protobuf/wrappers.proto"; import "google/protobuf/timestamp.proto"; import "google/protobuf/any.proto";
  message Every {
    google.protobuf.StringValue a = 1; google.protobuf.Int64Value b = 2; google.protobuf.BytesValue c = 3;
    google.protobuf.BoolValue d = 4; google.protobuf.DoubleValue e = 5; google.protobuf.UInt32Value f = 6;
    repeated google.protobuf.StringValue g = 7; map<string, google.protobuf.Int32Value> h = 8;
    oneof o { google.protobuf.StringValue i = 9; google.protobuf.Timestamp j = 10; }
    google.protobuf.Timestamp k = 11; google.protobuf.Any l = 12;
  }`;

const notCovered = `syntax = "proto3"; package json;
  import "google/protobuf/struct.proto";
  message Struct { google.protobuf.Struct a = 1; google.protobuf.Value b = 2; }
  message Text { int64 a = 1 [jstype = JS_STRING]; }`;

function messageOf(text: string, index = 0): DescMessage {
  return parseProtobuf({ format: "PROTOBUF", text, references: [] }).messageAt([index])!;
}

/** Messages with every feature that the generated code covers. */
export const coveredCorpus: readonly DescMessage[] = [everyKind, proto2, editions, wellKnown].map((text) =>
  messageOf(text),
);

/** Messages that are left to protobuf-es. */
export const uncoveredCorpus: readonly DescMessage[] = [messageOf(notCovered), messageOf(notCovered, 1)];
