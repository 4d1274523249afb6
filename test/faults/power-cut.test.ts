import { chmodSync, copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { type CliWorld, startCliWorld, TENANT, writeConfigFile } from '../support/cli-world.ts';
import type { CommandEnd } from '../support/command.ts';
import { loseUnsynced } from '../support/power-cut.ts';
import type { KillPoint } from '../support/preload/kill-at.ts';
import type { Sabotage } from '../support/preload/sabotage.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const LATE_MS = 60 * MINUTE_MS;
/** Gong has responded, nothing is written */
const SENT: KillPoint = { at: 'insert into "attempt"', when: 'before' };
const NOT_DURABLE: Sabotage = {
  file: 'db/durably.ts',
  find: 'pragma synchronous = full',
  put: 'pragma synchronous = normal',
};

/** Runs a command with the vendors' time, and prints what is synchronized. */
async function run(
  world: CliWorld,
  words: string,
  options: { readonly sabotage?: Sabotage | undefined; readonly killAt?: KillPoint } = {},
): Promise<CommandEnd> {
  const { sabotage, killAt } = options;
  const time = { shiftMs: world.sandbox.clock.now() - Date.now(), waitsDividedBy: 1 };
  const preloads = [
    'shift-clock.ts',
    'record-synced.ts',
    ...(sabotage ? ['sabotage.ts'] : []),
    ...(killAt ? ['kill-at.ts'] : []),
  ];
  const env = {
    SHIFTED_TIME: JSON.stringify(time),
    ...(sabotage && { SABOTAGE: JSON.stringify(sabotage) }),
    ...(killAt && { KILL_POINT: JSON.stringify(killAt) }),
  };
  return world.run(words, { preloads, env });
}

/**
 * A share that the audit log has late is sent with the change log's data, and then the power fails.
 * Returns how often Gong has it, once the audit log has it, too.
 */
async function reportsOfLateShare(sabotage?: Sabotage): Promise<number> {
  await using world = await startCliWorld({ googleDrive: true });
  const { google, gong, clock } = world.sandbox;
  const by = google.addUser(`ann@${google.domain}`);
  world.configure({ crm: { holdDays: 0 } });
  const file = google.createFile({ name: 'Offer', owner: by, at: clock.now() - 10 * MINUTE_MS });
  google.setLateAudit(LATE_MS);
  google.share(file, { to: 'ada@globex.example', by, at: clock.now() - 5 * MINUTE_MS });
  expect(await run(world, 'sync')).toMatchObject({ code: 0 });
  expect(gong.events).toHaveLength(0);

  const killed = await run(world, 'sync', { sabotage, killAt: SENT });
  expect(killed.code).toBe('SIGKILL');
  expect(gong.events).toHaveLength(1);
  loseUnsynced(world.databaseFile, killed.stderr);

  clock.advance(LATE_MS);
  expect(await run(world, 'sync')).toMatchObject({ code: 0 });
  expect(await run(world, 'sync')).toMatchObject({ code: 0 });
  return gong.events.length;
}

test('a power cut after a send: what was sent is on record, so the audit log adds no second event', async () => {
  expect(await reportsOfLateShare()).toBe(1);
});

test('control: without the synchronized commit, the share is reported twice', async () => {
  expect(await reportsOfLateShare(NOT_DURABLE)).toBe(2);
});

/**
 * Runs a command while another process uses the database, and then the power fails. Returns how many
 * commits waited for the disk.
 */
async function powerCutAfter(world: CliWorld, words: string, sabotage?: Sabotage): Promise<number> {
  // As long as `start` runs, the WAL file is not moved into the database.
  const other = new Sqlite(world.databaseFile);
  other.pragma('journal_mode = wal');
  chmodSync(world.databaseFile, 0o600);
  other.prepare('select count(*) from sqlite_master').get();
  const end = await run(world, words, { sabotage });
  expect(end).toMatchObject({ code: 0 });
  const files = ['', '-wal'].map((ending) => `${world.databaseFile}${ending}`);
  for (const file of files) copyFileSync(file, `${file}.cut`);
  // The last connection moves the WAL file into the database; the power fails before.
  other.close();
  for (const file of files) copyFileSync(`${file}.cut`, file);
  loseUnsynced(world.databaseFile, end.stderr);
  return end.stderr.split(/^synced: /m).length - 1;
}

/** The state of a skipped event after a power cut. */
async function stateAfterSkip(sabotage?: Sabotage): Promise<string | undefined> {
  await using world = await startCliWorld();
  const [delivery] = world.deliver(1);
  expect(await world.run('sync --no-push')).toMatchObject({ code: 0 });
  await powerCutAfter(world, `events skip salesforce:${delivery}`, sabotage);
  return world.query<{ state: string }>('select state from event')[0]?.state;
}

test('a power cut after `events skip`: the event stays skipped', async () => {
  expect(await stateAfterSkip()).toBe('skipped');
});

test('control: without the synchronized commit, the event is pending again', async () => {
  expect(await stateAfterSkip(NOT_DURABLE)).toBe('pending');
});

/** What is sent of a share that was made after a first sync which found nothing, and a power cut. */
async function sentAfterFirstSync(sabotage?: Sabotage): Promise<number> {
  await using world = await startCliWorld();
  const file = `tenants/${TENANT}.yaml`;
  const { start: _, ...settings } = parse(readFileSync(join(world.folder, file), 'utf8'));
  writeConfigFile(world, file, stringify(settings));
  await powerCutAfter(world, 'sync', sabotage);
  world.sandbox.clock.advance(10 * MINUTE_MS);
  world.sandbox.salesforce.deliver({ title: 'Offer', at: world.sandbox.clock.now() });
  world.configure({ crm: { holdDays: 0 } });
  world.sandbox.clock.advance(10 * MINUTE_MS);
  expect(await run(world, 'sync')).toMatchObject({ code: 0 });
  return world.sandbox.gong.events.length;
}

test('a power cut after a first sync without events: its start is on record', async () => {
  expect(await sentAfterFirstSync()).toBe(1);
});

test('control: without the synchronized commit, later shares count as made before the start', async () => {
  expect(await sentAfterFirstSync(NOT_DURABLE)).toBe(0);
});

/** The same for an old file, if only the change log shows its shares. */
async function sentAfterBaseline(sabotage?: Sabotage): Promise<number> {
  await using world = await startCliWorld({ googleDrive: true });
  const { google, gong, clock } = world.sandbox;
  const owner = google.addUser(`ann@${google.domain}`);
  world.configure({ crm: { holdDays: 0 }, googleDrive: { detect: ['changes'] } });
  const file = google.createFile({ name: 'Offer', owner, at: clock.now() - 30 * DAY_MS });
  google.share(file, { to: 'old@globex.example', by: owner, at: clock.now() - 20 * DAY_MS });
  await powerCutAfter(world, 'sync', sabotage);
  clock.advance(10 * MINUTE_MS);
  google.share(file, { to: 'ada@globex.example', by: owner, at: clock.now() });
  clock.advance(10 * MINUTE_MS);
  expect(await run(world, 'sync')).toMatchObject({ code: 0 });
  return gong.events.length;
}

test('a power cut after a first sync of Drive: its baseline is on record', async () => {
  expect(await sentAfterBaseline()).toBe(1);
});

test('control: without the synchronized commit, the baseline includes later shares', async () => {
  expect(await sentAfterBaseline(NOT_DURABLE)).toBe(0);
});

test('a run that finds nothing new does not wait for the disk', async () => {
  await using world = await startCliWorld({ googleDrive: true });
  const { google, clock } = world.sandbox;
  const owner = google.addUser(`ann@${google.domain}`);
  google.createFile({ name: 'Offer', owner, at: clock.now() - 30 * DAY_MS });
  expect(await powerCutAfter(world, 'sync')).toBe(1);
  clock.advance(DAY_MS);
  expect(await powerCutAfter(world, 'sync')).toBe(0);
});
