/** Who a consumer is to its group at the moment; nobody before it has joined. */
export interface Membership {
  readonly memberId: string;
  readonly generationId: number;
}

/** What a consumer outside the group protocol says: it may commit while the group has no members. */
export const NO_MEMBERSHIP: Membership = { memberId: "", generationId: -1 };
