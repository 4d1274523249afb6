import {
  chownSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { backUp } from '../../src/db/backup.ts';
import { explainFailure } from '../../src/db/failures.ts';
import { acquireLease } from '../../src/db/leases.ts';
import { LEASE_LIMITS } from '../../src/db/limits.ts';
import { openDatabase } from '../../src/db/open.ts';
import { restore } from '../../src/db/restore.ts';
import { StopRequested } from '../../src/lib/errors.ts';
import { commitBatch } from '../../src/outbox/commit.ts';
import { startChild } from '../support/child.ts';
import { heldLease, migratedFile } from '../support/database.ts';
import { batchOf, eventSeries } from '../support/events.ts';

const NOW = Date.UTC(2026, 10, 24, 2, 15, 3);
const STAMP = '.replaced-20261124T021503Z';
const UNPRIVILEGED = 65_534;
const ELSEWHERE = { name: 'tenant acme', holder: 'other-machine/pid:[1]|42|4711|nonce' };
/** events in the backup, and in the database that it replaces */
const [BACKED_UP, CURRENT] = [3, 8];

let folder: string;
let file: string;
let backup: string;

/** As a killed process leaves them: the latest commits are only in the write-ahead log. */
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sharetrail-restore-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  [file, backup] = [join(folder, 'sharetrail.db'), join(folder, 'backup.db')];
  const database = await migratedFile();
  const { db } = database;
  const lease = await heldLease(db, 0);
  await commitBatch(db, lease, batchOf(eventSeries(BACKED_UP, 'early')));
  const { signal } = new AbortController();
  await backUp({ source: database.file, target: backup, onProgress: () => {}, signal });
  await commitBatch(db, lease, batchOf(eventSeries(CURRENT - BACKED_UP, 'late')));
  for (const suffix of ['', '-wal']) copyFileSync(database.file + suffix, file + suffix);
});

function restoreIt(options: Partial<Parameters<typeof restore>[0]> = {}) {
  const { signal } = new AbortController();
  const common = { database: file, source: backup, onProgress: () => {}, signal };
  return restore({ ...common, now: () => NOW, ...options });
}

function eventsIn(path: string): number {
  const sqlite = new Sqlite(path, { fileMustExist: true });
  try {
    expect(sqlite.pragma('integrity_check', { simple: true })).toBe('ok');
    return Number(sqlite.prepare('select count(*) from event').pluck().get());
  } finally {
    sqlite.close();
  }
}

function change(path: string, sql: string): void {
  new Sqlite(path).exec(sql).close();
}

