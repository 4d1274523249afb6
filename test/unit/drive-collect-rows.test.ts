import { expect, test } from 'vitest';
import { collectRows } from '../../src/sources/drive/collect-rows.ts';
import type { FaultyRow } from '../../src/vendors/faulty-row.ts';

const FAULTY = { kind: 'user', id: '1', problem: 'primaryEmail: missing', row: {} };

test('a list that must fit in memory ends at its limit, whatever its rows are', async () => {
  let pages = 0;
  async function* endless() {
    while (pages < 100) {
      pages += 1;
      yield { rows: [pages], faulty: [FAULTY], nextPageToken: `${pages}` };
    }
  }
  const named: string[] = [];
  const onFaultyRow = ({ id }: FaultyRow) => void named.push(id);
  await expect(collectRows(endless(), { rowsMax: 5, onFaultyRow })).rejects.toThrow(
    'a list of Google does not end: it has more than 5 rows',
  );
  expect(pages).toBe(3);
  expect(named).toEqual(['1', '1']);
});

test('a list up to the limit is complete', async () => {
  async function* pages() {
    yield { rows: [1, 2], nextPageToken: '2' };
    yield { rows: [3] };
  }
  expect(await collectRows(pages(), { rowsMax: 3, onFaultyRow: () => {} })).toEqual([1, 2, 3]);
});
