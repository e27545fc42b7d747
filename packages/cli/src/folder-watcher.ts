import { type FSWatcher, readdirSync, watch } from "node:fs";
import { join } from "node:path";

/** Every folder takes one of the system's watches, of which there may be only some thousands. */
const FOLDERS_MAX = 2_000;

/**
 * Tells of changes in a folder and all folders below it, those made later included. Each folder is watched by itself:
 * on Linux, Node's recursive watching follows files, and loses one that an editor has replaced rather than written.
 */
export class FolderWatcher implements Disposable {
  readonly #root: string;
  readonly #onChange: (file: string | null) => void;
  readonly #watchers = new Map<string, FSWatcher>();

  /** `onChange` gets the name of the file, or null where the system does not tell it. Throws where there is no folder. */
  constructor(root: string, onChange: (file: string | null) => void) {
    this.#root = root;
    this.#onChange = onChange;
    this.#watch(root);
    this.#watchInner(() => undefined);
  }

  [Symbol.dispose](): void {
    for (const folder of [...this.#watchers.keys()]) this.#forget(folder);
  }

  #watch(folder: string): void {
    const watcher = watch(folder, (event, file) => {
      // A folder has come, gone or been renamed, or it is a file and nothing is new.
      // What was put into a new folder before it was watched has to be looked at as well.
      if (event === "rename") this.#watchInner(() => this.#onChange(null));
      this.#onChange(file);
    });
    watcher.on("error", () => this.#forget(folder));
    this.#watchers.set(folder, watcher);
  }

  #watchInner(onAdded: () => void): void {
    const folders = new Set([this.#root, ...foldersBelow(this.#root)]);
    for (const folder of [...this.#watchers.keys()]) if (!folders.has(folder)) this.#forget(folder);
    for (const folder of folders) {
      if (this.#watchers.has(folder) || this.#watchers.size >= FOLDERS_MAX) continue;
      try {
        this.#watch(folder);
        onAdded();
      } catch {
        // It is gone again; the folder above tells when it comes back.
      }
    }
  }

  #forget(folder: string): void {
    this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
  }
}

function foldersBelow(root: string): string[] {
  try {
    return readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((folder) => !folder.includes("node_modules"));
  } catch {
    return [];
  }
}
