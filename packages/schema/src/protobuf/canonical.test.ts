import { expect, test } from "vitest";
import type { ResolvedSchema } from "../schema-definition.ts";
import { parseProtobuf } from "./protobuf-schema.ts";
import { serializedFile } from "./serialized-file.ts";

function schemaOf(text: string): ResolvedSchema {
  const reference = { name: "other.proto", subject: "other", version: 1 };
  const other = 'syntax = "proto3"; package com.acme; message OtherRecord { int32 other_id = 1; }';
  return {
    format: "PROTOBUF",
    text,
    references: [{ ...reference, schema: { format: "PROTOBUF", text: other, references: [] } }],
  };
}

test("prints the example of Confluent's documentation as their registry answers it", () => {
  const text = `syntax="proto3";
    package com.acme;  // whose
    import "other.proto";
    /* A record. */
    message MyRecord { string f1 = 1; OtherRecord f2 = 2; }`;
  expect(parseProtobuf(schemaOf(text)).canonicalText).toBe(
    'syntax = "proto3";\npackage com.acme;\n\nimport "other.proto";\n\nmessage MyRecord {\n  string f1 = 1;\n  OtherRecord f2 = 2;\n}\n',
  );
});

const written = `syntax = "proto3"; package p;
import "other.proto"; import "google/protobuf/timestamp.proto";
option java_package = "b"; option go_package = "a";
enum Top { ZERO = 0; TWO = 2 [deprecated = true]; MINUS = -1; }
message A {
  reserved 9 to 11, 7; reserved "gone";
  map<string, B> by_name = 5;
  oneof choice { string text = 4; google.protobuf.Timestamp at = 3; }
  repeated int32 numbers = 2 [json_name = "n", packed = false];
  optional string note = 1;
  message B { com.acme.OtherRecord other = 1; }
}
service S { rpc Call (A) returns (stream A.B) { option deprecated = true; } }`;

test("keeps what was written, in Wire's order", () => {
  expect(parseProtobuf(schemaOf(written)).canonicalText).toBe(`syntax = "proto3";
package p;

import "other.proto";
import "google/protobuf/timestamp.proto";

option java_package = "b";
option go_package = "a";

message A {
  reserved 9 to 11, 7;
  reserved "gone";

  map<string, B> by_name = 5;
  repeated int32 numbers = 2 [
    packed = false,
    json_name = "n"
  ];
  optional string note = 1;

  oneof choice {
    string text = 4;
    google.protobuf.Timestamp at = 3;
  }

  message B {
    com.acme.OtherRecord other = 1;
  }
}
enum Top {
  ZERO = 0;
  TWO = 2 [deprecated = true];
  MINUS = -1;
}

service S {
  rpc Call (A) returns (stream A.B) {
    option deprecated = true;
  };
}
`);
});

test("normalised, sorts what has no order and writes names in full", () => {
  expect(parseProtobuf(schemaOf(written)).normalizedText).toBe(`syntax = "proto3";
package p;

import "google/protobuf/timestamp.proto";
import "other.proto";

option go_package = "a";
option java_package = "b";

message A {
  reserved 7;
  reserved 9 to 11;
  reserved "gone";

  optional string note = 1;
  repeated int32 numbers = 2 [
    json_name = "n",
    packed = false
  ];
  map<string, .p.A.B> by_name = 5;

  oneof choice {
    .google.protobuf.Timestamp at = 3;
    string text = 4;
  }

  message B {
    .com.acme.OtherRecord other = 1;
  }
}
enum Top {
  ZERO = 0;
  MINUS = -1;
  TWO = 2 [deprecated = true];
}

service S {
  rpc Call (.p.A) returns (stream .p.A.B) {
    option deprecated = true;
  };
}
`);
});

test("takes a base64 descriptor in place of the text", () => {
  const schema = parseProtobuf(schemaOf(written), { file: "a.proto" });
  const again = parseProtobuf(schemaOf(serializedFile(schema)), { file: "a.proto" });
  expect(again.normalizedText).toBe(schema.normalizedText);
  expect(again.fullName).toBe("p.A");
});

test("strings keep what they stand for", () => {
  const text = 'syntax = "proto3"; option java_package = "\\"q\\" \\001 \\n é";';
  const schema = parseProtobuf(schemaOf(text));
  expect(schema.canonicalText).toContain('option java_package = "\\"q\\" \\001 \\n é";');
  expect(parseProtobuf(schemaOf(schema.canonicalText)).file.options?.javaPackage).toBe('"q" \x01 \n é');
});
