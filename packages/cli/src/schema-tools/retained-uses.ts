import type { Connected } from "../connect.ts";
import { scanLog } from "../evolve/gather/scan-log.ts";

/** Records that were written with a version of a subject. */
export interface RetainedUse {
  readonly topic: string;
  readonly version: number;
  readonly records: number;
}

/** The newest and the oldest records up to this many are looked at. */
const RECORDS_MAX = 1_000_000;

/** The records in the log that need a subject, or one version of it; subjects of the TopicName strategy alone. */
export async function retainedUses(
  connected: Connected,
  subject: string,
  version: number | undefined,
  onProgress: (records: number) => void,
): Promise<RetainedUse[]> {
  const [, topic, part] = /^(.*)-(key|value)$/s.exec(subject) ?? [];
  if (topic === undefined || !(await connected.admin.topics.list()).includes(topic)) return [];
  const { registry } = connected;
  const versions = version === undefined ? await registry.versions(subject, { deleted: true }) : [version];
  const scan = await scanLog(connected, topic, part as "key" | "value", {
    recordsMax: RECORDS_MAX,
    replay: 0,
    onProgress,
  });
  const uses: RetainedUse[] = [];
  for (const number of versions) {
    const { id, guid } = await registry.version(subject, number, { deleted: true });
    const ranges = [scan.extents.get(id), guid === undefined ? undefined : scan.extents.get(guid)];
    const records = ranges
      .flatMap((each) => [...(each?.values() ?? [])])
      .reduce((sum, { count }) => sum + count, 0);
    if (records > 0) uses.push({ topic, version: number, records });
  }
  return uses;
}
