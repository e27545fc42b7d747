import { anyAnswer, configAnswer, modeAnswer } from "./answers.ts";
import { Calls, query, segment } from "./calls.ts";
import { RegistryClientError, unknownStrict } from "./registry-client-error.ts";
import type { TransportOptions } from "./transport.ts";

/** The part of the client that is about levels and modes. Every method throws RegistryClientError. */
export class SettingsClient {
  protected readonly calls: Calls;

  constructor(options: TransportOptions) {
    this.calls = new Calls(options);
  }

  /**
   * The compatibility level of a subject, or of all; a subject without its own has the global one. `STRICT` is a level
   * of Letterpress's registry alone.
   */
  async config(subject?: string): Promise<string> {
    const path = subject === undefined ? "/config" : `/config/${segment(subject)}?defaultToGlobal=true`;
    const { compatibilityLevel, strict } = await this.calls.get(path, configAnswer);
    return strict ? "STRICT" : compatibilityLevel;
  }

  async setConfig(compatibility: string, subject?: string): Promise<void> {
    const path = subject === undefined ? "/config" : `/config/${segment(subject)}`;
    try {
      await this.calls.put(path, { compatibility });
    } catch (error) {
      const isRefused = error instanceof RegistryClientError && error.code === "INVALID";
      if (compatibility !== "STRICT" || !isRefused) throw error;
      throw unknownStrict(error);
    }
  }

  async deleteConfig(subject: string): Promise<void> {
    await this.calls.delete(`/config/${segment(subject)}`, anyAnswer);
  }

  /** The mode of a subject, or of all; a subject without its own has the global one. */
  async mode(subject?: string): Promise<string> {
    const path = subject === undefined ? "/mode" : `/mode/${segment(subject)}?defaultToGlobal=true`;
    return (await this.calls.get(path, modeAnswer)).mode;
  }

  async setMode(
    mode: string,
    subject?: string,
    options: { readonly force?: boolean | undefined } = {},
  ): Promise<void> {
    const path = subject === undefined ? "/mode" : `/mode/${segment(subject)}`;
    await this.calls.put(`${path}${query(options)}`, { mode });
  }

  async deleteMode(subject: string): Promise<void> {
    await this.calls.delete(`/mode/${segment(subject)}`, anyAnswer);
  }
}
