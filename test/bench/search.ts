/**
 * Searches in a database of many events, as `explain` and `events --search` run them, and the time
 * that writing and indexing these events takes. Prints the median of warm searches.
 *
 * `node test/bench/search.ts 1000000`
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '../../src/db/migrate.ts';
import { openDatabase } from '../../src/db/open.ts';
import { listFilteredEvents } from '../../src/operator/filter-events.ts';
import { parseSearchText } from '../../src/operator/search-text.ts';
import { searchEvents } from '../../src/outbox/search.ts';
import { median } from './figure.ts';
import { factsOf, indexAllEvents, TITLE_NUMBERS, writeManyEvents } from './many-events.ts';
import { print } from './measure.ts';

const TENANT = 'acme';
const PASSES = 9;
const EVENTS_SHOWN = 10;
const START = Date.UTC(2026, 0, 1);

const count = Number(process.argv[2] ?? 100_000);

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function measure(what: string, search: () => Promise<readonly unknown[]>): Promise<void> {
  const times: number[] = [];
  let found = 0;
  for (let pass = 0; pass < PASSES; pass += 1) {
    times.push(await timed(async () => (found = (await search()).length)));
  }
  const [first = 0] = times;
  print(`${what}: ${median(times).toFixed(1)} ms, first ${first.toFixed(1)} ms, ${found} shown`);
}

const folder = mkdtempSync(join(tmpdir(), 'sharetrail-search-'));
const db = openDatabase({ database: `sqlite:${join(folder, 'bench.db')}`, access: 'write' });
try {
  await migrate(db);
  const perSecond = (ms: number) => Math.round((count * 1_000) / ms).toLocaleString('en-US');
  const many = { tenant: TENANT, count, start: START, everyMs: 1_000 };
  const written = await timed(() => writeManyEvents(db, many));
  print(`${count.toLocaleString('en-US')} events: written at ${perSecond(written)} a second`);
  print(`indexed at ${perSecond(await timed(() => indexAllEvents(db)))} a second`);
  const find = (text: string) => {
    const { query } = parseSearchText(text);
    return searchEvents(db, { tenants: [TENANT], query, limit: EVENTS_SHOWN });
  };
  const middle = Math.floor(count / 2);
  const { contentId, buyer, accountId } = factsOf(middle);
  await measure('by the ID of a document', () => find(contentId));
  await measure('by the address of a buyer', () => find(buyer));
  await measure('by the address of a seller', () => find('seller-7@acme.example'));
  await measure('by the Id of an Account', () => find(accountId));
  await measure('by rare words of a title', () => find(`contract ${middle % TITLE_NUMBERS}`));
  await measure('by common words of a title', () => find('contract offer'));
  const windows = [{ tenants: [TENANT] }];
  await measure('the list of events', () => listFilteredEvents(db, { windows, limit: 50 }));
} finally {
  await db.destroy();
  rmSync(folder, { recursive: true });
}
