import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { overwriteDeleted } from '../../src/db/erase-traces.ts';
import { sqliteFile } from '../../src/db/open.ts';
import type { Database } from '../../src/db/schema.ts';
import { documentsWithTerms } from '../../src/db/text-index.ts';
import { LeaseLost } from '../../src/lib/errors.ts';
import { countPerson, forgetPerson, removeTraces } from '../../src/operator/forget.ts';
import { retryEvents } from '../../src/operator/retry-and-skip.ts';
import { parseSearchText } from '../../src/operator/search-text.ts';
import { searchEvents } from '../../src/outbox/search.ts';
import { comparedEmails, termOf } from '../../src/outbox/search-terms.ts';
import { indexForSearch } from '../../src/service/index-for-search.ts';
import { ON_SQLITE } from '../support/database.ts';
import { type DriveWorld, startDriveWorld, summariesOf } from '../support/drive-world.ts';
import { stealLeaseAt } from '../support/failing-database.ts';

const HOUR_MS = 60 * 60_000;
const ADA = 'ada.king@gmail.com';
/** other spellings of the same mailbox */
const SPELLINGS = ['Ada.King@gmail.com', 'adaking@googlemail.com', 'a.daking+deals@gmail.com'];
const BEN = 'ben@initech.example';
const signal = new AbortController().signal;

let world: DriveWorld;
let ann: string;
beforeEach(async () => {
  world = await startDriveWorld();
  world.tenant = {
    ...world.tenant,
    salesforce: { ...world.tenant.salesforce, contentDistributions: true },
  };
  ann = world.google.addUser(`ann@${world.domain}`);
});
afterEach(() => world.close());

async function forget(email: string) {
  const context = await world.context();
  const counts = await forgetPerson(context, { tenant: 'acme', email, signal });
  await indexForSearch(context, { forMs: Number.POSITIVE_INFINITY, signal });
  await removeTraces(context);
  return counts;
}

/** The parts of the database's files, or of a server's rows, with one of the texts, ignoring case. */
async function tracesOf(...texts: readonly string[]): Promise<string[]> {
  const { config, db } = await world.context();
  if (!ON_SQLITE) return tracesInRows(db, texts);
  const folder = dirname(sqliteFile(config.service.database));
  return readdirSync(folder).flatMap((name) => {
    const bytes = readFileSync(join(folder, name)).toString('latin1');
    return texts.flatMap((text) => {
      const at = bytes.toLowerCase().indexOf(text.toLowerCase());
      return at < 0 ? [] : [`${name}: ${bytes.slice(Math.max(0, at - 60), at + 60)}`];
    });
  });
}

async function tracesInRows(db: Database, texts: readonly string[]): Promise<string[]> {
  const traces: string[] = [];
  const tables = await db.introspection.getTables();
  for (const { name } of tables.filter(({ schema }) => schema === 'sharetrail')) {
    const { rows } = await sql<{ row: string }>`
      select lower(found::text) as row from ${sql.table(name)} as found
    `.execute(db);
    for (const { row } of rows) {
      if (texts.some((text) => row.includes(text.toLowerCase()))) traces.push(`${name}: ${row}`);
    }
  }
  return traces;
}

/** The events that a search finds. */
async function found(text: string) {
  const { db } = await world.context();
  return searchEvents(db, { tenants: ['acme'], query: parseSearchText(text).query, limit: 10 });
}

/** A share with Ada alone, one with Ada and Ben, and a delivery to Ada, in both sources. */
async function shareWithAda(): Promise<void> {
  const { google, sandbox, clock, start } = world;
  const org = sandbox.salesforce;
  const contact = org.add('Contact', { FirstName: 'Ada', LastName: 'Kingsley', Email: ADA });
  org.deliver({ title: 'Delivered to Ada', relatedTo: contact, at: start + HOUR_MS });
  const at = start + 2 * HOUR_MS;
  for (const [name, to] of [
    ['Only for Ada', SPELLINGS[0]],
    [`Offer for ${ADA}.pdf`, BEN],
  ] as const) {
    const file = google.createFile({ name, owner: ann, at: at - HOUR_MS });
    google.share(file, { to: to ?? '', by: ann, at });
  }
  const both = google.createFile({ name: 'For both', owner: ann, at: at - HOUR_MS });
  google.share(both, { to: [SPELLINGS[1] ?? '', BEN], by: ann, at });
  clock.advance(HOUR_MS);
}

