/** The topic that holds every registered schema, as Confluent's registry has it. */
export const SCHEMAS_TOPIC = "_schemas";
