import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CompactRows, type RowFormat } from '../../src/lib/compact-rows.ts';
import { KeyIndex } from '../../src/lib/key-index.ts';

interface Row {
  readonly name: string;
  readonly keys: readonly string[];
}

const FORMAT: RowFormat<Row, readonly [string, readonly string[]]> = {
  pack: ({ name, keys }) => [name, keys],
  unpack: ([name, keys]) => ({ name, keys }),
  keysOf: ({ keys }) => keys,
};

function rowsOf(all: Iterable<Row>): CompactRows<Row, readonly [string, readonly string[]]> {
  const rows = new CompactRows(FORMAT);
  for (const row of all) rows.add(row);
  return rows;
}

const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const KEYS: readonly string[] = ['a', 'b', 'ä', 'é@acme.example'];
const someKeys = fc.uniqueArray(fc.constantFrom(...KEYS), { maxLength: 3 });
const someRows = fc.array(fc.record({ name: text, keys: someKeys }));

describe('compact rows', () => {
  test('are what was added, in any script, and found by each of their keys', () => {
    fc.assert(
      fc.property(someRows, (all) => {
        const rows = rowsOf(all);
        expect([...rows]).toEqual(all);
        expect(rows.length).toBe(all.length);
        for (const key of [...KEYS, 'c'])
          expect(rows.find(key)).toEqual(all.filter(({ keys }) => keys.includes(key)));
      }),
    );
  });

  test('show a row that was replaced, even if it was found before', () => {
    const rows = rowsOf([
      { name: 'one', keys: ['a'] },
      { name: 'two', keys: ['a', 'b'] },
    ]);
    expect(rows.find('a').map(({ name }) => name)).toEqual(['one', 'two']);
    rows.replace(0, { name: 'a longer name', keys: ['a'] });
    expect(rows.find('a').map(({ name }) => name)).toEqual(['a longer name', 'two']);
    expect(rows.at(0).name).toBe('a longer name');
    rows.add({ name: 'three', keys: ['a'] });
    expect(rows.find('a').map(({ name }) => name)).toEqual(['a longer name', 'two', 'three']);
  });

  test('can be many, and larger than the memory that is taken at once', () => {
    const large = { name: 'x'.repeat(1_000_000), keys: ['large'] };
    const many = Array.from({ length: 30_000 }, (_, number) => ({
      name: `row ${number}`,
      keys: [`key ${number}`, `third ${number % 10_000}`],
    }));
    const rows = rowsOf([...many.slice(0, 10), large, ...many.slice(10)]);
    expect(rows.find('large')).toEqual([large]);
    for (const number of [0, 9, 10, 4_095, 4_096, 29_999]) {
      expect(rows.find(`key ${number}`)).toEqual([many[number]]);
    }
    expect(rows.find('third 7').map(({ name }) => name)).toEqual([
      'row 7',
      'row 10007',
      'row 20007',
    ]);
    expect(rows.find('key 30000')).toEqual([]);
  });

  test('have the order of their first field, and of their positions if it is the same', () => {
    const rows = rowsOf(['c', 'a', 'b', 'a'].map((name) => ({ name, keys: [] })));
    expect([...rows.positionsInOrder()]).toEqual([1, 3, 2, 0]);
  });

  test('are not found by another key with the same hash', () => {
    const [one, other] = keysWithTheSameHash();
    const rows = rowsOf([{ name: 'one', keys: [one] }]);
    expect(rows.find(other)).toEqual([]);
    expect(rows.find(one)).toHaveLength(1);
  });

  test('are found once, even if two of their keys have the same hash', () => {
    const keys = keysWithTheSameHash();
    const rows = rowsOf([{ name: 'one', keys }]);
    for (const key of keys) expect(rows.find(key)).toHaveLength(1);
  });
});

/** Of all indexes: hashes do not depend on anything else. */
function keysWithTheSameHash(): [string, string] {
  const index = new KeyIndex();
  for (let number = 0; number < 1_000_000; number += 1) {
    const key = `key ${number}`;
    const [before] = index.positionsOf(key);
    if (before !== undefined) return [`key ${before}`, key];
    index.add(key, number);
  }
  throw new Error('no two keys have the same hash');
}
