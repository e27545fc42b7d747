import { ERRORS, JoinGroup } from "@letterpress/protocol";
import { handler } from "../handler.ts";

const PROTOCOL_NAME_NULLABLE_SINCE = 7;
const KNOWN_MEMBER_ID_SINCE = 4;
const SKIP_ASSIGNMENT_SINCE = 9;

/** JoinGroup 0-9: answered when the next generation starts. The reason of version 8 is not kept. */
export const joinGroup = handler(JoinGroup, async (request, { broker, apiVersion, ...context }) => {
  const { sessionTimeoutMs, rebalanceTimeoutMs } = request;
  const { error, ...result } = await broker.groups.join(
    request.groupId,
    {
      memberId: request.memberId,
      groupInstanceId: request.groupInstanceId,
      clientId: context.clientId ?? "",
      clientHost: context.clientHost,
      protocolType: request.protocolType,
      // The group keeps the metadata; the request's bytes are not its own.
      protocols: request.protocols.map(({ name, metadata }) => ({ name, metadata: Buffer.from(metadata) })),
      sessionTimeoutMs,
      rebalanceTimeoutMs: rebalanceTimeoutMs < 0 ? sessionTimeoutMs : rebalanceTimeoutMs,
      requiresKnownMemberId: apiVersion >= KNOWN_MEMBER_ID_SINCE,
      supportsSkippingAssignment: apiVersion >= SKIP_ASSIGNMENT_SINCE,
    },
    context.signal,
  );
  const noProtocol = apiVersion >= PROTOCOL_NAME_NULLABLE_SINCE ? null : "";
  return { ...result, protocolName: result.protocolName ?? noProtocol, errorCode: ERRORS[error].code };
});
