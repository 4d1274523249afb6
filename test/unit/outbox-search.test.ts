import { describe, expect, test } from 'vitest';
import type { Database } from '../../src/db/schema.ts';
import { parseSearchText } from '../../src/operator/search-text.ts';
import { commitBatch } from '../../src/outbox/commit.ts';
import type { NewEvent } from '../../src/outbox/outbox-event.ts';
import { eraseSettled } from '../../src/outbox/retention.ts';
import { searchEvents } from '../../src/outbox/search.ts';
import { indexNextEvents } from '../../src/outbox/search-index.ts';
import { updateReconsidered } from '../../src/outbox/write-events.ts';
import { heldLease, ON_SQLITE, testDatabase } from '../support/database.ts';
import { batchOf, newEvent } from '../support/events.ts';

const FILE = '1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789_-abcde';
const VERSION = '068000000000001AAA';
const CONTACT = '003000000000001AAA';
const ACCOUNT = '001000000000001AAA';

function event(eventId: string, changes: Partial<NewEvent['share']> = {}): NewEvent {
  const base = newEvent(eventId);
  return {
    ...base,
    share: {
      ...base.share,
      sharer: { email: 'ada@acme.example', name: 'Ada Byron' },
      content: {
        id: FILE,
        versionId: VERSION,
        title: 'Résumé of the Größe: Q3_plan',
        url: 'https://acme.my.salesforce.com/sfc/p/0000/a/xyz/Key',
        infoUrl: 'https://acme.lightning.force.com/lightning/r/ContentDistribution/05D/view',
      },
      related: { id: CONTACT, type: 'Contact' },
      ...changes,
    },
    match: {
      matched: true,
      objects: [{ type: 'Account', id: ACCOUNT, name: 'Kestrel Robotics' }],
      recipients: [{ email: 'Ines@Brightwater.example', name: 'Inês Ramos' }],
      reasons: [],
    },
  };
}

async function databaseWith(events: readonly NewEvent[], { isIndexed = true } = {}) {
  const { db } = await testDatabase();
  await commitBatch(db, await heldLease(db, 0), batchOf(events));
  if (isIndexed) await indexAll(db);
  return db;
}

async function indexAll(db: Database): Promise<void> {
  while (await indexNextEvents(db));
}

async function search(db: Database, text: string, limit = 10): Promise<string[]> {
  const { query } = parseSearchText(text);
  const found = await searchEvents(db, { tenants: ['acme'], query, limit });
  return found.map(({ eventId }) => eventId);
}

const IDENTIFYING = [
  FILE,
  `https://drive.google.com/file/d/${FILE}/view?usp=sharing`,
  `https://docs.google.com/document/d/${FILE}/edit#heading=h.1`,
  `https://docs.google.com/spreadsheets/u/0/d/${FILE}/edit`,
  `https://drive.google.com/open?id=${FILE}`,
  `https://drive.google.com/drive/folders/${FILE}`,
  'https://acme.my.salesforce.com/sfc/p/0000/a/xyz/Key',
  'HTTPS://ACME.my.salesforce.com/sfc/p/0000/a/xyz/Key/',
  `docs.google.com/document/d/${FILE}/edit`,
  `<https://docs.google.com/document/d/${FILE}/edit>`,
  `https://www.google.com/url?q=https%3A%2F%2Fdocs.google.com%2Fdocument%2Fd%2F${FILE}%2Fedit&sa=D`,
  'acme.my.salesforce.com/sfc/p/0000/a/xyz/Key',
  VERSION,
  VERSION.slice(0, 15),
  `https://acme.my.salesforce.com/sfc/#version/${VERSION}`,
  `https://acme.my.salesforce.com/sfc/#version?selectedDocumentId=${VERSION}`,
  `https://acme.my.salesforce.com/sfc/servlet.shepherd/version/download/${VERSION.slice(0, 15)}?asPdf=0`,
  `https://acme.lightning.force.com/one/one.app#/sObject/${ACCOUNT}/view`,
  'mailto:ines@brightwater.example?subject=Hello',
  'Inês Ramos <Ines@brightwater.example>',
  '<ines@brightwater.example>',
  CONTACT,
  CONTACT.slice(0, 15),
  `https://acme.lightning.force.com/lightning/r/Account/${ACCOUNT}/view`,
  `https://acme.my.salesforce.com/${ACCOUNT.slice(0, 15)}`,
  'share-found',
  'INES@brightwater.example',
  ' ada@acme.example ',
  'resume',
  'GROSSE plan',
  'q3 RÉSUMÉ',
  'kestrel robotics',
  'ines ramos',
];