describe('a forgotten person', () => {
  test('is in no file of the database, and nothing is reported again from the beginning', async () => {
    await shareWithAda();
    expect(await world.sync()).toMatchObject({ outcome: 'ok', queued: 4 });
    const context = await world.context();
    await indexForSearch(context, { forMs: Number.POSITIVE_INFINITY, signal });
    expect(await tracesOf(ADA)).not.toEqual([]);

    expect(await countPerson(context, 'acme', ADA)).toMatchObject({ events: 4, grants: 2 });
    expect(await forget(SPELLINGS[2] ?? '')).toMatchObject({ events: 4, grants: 2 });

    const names = [ADA, ...SPELLINGS, 'adaking@', 'Kingsley', 'Only for Ada', 'Delivered to Ada'];
    expect(await tracesOf(...names)).toEqual([]);
    expect(summariesOf(await world.events())).toEqual([
      `audit-log pending: ${ann} -> ${BEN}: For both`,
      `audit-log pending: ${ann} -> ${BEN}: Offer for [erased].pdf`,
      'skipped forgotten: no one -> : ',
      'skipped forgotten: no one -> : ',
    ]);
    for (const text of [ADA, 'Kingsley', 'Only for Ada']) expect(await found(text)).toEqual([]);
    expect(await found(BEN)).toHaveLength(2);
    expect(await countPerson(context, 'acme', ADA)).toEqual({
      events: 0,
      grants: 0,
      activities: 0,
    });

    const again = await world.sync({ reach: 'all' });
    expect(again).toMatchObject({ outcome: 'ok', queued: 0, held: 0, skipped: {} });
    expect(again.found).toEqual({ salesforce: 0, 'google-drive': 0 });
    const window = { since: world.start - HOUR_MS, until: world.clock.now() };
    expect(await world.backfill(window)).toMatchObject({ outcome: 'ok', queued: 0, skipped: {} });
    expect(await tracesOf(ADA, ...SPELLINGS, 'Kingsley')).toEqual([]);
  });

  test('is not in what is shared with them later, nor in what was never read before', async () => {
    await shareWithAda();
    await forget(ADA);
    const report = await world.sync();
    expect(report).toMatchObject({ outcome: 'ok', queued: 2, skipped: { forgotten: 2 } });
    const later = world.google.createFile({ name: 'Later', owner: ann });
    world.google.share(later, { to: ADA, by: ann });
    world.clock.advance(HOUR_MS);
    expect(await world.sync()).toMatchObject({ outcome: 'ok', queued: 0 });
    expect(await tracesOf(ADA, ...SPELLINGS, 'Kingsley', 'Only for Ada', 'Later')).toEqual([]);
  });

  test('cannot be brought back by a retry', async () => {
    await shareWithAda();
    await world.sync();
    const before = await world.events();
    const context = await world.context();
    await forget(ADA);
    const report = await retryEvents(context, world.tenant, { events: before, signal });
    expect(report).toMatchObject({ queued: 0 });
    expect(await tracesOf(ADA, 'Only for Ada', 'Delivered to Ada')).toEqual([]);
  });

  test.each([
    ['only the change log', ['changes']],
    ['only the audit log', ['audit-log']],
  ] as const)('%s: an edit of the file reports nothing', async (_, detect) => {
    world.configure({ detect });
    const file = world.google.createFile({ name: 'Plan', owner: ann });
    await world.sync();
    world.google.share(file, { to: ADA, by: ann });
    world.clock.advance(HOUR_MS);
    expect(await world.sync()).toMatchObject({ outcome: 'ok', queued: 1 });
    await forget(ADA);
    world.google.share(file, { to: BEN, by: ann });
    world.clock.advance(HOUR_MS);
    expect(await world.sync()).toMatchObject({ outcome: 'ok', queued: 1, skipped: {} });
    expect(summariesOf(await world.events())).toContainEqual(expect.stringContaining(`-> ${BEN}:`));
    expect(await tracesOf(ADA)).toEqual([]);
  });
});

