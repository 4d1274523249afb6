import { expect, test } from 'vitest';
import { createSalesforceBackfill } from '../../src/sources/salesforce/backfill-source.ts';
import type { FaultyRow } from '../../src/vendors/faulty-row.ts';
import type { Row } from '../../src/vendors/salesforce/responses.ts';
import { collect } from '../support/salesforce-peer.ts';

const SINCE = Date.parse('2026-11-01T00:00:00.500Z');
const UNTIL = Date.parse('2026-11-02T00:00:00.000Z');
const NOW = Date.parse('2026-11-09T00:00:00Z');
const ID = '05Dxx0000000001AAA';

/** Reads a window in which Salesforce returns one delivery that was created at `CreatedDate`. */
async function readWindow(CreatedDate: string) {
  const setAside: FaultyRow[] = [];
  const row: Row = { Id: ID, Name: 'Offer', CreatedDate };
  const source = createSalesforceBackfill({
    client: {
      usage: undefined,
      now: () => NOW,
      instanceUrl: async () => 'https://acme.my.salesforce.com',
      orgId: async () => undefined,
      queryBatch: async () => [],
      queryPages: async function* (_soql, readRow) {
        yield [readRow(row, 'https://acme.my.salesforce.com')];
      },
    },
    config: { contentUrl: 'record' },
    setAside: { add: (faulty) => setAside.push(faulty), retried: [] },
    stream: 'salesforce/backfill',
    since: SINCE,
    until: UNTIL,
    onTotal: () => {},
    onFailure: (error) => {
      throw error;
    },
  });
  const pages = await collect(source.pull(undefined));
  return {
    shares: pages.flatMap((page) => page.shares),
    marks: pages.map(({ position }) => JSON.parse(position).mark),
    setAside,
  };
}

test.each([
  '0001-01-01T00:00:00.000+0000',
  '2026-10-31T23:59:59.000+0000',
  '2026-11-02T00:00:01.000+0000',
  '9999-12-31T23:59:59.000+0000',
])('a delivery that was not created in the queried window is set aside: %s', async (time) => {
  const { shares, marks, setAside } = await readWindow(time);
  expect(shares).toEqual([]);
  const problem = 'CreatedDate: is not in the queried time';
  expect(setAside).toMatchObject([{ kind: 'delivery', id: ID, problem }]);
  // Its time says nothing about how far the window was read.
  expect(marks).toEqual(['2026-11-01T00:00:00.500Z']);
});

test('Salesforce compares whole seconds: a delivery at the edge belongs to another window', async () => {
  for (const time of ['2026-11-01T00:00:00.499+0000', '2026-11-02T00:00:00.000+0000']) {
    expect(await readWindow(time)).toMatchObject({ shares: [], setAside: [] });
  }
  const { shares } = await readWindow('2026-11-01T12:00:00.000+0000');
  expect(shares).toMatchObject([{ shareId: ID }]);
});
