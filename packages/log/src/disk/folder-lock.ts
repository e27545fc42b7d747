import { readFileSync } from "node:fs";
import { link, readFile, rename, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LogError } from "../log-error.ts";
import { isMissing } from "./disk.ts";

const LOCK_NAME = ".lock";
const ATTEMPTS_MAX = 10;

/**
 * Who holds a folder: the process id and, where the system tells them, when that process started and which boot it
 * belongs to, so that a process id that was given out anew after a crash or a reboot does not look like the holder.
 */
interface Holder {
  readonly pid: number;
  readonly started: string;
  readonly boot: string;
}

/**
 * Takes the folder for this process by a lock file that appears under its name at once or not at all. A file that a killed process left
 * behind is moved away first; of several processes that find it, one wins.
 *
 * @throws LogError `LOCKED` naming the process that holds the folder.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, LOCK_NAME);
  const text = JSON.stringify(identify(process.pid));
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    if (await createExclusively(path, text)) return () => release(path, text);
    const found = await readText(path);
    if (found === undefined) continue;
    const holder = parse(found);
    if (holder !== undefined && isAlive(holder)) {
      throw new LogError(
        "LOCKED",
        `data folder ${folder} is in use by process ${holder.pid}; stop it or choose another folder`,
      );
    }
    await moveAway(path, found);
  }
  throw new LogError("LOCKED", `data folder ${folder} is being taken by other processes; try again`);
}

/** Links a finished file to the lock's name, so that nobody ever sees a lock without its holder. */
async function createExclusively(path: string, text: string): Promise<boolean> {
  const aside = `${path}.${process.pid}`;
  await writeFile(aside, text);
  try {
    await link(aside, path);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  } finally {
    await unlink(aside);
  }
}

/** Moves a stale lock away; puts it back when another process had replaced it meanwhile. */
async function moveAway(path: string, stale: string): Promise<void> {
  const aside = `${path}.stale-${process.pid}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  if ((await readText(aside)) === stale) await unlink(aside);
  else await rename(aside, path);
}

async function release(path: string, text: string): Promise<void> {
  if ((await readText(path)) === text) await unlink(path);
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function parse(text: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return undefined;
    const { pid, started, boot } = value as Record<string, unknown>;
    if (typeof pid !== "number" || typeof started !== "string" || typeof boot !== "string") return undefined;
    return { pid, started, boot };
  } catch {
    return undefined;
  }
}

function isAlive(holder: Holder): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // EPERM means that it lives under another user.
    if (!(error instanceof Error && "code" in error && error.code === "EPERM")) return false;
  }
  const now = identify(holder.pid);
  return now.started === holder.started && now.boot === holder.boot;
}

/** Outside Linux only the process id is known. */
function identify(pid: number): Holder {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name, in parentheses, may hold spaces; the start time is the 20th field behind it.
    const started = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return { pid, started, boot };
  } catch {
    return { pid, started: "", boot: "" };
  }
}