describe('a process that loses the lock', () => {
  test.each([
    ['before it stores the hash', 'lease'],
    ['after it has stored the hash', 'forgotten'],
  ])('%s erases nothing', async (_when, table) => {
    await shareWithAda();
    await world.sync();
    const { db } = await world.context();
    const before = await world.events();
    await stealLeaseAt(db, table);
    await expect(forget(ADA)).rejects.toBeInstanceOf(LeaseLost);
    expect(await world.events()).toEqual(before);
    const stored = await db.selectFrom('forgotten').selectAll().execute();
    expect(stored).toHaveLength(table === 'forgotten' ? 1 : 0);
  });
});

const LEE = 'lee@globex.example';

test.for([
  `x${LEE}`,
  `ann.${LEE}`,
  `ann-${LEE}`,
  `ann_${LEE}`,
  `ann+${LEE}`,
  `o'${LEE}`,
  `sub.${LEE}`,
])('%s stays, whose address ends in that of a forgotten person', async (other) => {
  const owner = world.google.addUser(other.replace('globex.example', world.domain));
  const file = world.google.createFile({ name: `Plan of ${other}`, owner });
  world.google.share(file, { to: [LEE, other], by: owner });
  world.clock.advance(HOUR_MS);
  await world.sync();
  await forget(LEE);
  await forget(`lee@${world.domain}`);
  world.google.share(world.google.createFile({ name: 'Later', owner }), { to: other, by: owner });
  world.clock.advance(2 * HOUR_MS);
  await world.sync();
  const events = await world.events();
  expect(events.map(({ state }) => state)).toEqual(['pending', 'pending']);
  for (const { share, body } of events) {
    expect(share.drive?.grantees.map(({ email }) => email)).toEqual([other]);
    expect(body?.recipients?.map(({ email }) => email)).toEqual([other]);
    expect(body?.sharer?.email).toBe(owner);
  }
  expect(events.map(({ share }) => share.content.title).sort()).toEqual([
    'Later',
    `Plan of ${other}`,
  ]);
});

test('a person whom nothing names changes no row, although others are of the same domain', async () => {
  await shareWithAda();
  await world.sync();
  const { db } = await world.context();
  const rows = () => db.selectFrom('event').selectAll().orderBy('event_id').execute();
  const entries = () => db.selectFrom('activity').selectAll().orderBy('key').execute();
  const before = [await rows(), await entries()];
  for (const domain of ['gmail.com', 'initech.example', world.domain]) {
    expect(await forget(`zoe@${domain}`)).toEqual({ events: 0, grants: 0, activities: 0 });
  }
  expect([await rows(), await entries()]).toEqual(before);
});

test('errors of runs, rows set aside, and positions do not name the person either', async () => {
  await world.sync();
  const { db } = await world.context();
  const said = (text: string) => JSON.stringify({ said: `\n${text}`, big: '1' });
  await db
    .updateTable('run')
    .set({ report: said(`file of ${ADA}.`) })
    .execute();
  await db
    .updateTable('cursor')
    .set({ position: said(`mailto:${ADA}`) })
    .execute();
  await db
    .insertInto('set_aside')
    .values({
      tenant: 'acme',
      source: 'google-drive',
      kind: 'activity',
      id: '1',
      problem: `target_user: ${SPELLINGS[0]}`,
      row: said(SPELLINGS[2] ?? ''),
      place: said('https://example.com/?to=ada.king%40gmail.com&x=1'),
      version: '0',
      at: 1,
    })
    .execute();
  await forget(ADA);
  expect(await tracesOf(ADA, ...SPELLINGS, 'ada.king%40gmail.com')).toEqual([]);
  const row = await db.selectFrom('set_aside').selectAll().executeTakeFirstOrThrow();
  expect(row).toMatchObject({
    problem: 'target_user: [erased]',
    row: said('[erased]'),
    place: said('https://example.com/?to=[erased]&x=1'),
  });
});

