import { create } from "@bufbuild/protobuf";
import {
  type MethodDescriptorProto,
  MethodDescriptorProtoSchema,
  MethodOptionsSchema,
  type ServiceDescriptorProto,
  ServiceDescriptorProtoSchema,
} from "@bufbuild/protobuf/wkt";
import { type ParseContext, qualify } from "./parse-context.ts";
import { parseOptionStatement } from "./parse-options.ts";
import { describeToken } from "./token.ts";

/** Reads `service Name { ... }` from the keyword on. */
export function parseService(context: ParseContext, scope: string): void {
  const { stream, file } = context;
  const keyword = stream.next();
  const name = stream.identifier("the name of the service").text;
  const service = create(ServiceDescriptorProtoSchema, { name });
  context.declare(service, keyword);
  file.proto.service.push(service);
  stream.expect("{", "to open the block");
  context.trail(service);
  while (!stream.accept("}")) {
    if (stream.accept(";")) continue;
    if (stream.accept("option")) parseOptionStatement(context, service, scope);
    else if (stream.at("rpc")) parseMethod(context, service, qualify(scope, name));
    else stream.fail(`expected "rpc" or "option", found ${describeToken(stream.peek())}`);
  }
}

function parseMethod(context: ParseContext, service: ServiceDescriptorProto, scope: string): void {
  const { stream } = context;
  const keyword = stream.next();
  const method = create(MethodDescriptorProtoSchema, {
    name: stream.identifier("the name of the method").text,
  });
  context.declare(method, keyword);
  service.method.push(method);
  context.file.written.methodTypes.set(method, { input: "", output: "" });
  if (parseMethodType(context, method, "input", scope)) method.clientStreaming = true;
  stream.expect("returns", "behind the request's type");
  if (parseMethodType(context, method, "output", scope)) method.serverStreaming = true;
  if (stream.accept(";")) {
    context.trail(method);
    return;
  }
  stream.expect("{", 'or ";" behind the method');
  // A block counts as options even when it is empty, as in protoc.
  method.options = create(MethodOptionsSchema);
  context.trail(method);
  while (!stream.accept("}")) {
    if (stream.accept(";")) continue;
    stream.expect("option", "inside the method");
    parseOptionStatement(context, method, scope);
  }
}

/** Reads `(stream Type)`; true when it streams. */
function parseMethodType(
  context: ParseContext,
  method: MethodDescriptorProto,
  kind: "input" | "output",
  scope: string,
): boolean {
  const { stream } = context;
  stream.expect("(", "before the type");
  const streams = !stream.at(")", 1) && stream.accept("stream");
  const token = stream.peek();
  const name = stream.fullIdentifier("the name of a message", true);
  const location = stream.location(token);
  context.file.written.methodTypes.get(method)![kind] = name;
  context.file.references.push({ name, scope, location, target: { kind, method } });
  stream.expect(")", "behind the type");
  return streams;
}
