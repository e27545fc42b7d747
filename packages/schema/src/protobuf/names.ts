/** The JSON name protoc gives a field: lowerCamelCase of its name. */
export function jsonName(name: string): string {
  return name.replace(/_+(.?)/g, (_, next: string) => next.toUpperCase());
}

/** The name protoc gives the entry type of a map field. */
export function mapEntryName(name: string): string {
  const camel = name.replace(/_+(.?)/g, (_, next: string) => next.toUpperCase());
  return `${camel.charAt(0).toUpperCase()}${camel.slice(1)}Entry`;
}
