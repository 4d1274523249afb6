/**
 * Inserts the events of a database into an empty one with better-sqlite3 alone, with the product's
 * schema, settings, and transactions of a page. Prints the speed as a line of JSON; the time to read
 * the rows does not count. Argument: the file of the database.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { DATABASE_LIMITS } from '../../src/db/limits.ts';
import { migrate } from '../../src/db/migrate.ts';
import { openDatabase } from '../../src/db/open.ts';

export interface Inserted {
  readonly rows: number;
  readonly perSecond: number;
}

const ROWS_PER_TRANSACTION = 2_000;

const [file = ''] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'sharetrail-raw-'));
try {
  const copy = join(folder, 'raw.db');
  const empty = openDatabase({ database: `sqlite:${copy}`, access: 'write' });
  await migrate(empty);
  await empty.destroy();
  process.stdout.write(`${JSON.stringify(insertAll(copy))}\n`);
} finally {
  rmSync(folder, { recursive: true });
}

function insertAll(copy: string): Inserted {
  const from = new Sqlite(file, { readonly: true });
  const into = new Sqlite(copy);
  into.pragma(`cache_size = -${DATABASE_LIMITS.cacheKibibytes}`);
  into.pragma('synchronous = normal');
  const page = from
    .prepare('select rowid, * from event where rowid > ? order by rowid limit ?')
    .raw();
  const values = page.columns().map(() => '?');
  const names = page.columns().map(({ name }) => `"${name}"`);
  const insert = into.prepare(`insert into event (${names}) values (${values})`);
  const insertPage = into.transaction((read: readonly unknown[][]) => {
    for (const row of read) insert.run(row);
  });
  let [rows, ms, last]: [number, number, unknown] = [0, 0, 0];
  while (true) {
    const found = page.all(last, ROWS_PER_TRANSACTION) as unknown[][];
    if (found.length === 0) return { rows, perSecond: (rows * 1_000) / ms };
    const startedAt = performance.now();
    insertPage(found);
    ms += performance.now() - startedAt;
    rows += found.length;
    last = found.at(-1)?.[0];
  }
}
