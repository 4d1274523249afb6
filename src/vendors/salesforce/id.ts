const CHECKSUM_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';
const CHUNK_LENGTH = 5;
const SHORT_LENGTH = 15;
const SHORT_ID = /^[0-9A-Za-z]{15}$/;
const LONG_ID = /^[0-9A-Za-z]{18}$/;
const CODE_A = 'A'.charCodeAt(0);
const CODE_Z = 'Z'.charCodeAt(0);

/**
 * The 18-character form of a record id that Salesforce sent. An 18-character id is used as it is,
 * without verifying its checksum: Salesforce itself uses it. A 15-character id gets its checksum.
 * Throws on anything else. (Salesforce help: "How to convert 15-character IDs to 18".)
 */
export function salesforceId18(id: string): string {
  if (LONG_ID.test(id)) return id;
  if (SHORT_ID.test(id)) return id + checksumOf(id);
  throw new Error(`not a Salesforce id: ${JSON.stringify(id)}`);
}

/** Whether `salesforceId18` accepts the text. */
export function isSalesforceId(text: string): boolean {
  return LONG_ID.test(text) || SHORT_ID.test(text);
}

/** Of the first 15 characters. */
function checksumOf(id: string): string {
  let checksum = '';
  for (let start = 0; start < SHORT_LENGTH; start += CHUNK_LENGTH) {
    let bits = 0;
    for (let index = 0; index < CHUNK_LENGTH; index += 1) {
      const code = id.charCodeAt(start + index);
      if (code >= CODE_A && code <= CODE_Z) bits |= 1 << index;
    }
    checksum += CHECKSUM_ALPHABET.charAt(bits);
  }
  return checksum;
}
