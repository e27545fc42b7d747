import { DescribeClientQuotas } from "@letterpress/protocol";
import { handler } from "../handler.ts";

/** DescribeClientQuotas 0-1. This build has no quotas. */
export const describeClientQuotas = handler(DescribeClientQuotas, () => ({
  throttleTimeMs: 0,
  errorCode: 0,
  errorMessage: null,
  entries: [],
}));
