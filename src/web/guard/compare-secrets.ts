import { createHash, timingSafeEqual } from 'node:crypto';

/** Compares in a time that does not depend on the texts. */
export function isSameSecret(one: string, other: string): boolean {
  return timingSafeEqual(digestOf(one), digestOf(other));
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
