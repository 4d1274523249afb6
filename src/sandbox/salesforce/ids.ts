/** In ASCII order, so that Ids of ascending numbers ascend in Salesforce's byte order. */
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const CHECK_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';
const PREFIX_LENGTH = 3;
const NUMBER_LENGTH = 9;
const KEY_LENGTH = 15;

/**
 * A realistic 18-character Id: the key prefix, a two-character `pod`, a zero, nine base-62 digits
 * of `number`, and three check characters.
 */
export function makeId(prefix: string, number: number, pod = 'Hp'): string {
  let digits = '';
  for (let rest = number; rest > 0; rest = Math.floor(rest / DIGITS.length)) {
    digits = DIGITS.charAt(rest % DIGITS.length) + digits;
  }
  return to18(`${prefix}${pod}0${digits.padStart(NUMBER_LENGTH, '0')}`);
}

/** The number in an Id that `makeId` created with this pod; undefined for any other Id. */
export function numberOfId(id: string, pod: string): number | undefined {
  if (id.slice(PREFIX_LENGTH, PREFIX_LENGTH + pod.length + 1) !== `${pod}0`) return undefined;
  let number = 0;
  for (const digit of id.slice(KEY_LENGTH - NUMBER_LENGTH, KEY_LENGTH)) {
    number = number * DIGITS.length + DIGITS.indexOf(digit);
  }
  return number;
}

/**
 * The 18-character form of a 15-character Id. Salesforce SOAP guide: each check character
 * encodes which of five characters are upper case.
 */
export function to18(id: string): string {
  let check = '';
  for (let start = 0; start < KEY_LENGTH; start += 5) {
    let bits = 0;
    for (let place = 0; place < 5; place += 1) {
      const code = id.charCodeAt(start + place);
      if (code >= 65 && code <= 90) bits |= 1 << place;
    }
    check += CHECK_DIGITS.charAt(bits);
  }
  return id.slice(0, KEY_LENGTH) + check;
}

/** True for a 15-character Id, and for an 18-character Id with correct check characters. */
export function isId(text: string): boolean {
  if (!/^[0-9A-Za-z]{15}([0-9A-Z]{3})?$/.test(text)) return false;
  return text.length === KEY_LENGTH || to18(text) === text;
}

/** The first 15 characters, which both forms of an Id share. */
export function idKey(id: string): string {
  return id.slice(0, KEY_LENGTH);
}

export function prefixOf(id: string): string {
  return id.slice(0, PREFIX_LENGTH);
}
