import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { type CliWorld, startCliWorld } from '../support/cli-world.ts';

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;

let world: CliWorld;
let contact: string;

beforeEach(async () => {
  world = await startCliWorld();
  const email = 'ada@globex.example';
  contact = world.sandbox.salesforce.add('Contact', { LastName: 'Byron', Email: email });
});

afterEach(() => world[Symbol.asyncDispose]());

function deliverAt(at: number | string): string {
  return world.sandbox.salesforce.deliver({ title: 'Deck', relatedTo: contact, at }).deliveryId;
}

function daysAgo(days: number): number {
  return world.sandbox.clock.now() - days * DAY_MS;
}

function dateOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** Invalid command lines, with a part of the message and of the hint. */
const INVALID: readonly (readonly [words: string, message: string, hint: string])[] = [
  ['backfill', 'backfill needs --since', 'backfill --since 2026-01-01'],
  ['backfill --since yesterday', '"yesterday" is neither a date nor a time', '2026-11-01'],
  ['backfill --since 2026-02-30', '"2026-02-30" does not exist', 'Months are 01 to 12'],
  [
    'backfill --since 2026-01-01T09',
    '"2026-01-01T09" is neither a date nor a time',
    'such as 2026-11-01T09:00. Both are in the tenant',
  ],
  ['backfill --since 2026-01-02 --until 2026-01-02', 'the window is empty', 'ends before --until'],
  ['backfill --since 2999-01-01', '--since is in the future', 'must start in the past'],
  ['backfill --since 2026-01-01 --source salesfroce', 'salesfroce', 'salesforce'],
  ['backfill --since 2026-01-01 --sorce salesforce', '--sorce', '--source'],
  [
    'backfill --since 2026-01-01 --source google-drive',
    'sandbox does not read google-drive',
    'Its tenant file has no googleDrive.',
  ],
];

test('an invalid command line exits with 2 and a reason, and does nothing', async () => {
  deliverAt(daysAgo(10));
  const ends = await Promise.all(INVALID.map(([words]) => world.run(words)));
  for (const [index, [words, message, hint]] of INVALID.entries()) {
    const { code, stdout, stderr = '' } = ends[index] ?? {};
    expect({ words, code, stdout }).toEqual({ words, code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toContain(hint);
  }
  expect(world.sandbox.traffic.salesforce.counts.requests).toBe(0);
});

const count = z.int().nonnegative();
const time = z.iso.datetime({ offset: false, precision: 3 });
const result = z.strictObject({
  runs: z.tuple([
    z.strictObject({
      tenant: z.literal('sandbox'),
      kind: z.literal('backfill'),
      outcome: z.enum(['ok', 'partial', 'failed', 'busy']),
      startedAt: time,
      finishedAt: time,
      found: z.strictObject({ salesforce: count, 'google-drive': count }),
      queued: count,
      held: count,
      skipped: z.record(z.string(), count),
      delivered: count,
      duplicates: count,
      rejected: count,
      pending: count,
      calls: z.strictObject({ salesforce: count, google: count, gong: count }),
      errors: z.array(z.strictObject({ stage: z.string(), message: z.string(), hint: z.string() })),
    }),
  ]),
});

test('--json prints the shape of the contract; without it, a summary of the run', async () => {
  for (const days of [30, 20]) deliverAt(daysAgo(days));
  const since = dateOf(daysAgo(40));
  const { code, stdout } = await world.run(`backfill --since ${since} --no-push --json`);
  expect(code).toBe(0);
  expect(result.parse(JSON.parse(stdout)).runs[0]).toMatchObject({
    outcome: 'ok',
    found: { salesforce: 2, 'google-drive': 0 },
    queued: 2,
    delivered: 0,
    pending: 2,
  });
  expect(world.sandbox.gong.events).toHaveLength(0);
  const again = await world.run(`backfill --since ${since}`);
  expect(again.code).toBe(0);
  expect(again.stdout).toMatch(/^sandbox: ok, in .* 0 shares found, 2 delivered\n$/);
});

test('a date means midnight in the tenant’s timezone', async () => {
  world.configure({ timezone: 'America/New_York' });
  // Daylight saving time: midnight is 04:00 UTC.
  const times = ['2026-05-31T03:59:59Z', '2026-05-31T04:00:00Z', '2026-06-01T03:59:59Z'];
  const ids = [...times, '2026-06-01T04:00:00Z'].map((at) => deliverAt(at));
  const { code } = await world.run('backfill --since 2026-05-31 --until 2026-06-01');
  expect(code).toBe(0);
  const shared = world.sandbox.gong.events.map(({ body }) => body?.['shareId']);
  expect(shared).toEqual(ids.slice(1, 3));
});

test('--dry-run prints the bodies that a run sends and its duration, and changes no byte', async () => {
  world.configure({ gong: { callsPerDay: 2, concurrency: 1 } });
  world.deliver(1);
  await world.run('sync --no-push');
  for (const days of [30, 29, 28]) deliverAt(daysAgo(days));
  const before = hashOf(world);
  const words = `backfill --since ${dateOf(daysAgo(40))} --until ${dateOf(daysAgo(10))}`;
  const { code, stdout, stderr } = await world.run(`${words} --dry-run --json`);
  expect(code).toBe(0);
  expect(hashOf(world)).toBe(before);
  expect(stderr).toContain('sandbox: a run would send 3 events; nothing was written.');
  expect(stderr).toContain('a run would take 3 Gong calls (over 2 days)');
  world.configure({ gong: { callsPerDay: 1_000 } });
  await world.run(words);
  // The event that the sync left pending is fresh, so it goes first.
  const [, ...sent] = world.sandbox.gong.events.map(({ body }) => body);
  const bodies = stdout.split('\n').filter((line) => line !== '');
  expect(bodies.map((line) => JSON.parse(line))).toEqual(sent);
  expect(sent).toHaveLength(3);
});

test('exits with 3 and does nothing while a sync runs', async () => {
  world.deliver(1);
  const gong = world.barrier({ vendor: 'gong' });
  const sync = world.start('sync');
  await gong.reached();
  const words = `backfill --since ${dateOf(daysAgo(40))}`;
  const busy = await world.run(words);
  expect(busy).toMatchObject({ code: 3 });
  expect(busy.stdout).toContain('sandbox: busy. The tenant is locked by another run');
  gong.open();
  expect(await sync.ended()).toMatchObject({ code: 0 });
  expect(await world.run(words)).toMatchObject({ code: 0 });
});

test('events beyond the daily Gong calls stay pending, which is not an error: exit 0', async () => {
  world.configure({ gong: { callsPerDay: 2 } });
  for (const days of [30, 29, 28]) deliverAt(daysAgo(days));
  const { code, stdout } = await world.run(`backfill --since ${dateOf(daysAgo(40))} --json`);
  expect(code).toBe(0);
  expect(result.parse(JSON.parse(stdout)).runs[0]).toMatchObject({
    outcome: 'ok',
    delivered: 2,
    pending: 1,
    errors: [],
  });
});

function hashOf({ databaseFile }: CliWorld): string {
  return createHash('sha256').update(readFileSync(databaseFile)).digest('hex');
}
