const CHECKSUM_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';
const CHUNK_LENGTH = 5;
const SHORT_LENGTH = 15;
const CODE_A = 'A'.charCodeAt(0);
const CODE_Z = 'Z'.charCodeAt(0);

/**
 * The 18-character form of a record id. A 15-character id is case-sensitive and gets its checksum;
 * an 18-character one is case-insensitive, so its letters get the case that the checksum says.
 * Throws on anything else. (Salesforce help: "How to convert 15-character IDs to 18".)
 */
export function salesforceId18(id: string): string {
  const converted = convert(id);
  if (converted === undefined) throw new Error(`not a Salesforce id: ${JSON.stringify(id)}`);
  return converted;
}

/** Whether the text is a Salesforce id in one of its two forms, checksum included. */
export function isSalesforceId(text: string): boolean {
  return convert(text) !== undefined;
}

/** A run converts several ids a row, almost all of them in their final form already. */
function convert(id: string): string | undefined {
  if (/^[0-9A-Za-z]{15}$/.test(id)) return id + checksumOf(id);
  if (!/^[0-9A-Za-z]{15}[A-Za-z0-5]{3}$/.test(id)) return undefined;
  if (id.endsWith(checksumOf(id))) return id;
  const checksum = id.slice(SHORT_LENGTH).toUpperCase();
  const restored = restoreCase(id.slice(0, SHORT_LENGTH), checksum);
  // A checksum that calls a digit a capital letter belongs to no id.
  return checksumOf(restored) === checksum ? restored + checksum : undefined;
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

function restoreCase(id: string, checksum: string): string {
  return Array.from(id, (character, position) => {
    const bits = CHECKSUM_ALPHABET.indexOf(checksum.charAt(Math.floor(position / CHUNK_LENGTH)));
    const capital = (bits & (1 << (position % CHUNK_LENGTH))) !== 0;
    return capital ? character.toUpperCase() : character.toLowerCase();
  }).join('');
}
