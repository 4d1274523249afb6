import { expect, test } from 'vitest';
import { batchesOf, readRows } from '../../src/sources/salesforce/read-rows.ts';
import { LocatorLost } from '../../src/vendors/salesforce/errors.ts';
import type { ReadRow } from '../../src/vendors/salesforce/salesforce-client.ts';
import { asSent, collect } from '../support/salesforce-peer.ts';

/** The SOQL that reading this window sends. */
async function soqlOf(from: string, until: string): Promise<string> {
  const soqls: string[] = [];
  const client = {
    usage: undefined,
    now: () => Date.UTC(2100, 0, 1),
    instanceUrl: async () => '',
    orgId: async () => undefined,
    queryBatch: async () => [],
    queryPages: async function* <T>(soql: string) {
      soqls.push(soql);
      yield [] as T[];
    },
  };
  const bounds = { from: Date.parse(from), until: Date.parse(until) };
  await collect(readRows(client, { field: 'CreatedDate', ...bounds }, asSent));
  return soqls.join();
}

test.each([
  ['2026-11-01T00:00:00Z', '2026-11-02T00:00:00Z', '2026-11-01T00:00:00Z', '2026-11-02T00:00:00Z'],
  // Rows have whole seconds: a row in the second that contains `until` can be inside the window.
  [
    '2026-11-01T00:00:00.500Z',
    '2026-11-02T00:00:00.001Z',
    '2026-11-01T00:00:00Z',
    '2026-11-02T00:00:01Z',
  ],
])(
  'a window from %s until %s is covered completely, without its end',
  async (from, until, low, high) => {
    expect(await soqlOf(from, until)).toMatch(
      new RegExp(`WHERE CreatedDate >= ${low} AND CreatedDate < ${high} ORDER BY CreatedDate, Id$`),
    );
  },
);

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
  const gathered = await collect(batchesOf(rows(), 3));
  expect(gathered.map(({ length }) => length)).toEqual(batches);
  expect(gathered.flat().map(({ Id }) => Id)).toEqual(Array.from({ length: id }, (_, at) => at));
});

test('collected rows are yielded before the error that ends the pages', async () => {
  const rows = async function* () {
    yield [{ Id: 1 }, { Id: 2 }];
    yield [{ Id: 3 }, { Id: 4 }];
    throw new Error('the next page failed');
  };
  const batches: unknown[] = [];
  const reading = async () => {
    for await (const batch of batchesOf(rows(), 3)) batches.push(batch);
  };
  await expect(reading()).rejects.toThrow('the next page failed');
  expect(batches).toEqual([[{ Id: 1 }, { Id: 2 }, { Id: 3 }], [{ Id: 4 }]]);
});

test('a lost locator after a row with an invalid time restarts from the same second', async () => {
  const soqls: string[] = [];
  const client = {
    usage: undefined,
    now: () => Date.UTC(2100, 0, 1),
    instanceUrl: async () => '',
    orgId: async () => undefined,
    queryBatch: async () => [],
    queryPages: async function* <T>(soql: string, readRow: ReadRow<T>) {
      soqls.push(soql);
      const rows = [{ Id: 1, SystemModstamp: '2026-11-05T00:00:00.000+0000' }, { Id: 2 }];
      yield rows.map((row) => readRow(row, ''));
      if (soqls.length === 1) throw new LocatorLost('gone');
    },
  };
  const from = Date.parse('2026-11-01T00:00:00Z');
  await collect(readRows(client, { field: 'SystemModstamp', from }, asSent));
  expect(soqls).toHaveLength(2);
  expect(soqls[1]).toBe(soqls[0]);
});
