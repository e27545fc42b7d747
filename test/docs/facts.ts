import { API_VERSION_RANGES, BROKER_CONFIGS, TOPIC_CONFIGS } from "@letterpress/broker";
import { apiByKey } from "@letterpress/protocol";

/** The tables that are made from the source, by the name that stands in the comment in front of each. */
export const FACTS: Readonly<Record<string, () => string>> = {
  apis: () =>
    table(
      ["key", "API", "versions"],
      API_VERSION_RANGES.map(({ apiKey, minVersion, maxVersion }) => [
        String(apiKey),
        apiByKey(apiKey)?.name ?? "",
        minVersion === maxVersion ? String(minVersion) : `${minVersion}-${maxVersion}`,
      ]),
    ),
  "topic-configs": () =>
    table(
      ["topic config", "default", "broker's name for the default", "what it does"],
      Object.entries(TOPIC_CONFIGS).map(([name, config]) => [
        code(name),
        code(config.defaultText),
        "brokerName" in config && config.brokerName !== undefined ? code(config.brokerName) : "",
        config.documentation,
      ]),
    ),
  "broker-configs": () => {
    const topicDefaults = new Set(
      Object.values(TOPIC_CONFIGS).map((config) => ("brokerName" in config ? config.brokerName : undefined)),
    );
    return table(
      ["broker config", "default", "what it does"],
      Object.entries(BROKER_CONFIGS)
        .filter(([name]) => !topicDefaults.has(name))
        .map(([name, config]) => [code(name), code(config.defaultText), config.documentation]),
    );
  },
};

/** The text with its tables of facts as they are now. Throws for a table that nobody knows how to make. */
export function withFacts(markdown: string): string {
  return markdown.replaceAll(
    /(<!-- facts: ([a-z-]+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_, start: string, name: string, end: string) => {
      const fact = FACTS[name];
      if (fact === undefined) throw new Error(`there are no facts called ${name}`);
      return `${start}\n${fact()}\n${end}`;
    },
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |\n`;
  return [line(head), `|${"---|".repeat(head.length)}\n`, ...rows.map(line)].join("");
}

function code(text: string): string {
  return text === "" ? "" : `\`${text}\``;
}
