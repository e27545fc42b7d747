/** Confluent's names for the schema checks at append, with the values they stand for under ours. */
const ALIASES: Readonly<Record<string, { name: string; values: Readonly<Record<string, string>> }>> = {
  "confluent.key.schema.validation": alias("letterpress.key.schema.validation", {
    true: "id",
    false: "none",
  }),
  "confluent.value.schema.validation": alias("letterpress.value.schema.validation", {
    true: "id",
    false: "none",
  }),
  "confluent.key.subject.name.strategy": alias("letterpress.key.subject.name.strategy", strategies()),
  "confluent.value.subject.name.strategy": alias("letterpress.value.subject.name.strategy", strategies()),
};

/**
 * A configuration under our name for it. What is no alias comes back as it is; an alias with an unknown value
 * keeps the value, which its definition then refuses.
 */
export function resolveAlias(name: string, value: string): { readonly name: string; readonly value: string } {
  const found = Object.hasOwn(ALIASES, name) ? ALIASES[name] : undefined;
  if (found === undefined) return { name, value };
  return { name: found.name, value: Object.hasOwn(found.values, value) ? found.values[value]! : value };
}

/** Our name for `name`. */
export function resolveAliasName(name: string): string {
  return resolveAlias(name, "").name;
}

function alias(name: string, values: Record<string, string>) {
  return { name, values };
}

/** The Java classes of Confluent's subject name strategies. */
function strategies(): Record<string, string> {
  const names = ["TopicName", "RecordName", "TopicRecordName"];
  return Object.fromEntries(
    names.map((name) => [`io.confluent.kafka.serializers.subject.${name}Strategy`, name]),
  );
}
