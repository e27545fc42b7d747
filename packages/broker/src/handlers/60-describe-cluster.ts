import { DescribeCluster, ERRORS } from "@letterpress/protocol";
import { handler } from "../handler.ts";

const BROKERS = 1;

/** DescribeCluster 0-1. Controllers have no endpoints of their own. */
export const describeCluster = handler(DescribeCluster, ({ endpointType }, { broker }) => {
  const { clusterId, controllerId } = broker.cluster;
  if (endpointType !== BROKERS) {
    return {
      throttleTimeMs: 0,
      errorCode: ERRORS.UNSUPPORTED_ENDPOINT_TYPE.code,
      errorMessage: "only the endpoints of brokers can be described",
      clusterId,
      brokers: [],
    };
  }
  const brokers = broker.cluster
    .brokers()
    .map(({ nodeId, ...endpoint }) => ({ brokerId: nodeId, ...endpoint }));
  return { throttleTimeMs: 0, errorCode: 0, clusterId, controllerId, brokers };
});
