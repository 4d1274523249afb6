import { expect, onTestFinished, test } from 'vitest';
import { DATABASE_LIMITS } from '../../src/db/limits.ts';
import { inTransaction } from '../../src/db/transaction.ts';
import { commitBatch } from '../../src/outbox/commit.ts';
import { knownEvents } from '../../src/outbox/known-events.ts';
import { rulesOf } from '../../src/runs/decide-share.ts';
import { readSource } from '../../src/runs/read-source.ts';
import type { ReadBatch, ReadContext } from '../../src/runs/reading-context.ts';
import { ForgottenPeople } from '../../src/share/forgotten.ts';
import type { Share } from '../../src/share/share.ts';
import type { Source } from '../../src/sources/source.ts';
import { heldLease, testDatabase } from '../support/database.ts';
import { batchOf, newEvent } from '../support/events.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { until } from '../support/until.ts';
import { startWorld } from '../support/world.ts';

const PAGES = 5;

async function readingOf(take: ReadContext['take']): Promise<ReadContext> {
  const world = await startWorld();
  onTestFinished(() => world.close());
  const { tenant } = world;
  const { db } = await testDatabase();
  return {
    db,
    clock: new ManualClock(),
    tenant,
    rules: rulesOf(tenant, undefined, ForgottenPeople.NONE),
    runStartedAt: 0,
    onFaultyRecord: () => {},
    crm: { queryBatch: async () => [], now: () => 0 },
    signal: new AbortController().signal,
    take,
  };
}

/** Gives reading ahead the time that it needs. */
async function letReadAhead(): Promise<void> {
  for (let tick = 0; tick < 10; tick += 1) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** How many pages of a source have been pulled when each of them is written. */
async function pulledPages(allowsReadAhead: boolean): Promise<number[]> {
  let pulled = 0;
  const pulledAtWrite: number[] = [];
  const source: Source = {
    name: 'salesforce',
    stream: 'pages',
    allowsReadAhead,
    pull: async function* () {
      while (pulled < PAGES) {
        pulled += 1;
        yield { shares: [], position: '{}' };
      }
    },
  };
  const reading = await readingOf(async () => {
    await letReadAhead();
    pulledAtWrite.push(pulled);
  });
  await readSource(reading, source);
  return pulledAtWrite;
}

test('while a page is written, the next is looked up and the one after that fetched, no more', async () => {
  expect(await pulledPages(true)).toEqual([3, 4, 5, 5, 5]);
});

test('pages that build on what is written are pulled one at a time', async () => {
  expect(await pulledPages(false)).toEqual([1, 2, 3, 4, 5]);
});

test('the next page is looked up while one is written, however many shares it has', async () => {
  let batches = 0;
  const source: Source = {
    name: 'salesforce',
    stream: 'pages',
    allowsReadAhead: true,
    pull: async function* () {
      for (let page = 1; page <= PAGES; page += 1) {
        yield { shares: sharesWithContact(page), position: '{}' };
      }
    },
  };
  let written = 0;
  const reading: ReadContext = {
    ...(await readingOf(async () => {
      written += 1;
      const ahead = Math.min(written + 1, PAGES);
      await inTransaction(reading.db, () => until(() => batches >= ahead));
    })),
    crm: {
      queryBatch: async (soqls) => {
        batches += 1;
        return soqls.map(() => []);
      },
      now: () => 0,
    },
  };
  await readSource(reading, source);
  expect([written, batches]).toEqual([PAGES, PAGES]);
});

/** More shares than one query of the database compares. */
function sharesWithContact(page: number): Share[] {
  const related = { id: `003Hp000000000${page}AAA`, type: 'Contact' };
  return Array.from({ length: 2 * DATABASE_LIMITS.idsPerQueryMax }, (_, index) => ({
    ...newEvent(`${page}-${index}`).share,
    related,
  }));
}

/** The shares that each page found new; a share is the same if its name is. */
async function foundInPages(
  pages: readonly (readonly string[])[],
  { allowsReadAhead }: { readonly allowsReadAhead: boolean },
): Promise<string[][]> {
  const shareOf = (name: string): Share => newEvent(name).share;
  const source: Source = {
    name: 'salesforce',
    stream: 'pages',
    allowsReadAhead,
    pull: async function* () {
      for (const page of pages) yield { shares: page.map(shareOf), position: '{}' };
    },
  };
  const found: string[][] = [];
  const reading = await readingOf(async (batch: ReadBatch) => {
    await letReadAhead();
    const created = [...batch.created];
    const { tenant } = reading.tenant;
    await commitBatch(reading.db, lease, { ...batchOf(created), tenant });
    found.push(created.map(({ eventId }) => eventId));
  });
  const lease = await heldLease(reading.db, 0);
  await readSource(reading, source);
  return found;
}

const PAGES_WITH_REPEATS = [['a', 'b'], ['b', 'c'], ['a'], ['c', 'a', 'd'], ['d', 'd']];
const EACH_ONCE = [['a', 'b'], ['c'], [], ['d'], []];

test('a share that several pages have is found once, although pages are read ahead', async () => {
  const found = await foundInPages(PAGES_WITH_REPEATS, { allowsReadAhead: true });
  expect(found).toEqual(EACH_ONCE);
});

test('a share that several pages have is found once if they are pulled one at a time', async () => {
  const found = await foundInPages(PAGES_WITH_REPEATS, { allowsReadAhead: false });
  expect(found).toEqual(EACH_ONCE);
});

test.each([true, false])(
  'the last page that has a share decides (reading ahead: %s)',
  async (ahead) => {
    const { share } = newEvent('a');
    const { url: _, ...content } = share.content;
    const withoutLink = { ...share, content };
    const source: Source = {
      name: 'salesforce',
      stream: 'pages',
      allowsReadAhead: ahead,
      pull: async function* () {
        for (const each of [share, withoutLink]) yield { shares: [each], position: '{}' };
      },
    };
    const written: string[] = [];
    const reading = await readingOf(async (batch: ReadBatch) => {
      await letReadAhead();
      const { reconsidered } = batch;
      await commitBatch(reading.db, lease, {
        ...batchOf([...batch.created]),
        tenant,
        reconsidered,
      });
      const event = (await knownEvents(reading.db, tenant, ['a'])).get('a');
      written.push(`${event?.state} ${event?.reason}`);
    });
    const { tenant } = reading.tenant;
    const lease = await heldLease(reading.db, 0);
    const skipped = newEvent('a', { share: withoutLink, state: 'skipped', reason: 'no-url' });
    await commitBatch(reading.db, lease, { ...batchOf([skipped]), tenant });
    await readSource(reading, source);
    expect(written).toEqual(['held unmatched', 'skipped no-url']);
  },
);
