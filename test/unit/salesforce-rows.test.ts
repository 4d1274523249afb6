import { expect, test } from 'vitest';
import { gather, readRows } from '../../src/sources/salesforce/rows.ts';
import { collect } from '../support/salesforce-peer.ts';

const running = new AbortController().signal;

/** The query that a reading sends. */
async function soqlOf(from: string, until: string): Promise<string> {
  const soqls: string[] = [];
  const client = {
    usage: undefined,
    instanceUrl: async () => '',
    queryBatch: async () => [],
    queryPages: async function* (soql: string) {
      soqls.push(soql);
      yield [];
    },
  };
  const bounds = { from: Date.parse(from), until: Date.parse(until) };
  await collect(readRows(client, { field: 'CreatedDate', ...bounds }, running));
  return soqls.join();
}

test.each([
  ['2026-11-01T00:00:00Z', '2026-11-02T00:00:00Z', '2026-11-01T00:00:00Z', '2026-11-02T00:00:00Z'],
  // Rows carry whole seconds: the second that `until` cuts still has its row inside.
  [
    '2026-11-01T00:00:00.500Z',
    '2026-11-02T00:00:00.001Z',
    '2026-11-01T00:00:00Z',
    '2026-11-02T00:00:01Z',
  ],
])('a window from %s until %s is read whole, its end exclusive', async (from, until, low, high) => {
  expect(await soqlOf(from, until)).toMatch(
    new RegExp(`WHERE CreatedDate >= ${low} AND CreatedDate < ${high} ORDER BY CreatedDate, Id$`),
  );
});

test.each([
  [
    [2, 2, 1],
    [3, 2],
  ],
  [[7], [3, 3, 1]],
  [[], []],
  [[0, 3, 0], [3]],
])('pages of %j rows become batches of %j', async (pages, batches) => {
  let id = 0;
  const rows = async function* () {
    for (const length of pages) yield Array.from({ length }, () => ({ Id: id++ }));
  };
  const gathered = await collect(gather(rows(), 3));
  expect(gathered.map(({ length }) => length)).toEqual(batches);
  expect(gathered.flat().map(({ Id }) => Id)).toEqual(Array.from({ length: id }, (_, at) => at));
});
