import { ERRORS, Heartbeat } from "@letterpress/protocol";
import { handler } from "../handler.ts";

/** Heartbeat 0-4. */
export const heartbeat = handler(Heartbeat, (request, { broker }) => {
  const error = broker.groups.heartbeat(request.groupId, request, request.generationId);
  return { errorCode: ERRORS[error].code };
});
