import { z } from "zod";
import { configBody, modeBody, schemaBody } from "./body.ts";
import { ENTITIES } from "./openapi-entities.ts";

/** One operation: its summary, query parameters, body, answer, and the error codes it may answer with. */
interface Operation {
  readonly summary: string;
  readonly query?: readonly string[];
  readonly body?: z.ZodType;
  readonly answer: object;
  readonly errors?: readonly number[];
}

const ref = (name: keyof typeof ENTITIES) => ({ $ref: `#/components/schemas/${name}` });
const list = (items: object) => ({ type: "array", items });
const TEXT = { type: "string" };
const NUMBER = { type: "integer", format: "int32" };
const PAGE = ["offset", "limit"];

/** Every path but the ones under `/contexts/{context}`, which are the same again. */
const OPERATIONS: Readonly<Record<string, Operation>> = {
  "GET /": { summary: "Tells that a registry is here", answer: { type: "object" } },
  "GET /openapi.json": { summary: "This document", answer: { type: "object" } },
  "GET /contexts": { summary: "Lists the contexts", query: PAGE, answer: list(TEXT) },
  "GET /subjects": {
    summary: "Lists the subjects",
    query: ["subjectPrefix", "deleted", "deletedOnly", ...PAGE],
    answer: list(TEXT),
  },
  "POST /subjects/{subject}": {
    summary: "Finds the version of a subject that is this schema",
    query: ["normalize", "deleted", "format"],
    body: schemaBody,
    answer: ref("Version"),
    errors: [40401, 40403, 42201],
  },
  "DELETE /subjects/{subject}": {
    summary: "Deletes a subject, softly or, after that, permanently",
    query: ["permanent"],
    answer: list(NUMBER),
    errors: [40401, 40404, 40405, 42205, 42206],
  },
  "GET /subjects/{subject}/metadata": {
    summary: "Reads the newest version whose metadata has each key with its value",
    query: ["key", "value", "deleted", "format"],
    answer: ref("Version"),
    errors: [40401, 40403],
  },
  "GET /subjects/{subject}/versions": {
    summary: "Lists the versions of a subject",
    query: ["deleted", "deletedOnly", ...PAGE],
    answer: list(NUMBER),
    errors: [40401],
  },
  "POST /subjects/{subject}/versions": {
    summary: "Registers a schema as the next version of a subject",
    query: ["normalize"],
    body: schemaBody,
    answer: ref("Registered"),
    errors: [409, 42201, 42205, 42208, 42209],
  },
  "GET /subjects/{subject}/versions/{version}": {
    summary: "Reads a version",
    query: ["deleted", "format"],
    answer: ref("Version"),
    errors: [40401, 40402, 42202],
  },
  "GET /subjects/{subject}/versions/{version}/schema": {
    summary: "Reads the text of a version",
    query: ["deleted", "format"],
    answer: TEXT,
    errors: [40401, 40402, 42202],
  },
  "GET /subjects/{subject}/versions/{version}/referencedby": {
    summary: "Lists the ids of the schemas that refer to a version",
    query: PAGE,
    answer: list(NUMBER),
    errors: [40401, 40402, 42202],
  },
  "DELETE /subjects/{subject}/versions/{version}": {
    summary: "Deletes a version, softly or, after that, permanently",
    query: ["permanent"],
    answer: NUMBER,
    errors: [40401, 40402, 40406, 40407, 42202, 42205, 42206],
  },
  "POST /compatibility/subjects/{subject}/versions": {
    summary: "Tests a schema against the versions that the subject's level asks for",
    query: ["verbose", "normalize"],
    body: schemaBody,
    answer: ref("Compatibility"),
    errors: [42201],
  },
  "POST /compatibility/subjects/{subject}/versions/{version}": {
    summary: "Tests a schema against one version",
    query: ["verbose", "normalize"],
    body: schemaBody,
    answer: ref("Compatibility"),
    errors: [40402, 42201, 42202],
  },
  "GET /schemas": {
    summary: "Lists schemas with their subjects and versions",
    query: ["subjectPrefix", "deleted", "latestOnly", ...PAGE],
    answer: list(ref("Version")),
  },
  "GET /schemas/types": { summary: "Lists the schema types", answer: list(TEXT) },
  "GET /schemas/ids/{id}": {
    summary: "Reads a schema by its id",
    query: ["subject", "format", "fetchMaxId"],
    answer: ref("Schema"),
    errors: [40403],
  },
  "GET /schemas/ids/{id}/schema": {
    summary: "Reads the text of a schema by its id",
    query: ["subject", "format"],
    answer: TEXT,
    errors: [40403],
  },
  "GET /schemas/ids/{id}/subjects": {
    summary: "Lists the subjects of a schema",
    query: ["subject", "deleted", ...PAGE],
    answer: list(TEXT),
    errors: [40403],
  },
  "GET /schemas/ids/{id}/versions": {
    summary: "Lists the subjects and versions of a schema",
    query: ["subject", "deleted", ...PAGE],
    answer: list(ref("SubjectVersion")),
    errors: [40403],
  },
  "GET /schemas/guids/{guid}": {
    summary: "Reads a schema by its GUID",
    query: ["format"],
    answer: ref("Schema"),
    errors: [40403],
  },
  "GET /schemas/guids/{guid}/ids": {
    summary: "Lists the ids of a schema by context",
    answer: list(ref("ContextId")),
  },
  ...settingOperations("config", ref("Config"), configBody, ref("ConfigUpdate"), "defaultToGlobal", 40408),
  ...settingOperations("mode", ref("Mode"), modeBody, ref("Mode"), "defaultToGlobal", 40409),
  "GET /associations/resources/{namespace}/{name}": {
    summary: "Lists associations; there are none, and the subject name strategy counts",
    answer: list({ type: "object" }),
  },
  "GET /associations/subjects/{subject}": {
    summary: "Lists associations; there are none, and the subject name strategy counts",
    answer: list({ type: "object" }),
  },
};

