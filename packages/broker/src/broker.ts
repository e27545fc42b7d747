/** What handlers work on. */
export interface Broker {
  readonly nodeId: number;
}
