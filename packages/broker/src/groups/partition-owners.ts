/** Who owns which partition in a generation, and so may commit for it. */
export class PartitionOwners<Owner> {
  readonly #topics = new Map<string, Map<number, Owner>>();

  clear(): void {
    this.#topics.clear();
  }

  /** Gives the partition to `owner` unless another one has it; returns who has it then. */
  claim(topic: string, partition: number, owner: Owner): Owner {
    let partitions = this.#topics.get(topic);
    if (partitions === undefined) {
      partitions = new Map();
      this.#topics.set(topic, partitions);
    }
    const present = partitions.get(partition);
    if (present !== undefined) return present;
    partitions.set(partition, owner);
    return owner;
  }

  of(topic: string, partition: number): Owner | undefined {
    return this.#topics.get(topic)?.get(partition);
  }
}
