import type {
  DescriptorProto,
  EnumDescriptorProto,
  FieldDescriptorProto,
  FileDescriptorProto,
} from "@bufbuild/protobuf/wkt";
import { qualify } from "./parse-context.ts";

/** What a full name stands for. */
export interface ProtoSymbol {
  readonly kind:
    | "package"
    | "message"
    | "enum"
    | "enum value"
    | "field"
    | "extension"
    | "oneof"
    | "service"
    | "method";
  readonly fullName: string;
  readonly file: string;
  readonly descriptor: object | undefined;
}

/** Every name a file declares, in order of declaration; a name declared twice appears twice. */
export function* declaredSymbols(proto: FileDescriptorProto): Generator<ProtoSymbol> {
  const scope = proto.package;
  yield* packageSymbols(proto);
  for (const message of proto.messageType) yield* messageSymbols(message, scope, proto.name);
  for (const type of proto.enumType) yield* enumSymbols(type, scope, proto.name);
  yield* extensionSymbols(proto.extension, scope, proto.name);
  for (const service of proto.service) {
    const fullName = qualify(scope, service.name);
    yield { kind: "service", fullName, file: proto.name, descriptor: service };
    for (const method of service.method) {
      yield {
        kind: "method",
        fullName: qualify(fullName, method.name),
        file: proto.name,
        descriptor: method,
      };
    }
  }
}

function* packageSymbols(proto: FileDescriptorProto): Generator<ProtoSymbol> {
  if (proto.package === "") return;
  for (let end = proto.package.indexOf("."); ; end = proto.package.indexOf(".", end + 1)) {
    const fullName = end < 0 ? proto.package : proto.package.slice(0, end);
    yield { kind: "package", fullName, file: proto.name, descriptor: undefined };
    if (end < 0) return;
  }
}

function* messageSymbols(message: DescriptorProto, scope: string, file: string): Generator<ProtoSymbol> {
  const fullName = qualify(scope, message.name);
  yield { kind: "message", fullName, file, descriptor: message };
  for (const field of message.field) {
    yield { kind: "field", fullName: qualify(fullName, field.name), file, descriptor: field };
  }
  for (const oneof of message.oneofDecl) {
    yield { kind: "oneof", fullName: qualify(fullName, oneof.name), file, descriptor: oneof };
  }
  yield* extensionSymbols(message.extension, fullName, file);
  for (const nested of message.nestedType) yield* messageSymbols(nested, fullName, file);
  for (const type of message.enumType) yield* enumSymbols(type, fullName, file);
}

/** Enum values are siblings of their enum, as in C++. */
function* enumSymbols(type: EnumDescriptorProto, scope: string, file: string): Generator<ProtoSymbol> {
  yield { kind: "enum", fullName: qualify(scope, type.name), file, descriptor: type };
  for (const value of type.value) {
    yield { kind: "enum value", fullName: qualify(scope, value.name), file, descriptor: value };
  }
}

function* extensionSymbols(
  extensions: readonly FieldDescriptorProto[],
  scope: string,
  file: string,
): Generator<ProtoSymbol> {
  for (const field of extensions) {
    yield { kind: "extension", fullName: qualify(scope, field.name), file, descriptor: field };
  }
}
