import { RegistryClientError } from "@letterpress/registry/client";

/** Undefined for what the registry does not know. */
export async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof RegistryClientError && error.code === "NOT_FOUND") return undefined;
    throw error;
  }
}
