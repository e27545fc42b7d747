import { ERRORS, ListGroups } from "@letterpress/protocol";
import { handler } from "../handler.ts";

const GROUP_TYPE = "Classic";

/** ListGroups 0-5, filtered by state (version 4) and type (version 5), whatever their case. */
export const listGroups = handler(ListGroups, (request, { broker }) => {
  const { error, groups } = broker.groups.admin.list();
  const states = lowerCased(request.statesFilter);
  const types = lowerCased(request.typesFilter);
  const isOfType = types.size === 0 || types.has(GROUP_TYPE.toLowerCase());
  const listed = groups.filter(
    ({ state }) => isOfType && (states.size === 0 || states.has(state.toLowerCase())),
  );
  return {
    errorCode: ERRORS[error].code,
    groups: listed.map(({ groupId, protocolType, state }) => ({
      groupId,
      protocolType,
      groupState: state,
      groupType: GROUP_TYPE,
    })),
  };
});

function lowerCased(names: readonly string[]): ReadonlySet<string> {
  return new Set(names.map((name) => name.toLowerCase()));
}