const OTHERS = [
  `${FILE}x`,
  'https://drive.google.com/file/d/1AnotherFileIdOfTheSameLength0000000000000',
  'https://acme.my.salesforce.com/sfc/p/0000/a/xyz/Other',
  'mailto:',
  'acme.example/sfc/p/0000/a/xyz/Key',
  'https://www.google.com/url?q=nonsense',
  '003000000000002AAA',
  'ines@brightwater.exampl',
  'resume kestrel',
  'res',
  '%',
  '_',
  '"',
  '" OR "',
  '*',
  '',
  'x'.repeat(10_000),
];

describe.each([
  ['the index', true],
  ['the events that are not indexed yet', false],
])('a search in %s', (_name, isIndexed) => {
  test.each(IDENTIFYING)('finds the event by %s', async (text) => {
    const db = await databaseWith([event('found')], { isIndexed });
    expect(await search(db, text)).toEqual(['found']);
  });

  test.each(OTHERS)('finds nothing by %s', async (text) => {
    const db = await databaseWith([event('found')], { isIndexed });
    expect(await search(db, text)).toEqual([]);
  });

  test('tells public links apart whose path is in the fragment', async () => {
    const link = (key: string) => `https://acme.my.salesforce.com/sfc/p/#00D00000aBcD/a/${key}`;
    const shares = ['one', 'two'].map((key) =>
      event(key, { content: { id: FILE, title: 'Plan', url: link(key) } }),
    );
    const db = await databaseWith(shares, { isIndexed });
    expect(await search(db, link('two'))).toEqual(['two']);
  });

  test('finds all spellings of a Gmail address', async () => {
    const sharer = { email: 'Ines.Neves+acme@googlemail.com' };
    const db = await databaseWith([event('found', { sharer })], { isIndexed });
    expect(await search(db, 'inesneves@gmail.com')).toEqual(['found']);
    expect(await search(db, 'i.nes.neves+other@gmail.com')).toEqual(['found']);
    expect(await search(db, 'ines.neves+acme@googlemail.com')).toEqual(['found']);
    expect(await search(db, 'ines@gmail.com')).toEqual([]);
  });

  test('finds the newest share first, and at most `limit`', async () => {
    const days = [3, 1, 2].map((day) => event(`day-${day}`, { sharedAt: day * 86_400_000 }));
    const db = await databaseWith(days, { isIndexed });
    expect(await search(db, 'resume')).toEqual(['day-3', 'day-2', 'day-1']);
    expect(await search(db, 'resume', 2)).toEqual(['day-3', 'day-2']);
  });

  test('finds all of more events than one page has', async () => {
    const many = Array.from({ length: 450 }, (_, index) => event(`many-${index}`));
    const db = await databaseWith(many, { isIndexed });
    expect(new Set(await search(db, 'resume', 10_000)).size).toBe(450);
  });
});

describe('the index', () => {
  test('follows an event that was decided again', async () => {
    const db = await databaseWith([{ ...event('held'), state: 'held' }]);
    const moved = event('held', { content: { id: FILE, title: 'Contract' } });
    await updateReconsidered(db, moved, { tenant: 'acme', priority: 0, now: 1 });
    expect(await search(db, 'contract')).toEqual(['held']);
    expect(await search(db, 'resume')).toEqual([]);
    await indexAll(db);
    expect(await search(db, 'contract')).toEqual(['held']);
    expect(await search(db, 'resume')).toEqual([]);
  });

  test('no longer finds the people of an erased event, but its ids', async () => {
    const db = await databaseWith([{ ...event('old'), state: 'delivered' }]);
    await eraseSettled(db, { before: Number.MAX_SAFE_INTEGER, now: 1 });
    await indexAll(db);
    expect(await search(db, 'ines@brightwater.example')).toEqual([]);
    expect(await search(db, FILE)).toEqual(['old']);
  });

  test('contains no readable text', async () => {
    const db = await databaseWith([event('found')]);
    const { rows } = await db.executeQuery<{ block: Buffer }>({
      ...db.selectFrom('event').select('event_id').compile(),
      sql: ON_SQLITE
        ? 'select block from search_index_data'
        : "select convert_to(terms::text, 'utf8') as block from search_index",
      parameters: [],
    });
    expect(rows.length).toBeGreaterThan(0);
    for (const { block } of rows) {
      expect(block.toString('latin1')).not.toMatch(/ines|brightwater|resume|kestrel/i);
    }
  });
});