/** How texts of people and of vendors write an address. */
const FORMS = [
  'ADA.KING@GMAIL.COM',
  'ada.king%40gmail.com',
  'Ada.King%40GoogleMail.com',
  'a.d.a.king+x@googlemail.com',
  'mailto:ada.king@gmail.com?subject=Offer',
  '"Ada King" <ada.king@gmail.com>',
  "'ada.king@gmail.com'",
  'https://example.com/?to%3D%22ada.king%40gmail.com%22',
];

test('no form of the address stays in titles, errors, and attempts of other people', async () => {
  const at = world.start + HOUR_MS;
  for (const form of FORMS) {
    const file = world.google.createFile({ name: `Offer (${form})`, owner: ann, at });
    world.google.share(file, { to: BEN, by: ann, at: at + 1_000 });
  }
  world.clock.advance(HOUR_MS);
  await world.sync();
  const { db } = await world.context();
  const errors = JSON.stringify(FORMS.map((form) => `recipients: "${form}" is unknown`));
  await db.updateTable('event').set({ errors }).execute();
  const [event] = await db.selectFrom('event').select(['tenant', 'event_id']).execute();
  if (event === undefined) throw new Error('nothing was shared');
  const attempt = {
    ...event,
    number: 1,
    at: 1,
    outcome: 'rejected',
    status: 400,
    request_id: null,
  };
  await db
    .insertInto('attempt')
    .values({ ...attempt, errors })
    .execute();
  expect(await tracesOf('king')).not.toEqual([]);
  await forget(ADA);
  expect(await tracesOf('king@', 'king%40', 'king+', 'a.d.a.')).toEqual([]);
  expect(await db.selectFrom('event').selectAll().execute()).toHaveLength(FORMS.length);
});

test('the search index has no term of the person', async () => {
  await shareWithAda();
  await world.sync();
  const context = await world.context();
  await indexForSearch(context, { forMs: Number.POSITIVE_INFINITY, signal });
  const indexed = async (term: string) => {
    const { rows } = await sql`
      select document.id ${documentsWithTerms(context.db, [[term]])}
    `.execute(context.db);
    return rows.length;
  };
  const email = termOf('email', comparedEmails(ADA)[0] ?? '');
  const name = termOf('name', 'kingsley');
  expect(await indexed(email)).toBeGreaterThan(0);
  expect(await indexed(name)).toBeGreaterThan(0);
  // The index shortens a term by what it has in common with the one before.
  const ends = [email, name].map((term) => term.slice(4));
  for (const end of ends) expect(await tracesOf(end)).not.toEqual([]);
  await forget(ADA);
  expect([await indexed(email), await indexed(name)]).toEqual([0, 0]);
  expect(await tracesOf(...ends)).toEqual([]);
  expect(await indexed(termOf('email', BEN))).toBeGreaterThan(0);
});

if (ON_SQLITE) {
  test('what earlier versions deleted without overwriting it leaves the files, too', async () => {
    await world.sync();
    const { db } = await world.context();
    const rows = Array.from({ length: 40 }, (_, number) => ({
      tenant: 'acme',
      lane: '',
      key: String(number),
      at: 1,
      item: 'item',
      actor: ADA,
      payload: JSON.stringify({ text: ADA.repeat(200) }),
      handled: 1,
    }));
    await db.insertInto('activity').values(rows).execute();
    await db.deleteFrom('activity').execute();
    await sql`pragma wal_checkpoint(truncate)`.execute(db);
    expect(await tracesOf(ADA)).not.toEqual([]);
    await forget(ADA);
    expect(await tracesOf(ADA)).toEqual([]);
  });
}

if (ON_SQLITE) {
  test('what is deleted from now on is overwritten at once, before the file is rewritten', async () => {
    const { db } = await world.context();
    await overwriteDeleted(db);
    const lease = (holder: string) => ({ name: 'other', holder, until: 0 });
    await db.insertInto('lease').values(lease(ADA)).execute();
    await sql`pragma wal_checkpoint(truncate)`.execute(db);
    expect(await tracesOf(ADA)).not.toEqual([]);
    await db.deleteFrom('lease').execute();
    await sql`pragma wal_checkpoint(truncate)`.execute(db);
    expect(await tracesOf(ADA)).toEqual([]);
  });
}
