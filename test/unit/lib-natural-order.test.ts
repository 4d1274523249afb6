import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareNaturally } from '../../src/lib/natural-order.ts';

test('numbers in names count as numbers', () => {
  const names = ['tenant-10', 'tenant-2', 'tenant-1', 'acme', 'tenant', 'tenant-2-b', 'tenant-02'];
  expect(names.toSorted(compareNaturally)).toEqual([
    'acme',
    'tenant',
    'tenant-1',
    'tenant-02',
    'tenant-2',
    'tenant-2-b',
    'tenant-10',
  ]);
});

test('a number of any length counts', () => {
  const long = '9'.repeat(40);
  expect(compareNaturally(`a${long}`, `a1${long}`)).toBeLessThan(0);
});

test('it is an order of all names, in which only equal ones are equal', () => {
  const name = fc.string({ unit: fc.constantFrom('a', 'b', '0', '1', '9', '-'), maxLength: 6 });
  fc.assert(
    fc.property(name, name, name, (a, b, c) => {
      const sign = (one: string, other: string) => Math.sign(compareNaturally(one, other));
      expect(sign(a, b) + sign(b, a)).toBe(0);
      expect(sign(a, b) === 0).toBe(a === b);
      if (sign(a, b) <= 0 && sign(b, c) <= 0) expect(sign(a, c)).toBeLessThanOrEqual(0);
    }),
    { numRuns: 2_000 },
  );
});
