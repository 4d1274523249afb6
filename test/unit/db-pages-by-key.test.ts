import { beforeEach, expect, test } from 'vitest';
import { pagesByKey } from '../../src/db/pages-by-key.ts';
import type { Database } from '../../src/db/schema.ts';
import { testDatabase } from '../support/database.ts';
import { recordStatements } from '../support/statements.ts';

let db: Database;

/** `ada/1`: the address `ada` of the user 1. Each is one row, and their times are all the same. */
async function addAddresses(...names: string[]): Promise<void> {
  const rows = names.map((name) => {
    const [address = '', user_id = ''] = name.split('/');
    return { tenant: 'acme', address, user_id, since: 7, until: null, is_primary: 1 };
  });
  await db.insertInto('drive_address').values(rows).execute();
}

function addresses() {
  return db.selectFrom('drive_address').select(['address', 'user_id', 'since']);
}

const KEY = ['address', 'user_id', 'since'] as const;

async function namesIn(
  pages: AsyncIterable<readonly { readonly address: string; readonly user_id: string }[]>,
): Promise<string[][]> {
  const names: string[][] = [];
  for await (const page of pages) {
    names.push(page.map(({ address, user_id }) => `${address}/${user_id}`));
  }
  return names;
}

beforeEach(async () => {
  ({ db } = await testDatabase());
});

test('yields each row once, in the order of the key, even if a column has equal values', async () => {
  await addAddresses('eve/1', 'ada/3', 'ada/1', 'bob/2', 'ada/2');
  const pages = pagesByKey(addresses(), { key: KEY, size: 2 });
  expect(await namesIn(pages)).toEqual([['ada/1', 'ada/2'], ['ada/3', 'bob/2'], ['eve/1']]);
});

test('yields the last rows first with `desc`, and the rows after a given one', async () => {
  await addAddresses('ada/1', 'ada/2', 'ada/3', 'bob/1');
  const paging = { key: KEY, size: 2 };
  const backward = pagesByKey(addresses(), { ...paging, order: 'desc' });
  expect(await namesIn(backward)).toEqual([
    ['bob/1', 'ada/3'],
    ['ada/2', 'ada/1'],
  ]);
  const after = { address: 'ada', user_id: '2', since: 7 };
  const rest = pagesByKey(addresses(), { ...paging, after });
  expect(await namesIn(rest)).toEqual([['ada/3', 'bob/1']]);
});

test('yields nothing without rows, and keeps the conditions of the query on each page', async () => {
  const paging = { key: KEY, size: 1 };
  expect(await namesIn(pagesByKey(addresses(), paging))).toEqual([]);
  await addAddresses('ada/1', 'ada/2', 'bob/1');
  const ofUser = addresses().where('user_id', '=', '1');
  expect(await namesIn(pagesByKey(ofUser, paging))).toEqual([['ada/1'], ['bob/1']]);
});

test('neither repeats nor skips a row while others are written and deleted', async () => {
  await addAddresses('bob/1', 'bob/2', 'bob/3', 'bob/4');
  const found: string[] = [];
  for await (const page of pagesByKey(addresses(), { key: KEY, size: 2 })) {
    for (const { address, user_id } of page) found.push(`${address}/${user_id}`);
    await db.deleteFrom('drive_address').where('user_id', '=', '1').execute();
    if (found.length === 2) await addAddresses('eve/1');
  }
  expect(found).toEqual(['bob/1', 'bob/2', 'bob/3', 'bob/4']);
});

test('reads each page with one statement, and none after a page that is not full', async () => {
  await addAddresses('ada/1', 'ada/2', 'ada/3');
  const { executed } = recordStatements();
  await namesIn(pagesByKey(addresses(), { key: KEY, size: 2 }));
  expect(executed.filter((text) => text.includes('drive_address'))).toHaveLength(2);
});
