import Sqlite from 'better-sqlite3';
import { type RawBuilder, sql } from 'kysely';
import { expect, test } from 'vitest';
import { retrySelected, skipSelected } from '../../src/operator/retry-and-skip.ts';
import { commitBatch } from '../../src/outbox/commit.ts';
import { indexNextEvents } from '../../src/outbox/search-index.ts';
import { runBackfill } from '../../src/runs/backfill.ts';
import { runSync } from '../../src/runs/sync.ts';
import { applyRetention } from '../../src/service/retention.ts';
import { heldLease, testDatabase } from '../support/database.ts';
import { batchOf, newEvent } from '../support/events.ts';
import { recordStatements } from '../support/statements.ts';
import { startWebWorld, type WebWorld } from '../support/web-world.ts';

/** Tables that grow with the shares. */
const LARGE = /\b(?:event|attempt|grant|activity|known_items|search_document)\b(?= USING| \(|$)/;
/** These columns alone select a large part of a table. */
const BROAD = /\((?:(?:tenant|state|lane|handled|source)=\?(?: AND )?)*\)/;
const DAY_MS = 24 * 60 * 60_000;

/** Statements that read more than they return, and why that does not grow. */
const ALLOWED: Readonly<Record<string, RegExp>> = {
  'only open rejections are in its index, until someone fixes them or they are erased':
    /^select (?:count\(\*\) as "events"|"errors") from "event" where "state" = 'rejected'/,
  'the least owner is the first row of the index': /^with recursive owners .* min\(owner\)/,
  'it deletes all that it reads: the entries of a finished backfill':
    /^delete from "activity" where "tenant" = \? and "lane" = \?$/,
};

interface Plan {
  readonly text: string;
  readonly steps: readonly string[];
}

/** What SQLite reads for the statement. */
function planOf(db: Sqlite.Database, text: string): Plan {
  const parameters = [...text.matchAll(/\?/g)].map(() => 0);
  const rows = db.prepare(`explain query plan ${text}`).all(parameters) as { detail: string }[];
  return { text, steps: rows.map(({ detail }) => detail) };
}

/** True if the statement reads more of a large table, the more rows it has. */
function readsTooMuch({ text, steps }: Plan): boolean {
  const isLimited =
    /\blimit\b/.test(text) && !steps.some((step) => /TEMP B-TREE FOR ORDER/.test(step));
  return steps.some(
    (step) =>
      LARGE.test(step) &&
      (step.startsWith('SCAN ') || (step.startsWith('SEARCH ') && BROAD.test(step))) &&
      !(isLimited && step.startsWith('SEARCH ')),
  );
}

/** Everything that runs every night, or while someone looks at the page. */
async function doEverything({ context, tenant, send, sync }: WebWorld): Promise<void> {
  const signal = new AbortController().signal;
  const options = { tenant, backfillUntil: Number.POSITIVE_INFINITY, signal, listeners: [] };
  await sync();
  await sync();
  await runSync(context, { ...options, reach: 'all', push: 'send' });
  const now = context.clock.now();
  const window = { since: now - 20 * DAY_MS, until: now };
  await runBackfill(context, { ...options, window, push: 'send' });
  while (await indexNextEvents(context.db));
  const paths = [
    ...['/', '/metrics', '/api/status', `/tenants/${tenant.tenant}`],
    ...['/events', '/events?state=rejected', '/events?source=google-drive'],
    ...['/events?reason=link-only', '/events?q=offer', '/events?before=1-x'],
    ...[
      'ines%40brightwater.example',
      'no%40customer.example',
      '1abcdefghijklmnopqrstuvwxyz',
      'offer',
    ].map((text) => `/api/explain?q=${text}`),
  ];
  for (const path of paths) await send(path);
  await skipSelected(context, tenant, { state: 'held' });
  await retrySelected(context, tenant, { state: 'skipped', reason: 'operator', signal });
  await applyRetention(context, signal);
}

test('no statement of a run, the page, or retention reads a whole table of shares', async () => {
  await using world = await startWebWorld({ isSynced: false });
  const { prepared } = recordStatements();
  await doEverything(world);
  const db = new Sqlite(`${world.folder}/sharetrail.db`, { readonly: true });
  const texts = new Set(prepared.map((text) => text.trim().replace(/\s+/g, ' ')));
  const plans = [...texts].filter((text) => /^(?:select|insert|update|delete|with)/.test(text));
  expect(plans.length).toBeGreaterThan(100);
  const broad = plans.map((text) => planOf(db, text)).filter(readsTooMuch);
  const isAllowed = ({ text }: Plan) => Object.values(ALLOWED).some((one) => one.test(text));
  expect(broad.filter((plan) => !isAllowed(plan))).toEqual([]);
  for (const [why, pattern] of Object.entries(ALLOWED)) {
    expect(
      broad.some(({ text }) => pattern.test(text)),
      why,
    ).toBe(true);
  }
  db.close();
});

test.each([
  ['select * from event', true],
  ['select count(*) from event', true],
  ["select min(shared_at) from event where tenant = 'acme' and state = 'pending'", true],
  ["select distinct owner from 'grant' where tenant = 'acme'", true],
  ["select * from event where tenant = 'acme' order by updated_at limit 5", true],
  ["select * from event where tenant = 'acme' and state = 'held' limit 5", false],
  ["select * from event where tenant = 'acme' and event_id = 'a'", false],
  ['select sum(events) from event_count', false],
])('control: of %s, it says %s', async (text, expected) => {
  await using world = await startWebWorld({ isSynced: false, seed: () => {} });
  const db = new Sqlite(`${world.folder}/sharetrail.db`, { readonly: true });
  expect(readsTooMuch(planOf(db, text))).toBe(expected);
  db.close();
});

test('settling an event writes the counts of events only if they change', async () => {
  const { db } = await testDatabase();
  await commitBatch(db, await heldLease(db, 0), batchOf([newEvent('one'), newEvent('two')]));
  const rowsWritten = async (change: RawBuilder<unknown>) => {
    const written = sql<{ rows: number }>`select total_changes() as rows`;
    const before = await written.execute(db);
    await change.execute(db);
    const after = await written.execute(db);
    return (after.rows[0]?.rows ?? 0) - (before.rows[0]?.rows ?? 0);
  };
  const only = sql`where event_id = 'one'`;
  const failed = sql`update event set state = 'pending', attempts = 1, reason = null ${only}`;
  expect(await rowsWritten(failed)).toBe(1);
  expect(await rowsWritten(sql`update event set state = 'delivered' ${only}`)).toBe(3);
});
