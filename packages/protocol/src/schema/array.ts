import { Field, type FieldType } from "./field.ts";
import { COMPACT, INT32, prefixed } from "./length-prefix.ts";

/** A list. Its count is bounded by the bytes the frame still holds before anything is allocated. */
export function array<Out, In, O extends boolean>(
  element: Field<Out, In, O>,
): Field<Out[], readonly In[], false> {
  const type: FieldType<Out[], readonly In[]> = {
    kind: "array",
    defaultValue: () => [],
    isDefault: (values) => values.length === 0,
    element: element as unknown as Field,
    compile(version, flexible, nullable) {
      const codec = element.compile(version, flexible);
      return prefixed<Out[], readonly In[]>("array", flexible ? COMPACT : INT32, nullable, {
        read(reader, count) {
          reader.checkCount(count, codec.bytesMin);
          const values: Out[] = [];
          for (let index = 0; index < count; index++) values.push(codec.read(reader));
          return values;
        },
        length: (values) => values.length,
        write(writer, values) {
          for (const value of values) codec.write(writer, value);
        },
      });
    },
  };
  return new Field<Out[], readonly In[], false>(type);
}

/** A list that may be null in every version. Chain `.nullable(version)` on {@link array} otherwise. */
export const nullableArray = <Out, In, O extends boolean>(
  element: Field<Out, In, O>,
): Field<Out[] | null, readonly In[] | null, false> => array(element).nullable();
