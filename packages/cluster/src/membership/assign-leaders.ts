/** A topic whose partitions are to have leaders. */
export interface AssignableTopic {
  readonly id: string;
  /** Who leads each partition now; undefined for one that nobody leads. Brokers that are gone may be among them. */
  readonly leaders: readonly (number | undefined)[];
}

/**
 * Chooses the leader of every partition. Each topic is spread over all brokers, and so are all partitions together: in
 * both, loads differ by one at most. Whoever leads a partition keeps it, unless balance takes it away. A pure function.
 *
 * @param brokers the ids of the brokers that may lead, in any order.
 * @returns the leaders by topic id; undefined for every partition when there are no brokers.
 */
export function assignLeaders(
  brokers: readonly number[],
  topics: readonly AssignableTopic[],
): Map<string, readonly (number | undefined)[]> {
  const ids = [...brokers].sort((a, b) => a - b);
  const shares = topics.map((topic) => new TopicShares(ids, topic));
  const extras = new Map(ids.map((id) => [id, 0]));
  for (const share of shares) share.chooseExtras(extras);
  levelExtras(shares, extras);
  return new Map(shares.map((share) => [share.topic.id, share.assign()]));
}

/** Moves the odd partitions of single topics from who has most of them to who has fewest, until all is level. */
function levelExtras(shares: readonly TopicShares[], extras: Map<number, number>): void {
  for (;;) {
    const [most, fewest] = extremes(extras);
    if (most === undefined || fewest === undefined || extras.get(most)! - extras.get(fewest)! <= 1) return;
    const movable = shares.filter((share) => share.hasExtra(most) && !share.hasExtra(fewest));
    const cheapest = movable.reduce((a, b) =>
      b.costOfMoving(most, fewest) < a.costOfMoving(most, fewest) ? b : a,
    );
    cheapest.moveExtra(most, fewest);
    extras.set(most, extras.get(most)! - 1);
    extras.set(fewest, extras.get(fewest)! + 1);
  }
}

function extremes(extras: ReadonlyMap<number, number>): [number | undefined, number | undefined] {
  let most: number | undefined;
  let fewest: number | undefined;
  for (const [id, count] of extras) {
    if (most === undefined || count > extras.get(most)!) most = id;
    if (fewest === undefined || count < extras.get(fewest)!) fewest = id;
  }
  return [most, fewest];
}

/** How many partitions of one topic each broker is to lead: the same number for all, and one extra for some. */
class TopicShares {
  readonly topic: AssignableTopic;
  readonly #brokers: readonly number[];
  readonly #share: number;
  /** What each broker leads now. */
  readonly #held = new Map<number, number>();
  readonly #extra = new Set<number>();

  constructor(brokers: readonly number[], topic: AssignableTopic) {
    this.topic = topic;
    this.#brokers = brokers;
    this.#share = brokers.length === 0 ? 0 : Math.floor(topic.leaders.length / brokers.length);
    for (const id of brokers) this.#held.set(id, 0);
    for (const id of topic.leaders) {
      const count = id === undefined ? undefined : this.#held.get(id);
      if (count !== undefined) this.#held.set(id!, count + 1);
    }
  }

  /** Gives the odd partitions to those who lead most of the topic, then to those who have fewest extras so far. */
  chooseExtras(extras: Map<number, number>): void {
    const odd = this.topic.leaders.length - this.#share * this.#brokers.length;
    if (this.#brokers.length === 0) return;
    const byClaim = [...this.#brokers].sort(
      (a, b) => this.#surplus(b) - this.#surplus(a) || extras.get(a)! - extras.get(b)! || a - b,
    );
    for (const id of byClaim.slice(0, odd)) {
      this.#extra.add(id);
      extras.set(id, extras.get(id)! + 1);
    }
  }

  hasExtra(id: number): boolean {
    return this.#extra.has(id);
  }

  /** How many leaders more it takes to change when the extra goes from one broker to the other. */
  costOfMoving(from: number, to: number): number {
    return Math.min(1, this.#surplus(from)) - Math.min(1, this.#surplus(to));
  }

  moveExtra(from: number, to: number): void {
    this.#extra.delete(from);
    this.#extra.add(to);
  }

  assign(): readonly (number | undefined)[] {
    const room = new Map(this.#brokers.map((id) => [id, this.#share + (this.#extra.has(id) ? 1 : 0)]));
    const take = (id: number | undefined): number | undefined => {
      const left = id === undefined ? 0 : (room.get(id) ?? 0);
      if (left === 0) return undefined;
      room.set(id!, left - 1);
      return id;
    };
    const kept = this.topic.leaders.map(take);
    let next = 0;
    return kept.map((id) => {
      if (id !== undefined || this.#brokers.length === 0) return id;
      // Round and round, so that neighbours go to different brokers; there is room for every one.
      for (;;) {
        const taken = take(this.#brokers[next++ % this.#brokers.length]);
        if (taken !== undefined) return taken;
      }
    });
  }

  /** What the broker leads above the common share. */
  #surplus(id: number): number {
    return Math.max(0, this.#held.get(id)! - this.#share);
  }
}
