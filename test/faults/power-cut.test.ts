import { copyFileSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { type CliWorld, startCliWorld } from '../support/cli-world.ts';
import type { CommandEnd } from '../support/command.ts';
import { loseUnsynced } from '../support/power-cut.ts';
import type { KillPoint } from '../support/preload/kill-at.ts';
import type { Sabotage } from '../support/preload/sabotage.ts';

const MINUTE_MS = 60_000;
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

/** The state of a skipped event after a power cut, while another process uses the database. */
async function stateAfterSkip(sabotage?: Sabotage): Promise<string | undefined> {
  await using world = await startCliWorld();
  const [delivery] = world.deliver(1);
  expect(await world.run('sync --no-push')).toMatchObject({ code: 0 });
  // As long as `start` runs, the WAL file is not moved into the database.
  const other = new Sqlite(world.databaseFile);
  other.prepare('select count(*) from event').get();
  const skipped = await run(world, `events skip salesforce:${delivery}`, { sabotage });
  expect(skipped).toMatchObject({ code: 0 });
  const files = ['', '-wal'].map((end) => `${world.databaseFile}${end}`);
  for (const file of files) copyFileSync(file, `${file}.cut`);
  // The last connection moves the WAL file into the database; the power fails before.
  other.close();
  for (const file of files) copyFileSync(`${file}.cut`, file);
  loseUnsynced(world.databaseFile, skipped.stderr);
  return world.query<{ state: string }>('select state from event')[0]?.state;
}

test('a power cut after `events skip`: the event stays skipped', async () => {
  expect(await stateAfterSkip()).toBe('skipped');
});

test('control: without the synchronized commit, the event is pending again', async () => {
  expect(await stateAfterSkip(NOT_DURABLE)).toBe('pending');
});