describe('restore', () => {
  test('puts the backup in place, and keeps the old database with the commits of its log', async () => {
    const { bytes, kept, schema } = await restoreIt();
    expect(kept).toEqual([file + STAMP]);
    expect(schema).toBe('current');
    expect(statSync(file)).toMatchObject({ size: bytes, mode: 0o100600 });
    expect(readdirSync(folder).toSorted()).toEqual([
      'backup.db',
      'sharetrail.db',
      `sharetrail.db${STAMP}`,
    ]);
    expect(eventsIn(file)).toBe(BACKED_UP);
    expect(eventsIn(file + STAMP)).toBe(CURRENT);
  });

  test('twice in a second keeps both databases', async () => {
    await restoreIt();
    expect((await restoreIt()).kept).toEqual([`${file}${STAMP}-2`]);
    expect([eventsIn(file + STAMP), eventsIn(`${file}${STAMP}-2`)]).toEqual([CURRENT, BACKED_UP]);
    // Also the database that was kept can be restored.
    await restoreIt({ source: file + STAMP });
    expect(eventsIn(file)).toBe(CURRENT);
  });

  test('of a lost database moves its leftover log away, so that the two never mix', async () => {
    rmSync(file);
    expect((await restoreIt()).kept).toEqual([`${file}${STAMP}-wal`]);
    expect(eventsIn(file)).toBe(BACKED_UP);
  });

  test('creates the folder of a lost database', async () => {
    const database = join(folder, 'new', 'deeper', 'sharetrail.db');
    expect((await restoreIt({ database })).kept).toEqual([]);
    expect(eventsIn(database)).toBe(BACKED_UP);
  });

  test('replaces a file that is not a database any more', async () => {
    for (const path of [file, `${file}-wal`]) writeFileSync(path, 'a bad disk. '.repeat(1_000));
    expect((await restoreIt()).kept).toEqual([file + STAMP]);
    expect(eventsIn(file)).toBe(BACKED_UP);
  });

  test('replaces the target of a symbolic link, even if it is lost', async () => {
    const link = join(folder, 'link.db');
    symlinkSync(basename(file), link);
    await restoreIt({ database: link });
    expect(eventsIn(file)).toBe(BACKED_UP);
    rmSync(file);
    await restoreIt({ database: link });
    expect(eventsIn(file)).toBe(BACKED_UP);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
  });

  test('by root keeps the owner of the database', async () => {
    if (process.getuid?.() !== 0) return;
    chownSync(file, UNPRIVILEGED, UNPRIVILEGED);
    await restoreIt();
    expect(statSync(file)).toMatchObject({ uid: UNPRIVILEGED, gid: UNPRIVILEGED });
  });

  test('accepts an earlier schema', async () => {
    change(backup, "delete from kysely_migration where name > '0001-outbox'");
    expect(await restoreIt()).toMatchObject({ schema: 'earlier' });
  });
});

describe('restore refuses, and changes nothing, if the backup', () => {
  const cases: readonly (readonly [string, () => void, string])[] = [
    ['does not exist', () => rmSync(backup), 'the backup cannot be read: ENOENT'],
    ['is a folder', () => folderInstead(), 'is not a file'],
    ['is text', () => writeFileSync(backup, 'text '.repeat(500)), 'is not a backup of sharetrail'],
    ['is empty', () => writeFileSync(backup, ''), 'is not a backup of sharetrail'],
    ['is another database', () => anotherDatabase(), 'is not a backup of sharetrail'],
    ['is truncated', () => cutOff(), 'damaged'],
    ['has a damaged page', () => damagePage(), 'the backup '],
    ['has rows that do not fit together', () => addOrphan(backup), 'the table "attempt" has 1 row'],
    ['is of a newer version', () => newerVersion(), 'written by a newer version'],
  ];

  test.each(cases)('%s', async (_, prepare, words) => {
    prepare();
    const before = readFileSync(file);
    await expect(restoreIt()).rejects.toMatchObject({
      hint: expect.any(String),
      message: expect.stringContaining(words),
    });
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(readdirSync(folder).filter((name) => name.includes('.re'))).toEqual([]);
    expect(eventsIn(file)).toBe(CURRENT);
  });

  test('is the database itself, under another name', async () => {
    symlinkSync(file, join(folder, 'link.db'));
    const source = join(folder, 'link.db');
    await expect(restoreIt({ source })).rejects.toThrow('is the database itself');
  });

  function folderInstead(): void {
    rmSync(backup);
    mkdirSync(backup);
  }
  function anotherDatabase(): void {
    rmSync(backup);
    change(backup, 'create table t (a)');
  }
  function cutOff(): void {
    const bytes = readFileSync(backup);
    writeFileSync(backup, bytes.subarray(0, bytes.length / 2));
  }
  function damagePage(): void {
    const bytes = readFileSync(backup);
    writeFileSync(backup, bytes.fill(0xff, bytes.length - 16_384));
  }
  function newerVersion(): void {
    change(backup, "insert into kysely_migration values ('0099-future', '2027-01-01T00:00:00Z')");
  }
});

function addOrphan(path: string): void {
  const row = "('acme', 'none', 1, 0, 'accepted', 201, null, '[]')";
  change(path, `pragma foreign_keys = off; insert into attempt values ${row}`);
}

