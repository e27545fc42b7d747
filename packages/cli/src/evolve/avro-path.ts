import type { AvroField, AvroRecord, AvroSchema } from "@letterpress/schema";

/** The fields that a JSON pointer such as `/fields/2/type/items/fields/0` passes, outermost first. */
export function fieldsOnPath(
  path: string,
  root: AvroSchema,
): { readonly record: AvroRecord; readonly field: AvroField }[] {
  const found: { record: AvroRecord; field: AvroField }[] = [];
  let node: AvroSchema | undefined = root;
  for (const part of path.split("/").filter((each) => each !== "" && each !== "fields" && each !== "type")) {
    if (node?.kind === "record") {
      const field: AvroField | undefined = node.fields[Number(part)];
      if (field === undefined) break;
      found.push({ record: node, field });
      node = field.type;
    } else if (node?.kind === "union") node = node.branches[Number(part)];
    else if (node?.kind === "array") node = node.items;
    else if (node?.kind === "map") node = node.values;
    else break;
  }
  return found;
}
