import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isSalesforceId, salesforceId18 } from '../../src/vendors/salesforce/id.ts';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const shortIds = fc
  .array(fc.constantFrom(...ALPHABET), { minLength: 15, maxLength: 15 })
  .map((characters) => characters.join(''));

describe('Salesforce ids', () => {
  test.each([
    ['001A0000006Vm9r', '001A0000006Vm9rIAC'],
    ['000000000000000', '000000000000000AAA'],
    ['AAAAAAAAAAAAAAA', 'AAAAAAAAAAAAAAA555'],
  ])('%s has the 18-character form %s', (short, long) => {
    expect(salesforceId18(short)).toBe(long);
  });

  test('an 18-character id that lost its case gets it back from its checksum', () => {
    fc.assert(
      fc.property(shortIds, (short) => {
        const long = salesforceId18(short);
        expect(long).toBe(expectedOf(short));
        for (const form of [long, long.toLowerCase(), long.toUpperCase()]) {
          expect(salesforceId18(form)).toBe(long);
        }
      }),
    );
  });

  test.each([
    ['empty', ''],
    ['14 characters', '001A0000006Vm9'],
    ['16 characters', '001A0000006Vm9rI'],
    ['a character of no id', '001A0000006Vm9-'],
    ['a checksum character beyond 5', '001A0000006Vm9rIA9'],
    ['a checksum that makes a digit a capital', '001A0000006Vm9rJAC'],
    ['spaces around', ' 001A0000006Vm9r'],
    ['a line break at the end', '001A0000006Vm9r\n'],
  ])('%s is no id', (_what, text) => {
    expect(isSalesforceId(text)).toBe(false);
    expect(() => salesforceId18(text)).toThrow('not a Salesforce id');
  });

  test('both forms are ids', () => {
    expect(isSalesforceId('001A0000006Vm9r')).toBe(true);
    expect(isSalesforceId('001A0000006Vm9rIAC')).toBe(true);
  });
});

/** The checksum written another way: the bits of a chunk, read backwards, as a number. */
function expectedOf(short: string): string {
  const suffix = [0, 5, 10].map((start) => {
    const bits = [...short.slice(start, start + 5)]
      .reverse()
      .map((character) => (/[A-Z]/.test(character) ? '1' : '0'))
      .join('');
    return 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345'.charAt(Number.parseInt(bits, 2));
  });
  return short + suffix.join('');
}
