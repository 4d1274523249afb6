import { sql } from 'kysely';
import { expect, inject, test } from 'vitest';
import { EXIT } from '../../src/cli/command.ts';
import { copyDatabase } from '../../src/db/copy/copy-database.ts';
import { reportWorker } from '../../src/db/workers.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { commitBatch } from '../../src/outbox/commit.ts';
import { startCommand } from '../support/command.ts';
import { heldLease, migratedFile, testDatabase, testFile } from '../support/database.ts';
import { batchOf, eventSeries } from '../support/events.ts';
import { contentOf, fillEmptyTables } from '../support/filled-database.ts';

async function filledServer() {
  const from = await testDatabase();
  const lease = await heldLease(from.db, systemClock.now());
  await commitBatch(from.db, lease, batchOf(eventSeries(5)));
  await sql`delete from lease`.execute(from.db);
  await fillEmptyTables(from.db);
  return from;
}

function run(words: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return startCommand(['copy-database', ...words], { env, cwd: testFile().folder }).ended();
}

test('keeps writers out of FROM on a server until the copy ends', async () => {
  const from = await filledServer();
  const to = testFile();
  let refused: unknown;
  await copyDatabase({
    from: from.setting,
    to: to.setting,
    onProgress: () => {},
    signal: new AbortController().signal,
    onEvents: async () => {
      const writing = from.db.transaction().execute(async (trx) => {
        await sql`lock table "lease" in row exclusive mode nowait`.execute(trx);
      });
      refused = await writing.catch((error) => error);
    },
  });
  expect(refused).toMatchObject({ message: expect.stringContaining('locked by another process') });
  await heldLease(from.db, systemClock.now());
  expect(await contentOf(to.open())).toEqual(await contentOf(from.db));
});

test('copies from server to server, and finds that two addresses are one database', async () => {
  const from = await filledServer();
  const to = await testDatabase();
  const other = from.setting.replace('127.0.0.1', 'localhost');
  const same = await run([from.setting, other]);
  expect(same).toMatchObject({ code: EXIT.couldNotRun, stdout: '' });
  expect(same.stderr).toContain('TO: it is not empty');
  const copied = await run([from.setting, to.setting]);
  expect(copied).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining(':•••@') });
  const { password } = inject('postgres') ?? expect.unreachable();
  for (const form of [password, encodeURIComponent(password)])
    expect(copied.stdout).not.toContain(form);
  expect(await contentOf(to.db)).toEqual(await contentOf(from.db));
});

test('exits with 3 and says which run is in progress', async () => {
  const from = await filledServer();
  await heldLease(from.db, systemClock.now());
  const ended = await run([from.setting, testFile().setting]);
  expect(ended).toMatchObject({ code: EXIT.busy, stdout: '' });
  expect(ended.stderr).toContain('FROM: a process holds tenant acme');
});

test('refuses while a worker is alive, even without a run', async () => {
  const from = await filledServer();
  const seenAt = systemClock.now();
  const worker = {
    id: 'one',
    role: 'worker',
    host: 'east-1',
    startedAt: seenAt,
    runs: [],
  } as const;
  await reportWorker(from.db, { ...worker, seenAt });
  const ended = await run([from.setting, testFile().setting]);
  expect(ended).toMatchObject({ code: EXIT.busy, stdout: '' });
  expect(ended.stderr).toContain('FROM: a process on east-1 takes runs from its queue');
});

test('never prints a password: of a refused login, an unreachable server, a wrong address', async () => {
  const { host, port, user } = inject('postgres') ?? expect.unreachable();
  const { setting } = await migratedFile();
  const env = { PASSWORD: 'not-The-Passw0rd' };
  const cases: readonly (readonly [string, string])[] = [
    [`postgres://${user}:\${PASSWORD}@${host}:${port}/none`, 'refused the login'],
    [`postgres://${user}:not-The-Passw0rd@${host}:1/none`, 'cannot be reached'],
    [`postgres://${user}:not-The-Passw0rd@${host}:${port}/`, 'expected the name of one database'],
    [`postgres://${user}:\${MISSING}@${host}:${port}/none`, 'MISSING is not set'],
  ];
  for (const [address, text] of cases) {
    for (const words of [
      [setting, address],
      [address, setting],
    ]) {
      const ended = await run(words, env);
      expect(ended).toMatchObject({ code: EXIT.couldNotRun, stdout: '' });
      expect(ended.stderr).toContain(text);
      expect(ended.stderr).not.toContain('Passw0rd');
    }
  }
});
