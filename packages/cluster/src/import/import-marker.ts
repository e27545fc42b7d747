import { ClusterError } from "../cluster-error.ts";
import type { StreamInfo } from "../jetstream/jetstream-api.ts";

/*
 * While an import goes on, the stream of the cluster's metadata, which is the first to be made and the last to be
 * filled, says so in its own metadata, where the tools of NATS show it:
 *
 *   letterpress.import: <id>         what is imported, as long as that has not finished
 *   letterpress.import.from: <name>  the same for people
 *   letterpress.imported: <id>       what was imported, once it has
 *
 * A stream is made with its metadata at once, and one of the same name with other metadata is refused: of two imports, or
 * of an import and a first broker, one is first and the other one finds out.
 */
const UNFINISHED = "letterpress.import";
const FROM = "letterpress.import.from";
const FINISHED = "letterpress.imported";

/** What is imported. */
export interface ImportOrigin {
  /** The same for every attempt at the same import. */
  readonly id: string;
  /** What a person knows it by. */
  readonly name: string;
}

type StreamMetadata = Readonly<Record<string, string>>;

export function unfinishedMarker({ id, name }: ImportOrigin): StreamMetadata {
  return { [UNFINISHED]: id, [FROM]: name };
}

export function finishedMarker({ id }: ImportOrigin): StreamMetadata {
  return { [FINISHED]: id };
}

/** The import that has not finished, as the stream of the metadata tells; undefined where there is none. */
export function unfinishedImport({ config: { metadata } }: StreamInfo): ImportOrigin | undefined {
  const id = metadata?.[UNFINISHED];
  return id === undefined ? undefined : { id, name: metadata?.[FROM] ?? id };
}

/** The id of what was imported into the cluster; undefined where nothing was. */
export function finishedImport({ config: { metadata } }: StreamInfo): string | undefined {
  return metadata?.[FINISHED];
}

/** @throws ClusterError `IMPORT_UNFINISHED` */
export function assertImported(info: StreamInfo | undefined): void {
  const origin = info === undefined ? undefined : unfinishedImport(info);
  if (origin === undefined) return;
  throw new ClusterError(
    "IMPORT_UNFINISHED",
    `${origin.name} is being imported into this cluster and no broker may serve a part of it; ` +
      "finish it with letterpress cluster import, which goes on where it was stopped",
  );
}