/** The OpenAPI 3.1 description of the REST interface. */
export function openApiDocument(): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const [route, operation] of Object.entries(OPERATIONS)) {
    const [method, path] = route.split(" ") as [string, string];
    paths[path] ??= {};
    paths[path][method.toLowerCase()] = describeOperation(path, operation);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Letterpress schema registry",
      version: "1",
      description:
        "The REST interface of Confluent's schema registry. Paths of subjects, schemas, compatibility, config, " +
        "mode and associations stand under /contexts/{context} too.",
    },
    paths,
    components: { schemas: ENTITIES },
  };
}

function describeOperation(
  path: string,
  { summary, query = [], body, answer, errors = [] }: Operation,
): object {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: TEXT,
  }));
  const inQuery = query.map((name) => ({ name, in: "query", schema: TEXT }));
  const responses: Record<string, object> = { 200: { description: "OK", content: json(answer) } };
  for (const code of errors) {
    const status = code < 1000 ? code : Math.floor(code / 100);
    const codes = errors.filter((other) => other === status || Math.floor(other / 100) === status);
    responses[status] = { description: `Error codes ${codes.join(", ")}`, content: json(ref("Error")) };
  }
  return {
    summary,
    ...(inPath.length + inQuery.length === 0 ? {} : { parameters: [...inPath, ...inQuery] }),
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: json(z.toJSONSchema(body, { io: "input" })) } }),
    responses,
  };
}

function settingOperations(
  name: "config" | "mode",
  answer: object,
  body: z.ZodType,
  updated: object,
  inherit: string,
  missing: number,
): Record<string, Operation> {
  const operations: Record<string, Operation> = {};
  const invalid = name === "config" ? 42203 : 42204;
  const update = name === "mode" ? { query: ["force"] } : {};
  for (const [path, whose] of [
    [`/${name}`, "of all"],
    [`/${name}/{subject}`, "of a subject"],
  ] as const) {
    const ofSubject = path.endsWith("}");
    operations[`GET ${path}`] = {
      summary: `Reads the ${name} ${whose}`,
      query: [inherit],
      answer,
      errors: ofSubject ? [missing] : [],
    };
    operations[`PUT ${path}`] = {
      summary: `Sets the ${name} ${whose}`,
      ...update,
      body,
      answer: updated,
      errors: [invalid, 42205],
    };
    operations[`DELETE ${path}`] = {
      summary: `Takes the ${name} ${whose} back, and answers with what it was`,
      answer,
      errors: ofSubject ? [40401] : [],
    };
  }
  return operations;
}

function json(schema: object): object {
  return { "application/vnd.schemaregistry.v1+json": { schema }, "application/json": { schema } };
}
