export * from "@letterpress/client";
export {
  type LetterpressServer,
  type ServerConfigInput,
  ServerError,
  startServer,
} from "@letterpress/server";
