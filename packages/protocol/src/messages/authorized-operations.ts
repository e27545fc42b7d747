/** Stands for "not asked for" in the bit fields of authorized operations (KIP-430). */
export const AUTHORIZED_OPERATIONS_OMITTED = -2147483648;