describe('restore refuses, and changes nothing, while', () => {
  test.each(['write', 'read'] as const)('another process has it open to %s', async (access) => {
    const db = openDatabase({ database: `sqlite:${file}`, access });
    await db.selectFrom('event').selectAll().execute();
    await expect(restoreIt()).rejects.toThrow(`the database is in use by another process: ${file}`);
    expect(existsSync(`${file}.restoring`)).toBe(false);
    await db.destroy();
    expect(eventsIn(file)).toBe(CURRENT);
    await restoreIt();
    expect(eventsIn(file)).toBe(BACKED_UP);
  });

  test('a run of another machine holds a lease that has not expired', async () => {
    const db = openDatabase({ database: `sqlite:${file}`, access: 'write' });
    await db.deleteFrom('lease').execute();
    await acquireLease(db, ELSEWHERE, NOW);
    await db.destroy();
    await expect(restoreIt()).rejects.toMatchObject({
      message: 'the database is in use: a process holds tenant acme',
      hint: expect.stringContaining('2026-11-24T02:15:48.000Z'),
    });
    expect(eventsIn(file)).toBe(CURRENT);
    await restoreIt({ now: () => NOW + LEASE_LIMITS.leaseMs });
    expect(eventsIn(file)).toBe(BACKED_UP);
  });

  test('a stop was requested', async () => {
    const stop = new AbortController();
    const onProgress = () => stop.abort(new StopRequested());
    await expect(restoreIt({ onProgress, signal: stop.signal })).rejects.toBeInstanceOf(
      StopRequested,
    );
    expect(eventsIn(file)).toBe(CURRENT);
    expect(readdirSync(folder).filter((name) => name.includes('.re'))).toEqual([]);
  });
});

test('a process that opened the database before, but did not use it, cannot write to it', async () => {
  const early = new Sqlite(file);
  await restoreIt();
  const failure = catchFrom(() => early.pragma('journal_mode = wal'));
  expect(explainFailure(failure, file)).toMatchObject({
    name: 'DatabaseError',
    message: `the database file was replaced while sharetrail opened it: ${file} (SQLITE_READONLY_DBMOVED)`,
  });
  early.close();
  expect(eventsIn(file)).toBe(BACKED_UP);
  expect(eventsIn(file + STAMP)).toBe(CURRENT);
});

function catchFrom(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

describe('a restore that is killed', () => {
  test('at any moment leaves the old database or the new one, and the next one works', async () => {
    const original = { file: readFileSync(file), log: readFileSync(`${file}-wal`) };
    const found = new Set<number>();
    for (let killAt = 1; ; killAt += 1) {
      for (const name of readdirSync(folder)) if (name !== 'backup.db') rmSync(join(folder, name));
      writeFileSync(file, original.file);
      writeFileSync(`${file}-wal`, original.log);
      const child = startChild('restore-killed.ts', { args: [file, backup, `${killAt}`] });
      const { code } = await child.ended();
      const events = eventsIn(file);
      expect([BACKED_UP, CURRENT], `killed before change ${killAt}`).toContain(events);
      found.add(events);
      if (code === 0) break;
      expect(code).toBe('SIGKILL');
      await restoreIt();
      expect(eventsIn(file)).toBe(BACKED_UP);
      const kept = readdirSync(folder).filter((name) => name.includes('.replaced-'));
      expect(kept.some((name) => eventsIn(join(folder, name)) === CURRENT)).toBe(true);
      expect(existsSync(`${file}.restoring`)).toBe(false);
      for (const name of kept)
        expect(statSync(join(folder, name)).ino).not.toBe(statSync(file).ino);
    }
    expect([...found].toSorted()).toEqual([BACKED_UP, CURRENT]);
  });
});

describe('control: a copy over the database, next to its old log', () => {
  test('is neither the old database nor the copy', () => {
    copyFileSync(backup, file);
    expect(eventsIn(file)).not.toBe(BACKED_UP);
  });
});
