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

  test('a 15-character id gets the checksum of its capitals', () => {
    fc.assert(
      fc.property(shortIds, (short) => {
        expect(salesforceId18(short)).toBe(expectedOf(short));
      }),
    );
  });

  test.each([
    '001A0000006Vm9rIAC',
    '001a0000006vm9riac',
    '05D000000000001AAA',
    '001A0000006Vm9rZZ9',
  ])('%s has 18 characters and is used as it is', (id) => {
    expect(isSalesforceId(id)).toBe(true);
    expect(salesforceId18(id)).toBe(id);
  });

  test.each([
    ['empty', ''],
    ['14 characters', '001A0000006Vm9'],
    ['16 characters', '001A0000006Vm9rI'],
    ['an invalid character', '001A0000006Vm9-'],
    ['19 characters', '001A0000006Vm9rIACA'],
    ['an invalid checksum character', '001A0000006Vm9rIA-'],
    ['spaces around', ' 001A0000006Vm9r'],
    ['a line break at the end', '001A0000006Vm9r\n'],
  ])('%s is not an id', (_what, text) => {
    expect(isSalesforceId(text)).toBe(false);
    expect(() => salesforceId18(text)).toThrow('not a Salesforce id');
  });

  test('both forms are ids', () => {
    expect(isSalesforceId('001A0000006Vm9r')).toBe(true);
    expect(isSalesforceId('001A0000006Vm9rIAC')).toBe(true);
  });
});

/** The checksum computed another way: the reversed bits of a chunk, as a number. */
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
