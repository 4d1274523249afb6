/**
 * Searches in a database of many events, as `explain` and `events --search` run them, and the time
 * that writing and indexing these events takes. Prints the median of warm searches.
 *
 * `node test/bench/search.ts 1000000`
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { acquireLease } from '../../src/db/leases.ts';
import { migrate } from '../../src/db/migrate.ts';
import { openDatabase } from '../../src/db/open.ts';
import type { Database } from '../../src/db/schema.ts';
import { listFilteredEvents } from '../../src/operator/filter-events.ts';
import { parseSearchText } from '../../src/operator/search-text.ts';
import { commitBatch } from '../../src/outbox/commit.ts';
import type { NewEvent } from '../../src/outbox/outbox-event.ts';
import { searchEvents } from '../../src/outbox/search.ts';
import { indexNextEvents } from '../../src/outbox/search-index.ts';
import { batchOf, newEvent } from '../support/events.ts';
import { print } from './measure.ts';

const TENANT = 'acme';
const LEASE = { name: `tenant ${TENANT}`, holder: 'bench|1|1|1' };
const PAGE = 2_000;
const PASSES = 9;
const EVENTS_SHOWN = 10;
const WORDS = [
  'offer',
  'contract',
  'deck',
  'plan',
  'price',
  'list',
  'security',
  'annex',
  'summary',
];
const SELLERS = 200;
const EVENTS_PER_BUYER = 5;
const START = Date.UTC(2026, 0, 1);

const count = Number(process.argv[2] ?? 100_000);

function eventOf(number: number): NewEvent {
  const buyer = Math.floor(number / EVENTS_PER_BUYER);
  const word = (salt: number) => WORDS[(number * 7 + salt * 13) % WORDS.length] ?? '';
  const event = newEvent(`event-${String(number).padStart(9, '0')}`);
  return {
    ...event,
    share: {
      ...event.share,
      sharedAt: START + number * 1_000,
      sharer: {
        email: `seller-${number % SELLERS}@acme.example`,
        name: `Seller ${number % SELLERS}`,
      },
      content: {
        id: `069${String(number).padStart(15, '0')}`,
        title: `${word(1)} ${word(2)} ${word(3)} ${number % 5_000}`,
        url: `https://acme.my.salesforce.com/sfc/p/${number}`,
      },
    },
    match: {
      matched: true,
      objects: [{ type: 'Account', id: `001${String(buyer).padStart(15, '0')}` }],
      names: { [`001${String(buyer).padStart(15, '0')}`]: `Customer ${buyer}` },
      recipients: [{ email: `buyer-${buyer}@customer.example`, name: `Buyer ${buyer}` }],
      reasons: [],
    },
  };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function write(into: Database): Promise<void> {
  for (let from = 0; from < count; from += PAGE) {
    const size = Math.min(PAGE, count - from);
    const events = Array.from({ length: size }, (_, index) => eventOf(from + index));
    await acquireLease(into, LEASE, Date.now());
    await commitBatch(into, LEASE, batchOf(events));
  }
}

async function indexAll(of: Database): Promise<void> {
  while (await indexNextEvents(of));
}

async function measure(what: string, search: () => Promise<readonly unknown[]>): Promise<void> {
  const times: number[] = [];
  let found = 0;
  for (let pass = 0; pass < PASSES; pass += 1) {
    times.push(await timed(async () => (found = (await search()).length)));
  }
  const median = times.toSorted((one, other) => one - other)[Math.floor(PASSES / 2)] ?? 0;
  print(`${what}: ${median.toFixed(1)} ms, first ${(times[0] ?? 0).toFixed(1)} ms, ${found} shown`);
}

const folder = mkdtempSync(join(tmpdir(), 'sharetrail-search-'));
const db = openDatabase({ database: `sqlite:${join(folder, 'bench.db')}`, access: 'write' });
try {
  await migrate(db);
  const perSecond = (ms: number) => Math.round((count * 1_000) / ms).toLocaleString('en-US');
  print(
    `${count.toLocaleString('en-US')} events: written at ${perSecond(await timed(() => write(db)))} a second`,
  );
  print(`indexed at ${perSecond(await timed(() => indexAll(db)))} a second`);
  const find = (text: string) => {
    const { query } = parseSearchText(text);
    return searchEvents(db, { tenants: [TENANT], query, limit: EVENTS_SHOWN });
  };
  const middle = Math.floor(count / 2);
  const buyer = Math.floor(middle / EVENTS_PER_BUYER);
  await measure('by the ID of a document', () => find(`069${String(middle).padStart(15, '0')}`));
  await measure('by the address of a buyer', () => find(`buyer-${buyer}@customer.example`));
  await measure('by the address of a seller', () => find('seller-7@acme.example'));
  await measure('by the Id of an Account', () => find(`001${String(buyer).padStart(15, '0')}`));
  await measure('by rare words of a title', () => find(`contract ${middle % 5_000}`));
  await measure('by common words of a title', () => find('contract offer'));
  const windows = [{ tenants: [TENANT] }];
  await measure('the list of events', () => listFilteredEvents(db, { windows, limit: 50 }));
} finally {
  await db.destroy();
  rmSync(folder, { recursive: true });
}
