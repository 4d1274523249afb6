import { createHash } from 'node:crypto';

/**
 * The first `digits` hexadecimal digits of the text's SHA-256, four bits each. Stored names and IDs
 * contain them, so they must not change.
 */
export function hexDigest(text: string, digits: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, digits);
}
