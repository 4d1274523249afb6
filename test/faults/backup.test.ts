import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { backUp } from '../../src/db/backup.ts';
import { beginBackupFile } from '../../src/db/backup-file.ts';
import { StopRequested } from '../../src/lib/errors.ts';
import { commitBatch } from '../../src/outbox/commit.ts';
import { startChild } from '../support/child.ts';
import { heldLease, migratedFile, type TestFile, testFile } from '../support/database.ts';
import { batchOf, eventSeries } from '../support/events.ts';
import { until } from '../support/until.ts';

const never = new AbortController().signal;

function copyOf({ folder }: Pick<TestFile, 'folder'>): string {
  return join(folder, 'copy.db');
}

function backUpFrom(
  file: Pick<TestFile, 'file' | 'folder'>,
  target = copyOf(file),
): Promise<number> {
  return backUp({ source: file.file, target, onProgress: () => {}, signal: never });
}

/** Large enough for several copy steps, so that another process can write between them. */
async function largeDatabase() {
  const database = await migratedFile();
  const lease = await heldLease(database.db, 0);
  const created = eventSeries(12_000, 'early').map((event) => ({
    ...event,
    share: { ...event.share, content: { ...event.share.content, title: 'x'.repeat(2_000) } },
  }));
  await commitBatch(database.db, lease, batchOf(created));
  return database;
}

/** Another process that repeatedly commits ten events together with a cursor. */
async function startWriter({ setting, file, db }: Awaited<ReturnType<typeof largeDatabase>>) {
  await db.deleteFrom('lease').execute();
  const child = startChild('commit-until-full.ts', { args: [setting, '1000000'] });
  const batches = () => stateOf(file).batches;
  await until(() => batches() > 0);
  return { child, batches };
}

function stateOf(file: string): { readonly batches: number; readonly pending: number } {
  const sqlite = new Sqlite(file, { readonly: true });
  const countOf = (sql: string) => Number(sqlite.prepare(sql).pluck().get() ?? 0);
  const batches = countOf('select position from cursor');
  const pending = countOf("select count(*) from event where state = 'pending'");
  sqlite.close();
  return { batches, pending };
}

describe('while another process keeps writing', () => {
  test('the copy is valid, and has every commit up to one moment in full', async () => {
    const database = await largeDatabase();
    const writer = await startWriter(database);
    const before = writer.batches();
    let steps = 0;
    let copied = 0;
    const target = copyOf(database);
    const onProgress = ({ done }: { done: number }) => {
      if (done < copied) throw new Error('started over');
      copied = done;
      steps += 1;
      // Between two steps, the other process writes.
      const batches = writer.batches();
      while (writer.batches() === batches);
    };
    const bytes = await backUp({ source: database.file, target, onProgress, signal: never });
    const after = writer.batches();
    expect(steps).toBeGreaterThan(2);
    expect(after, 'the writer wrote during the backup').toBeGreaterThan(before);
    writer.child.kill('SIGKILL');
    await writer.child.ended();

    expect(statSync(target)).toMatchObject({ size: bytes });
    expect(statSync(target).mode & 0o777).toBe(0o600);
    expect(readdirSync(database.folder).filter((name) => name.startsWith('copy'))).toEqual([
      'copy.db',
    ]);
    const copy = new Sqlite(target);
    expect(copy.pragma('integrity_check', { simple: true })).toBe('ok');
    copy.close();
    const { batches, pending } = stateOf(target);
    expect(batches).toBeGreaterThanOrEqual(before);
    expect(batches).toBeLessThan(after);
    expect(pending).toBe(12_000 + batches * 10);
  });

  test('control: SQLite’s own backup starts over with each write of another process', async () => {
    const database = await largeDatabase();
    const writer = await startWriter(database);
    const source = new Sqlite(database.file, { readonly: true });
    let last = Number.POSITIVE_INFINITY;
    const enough = new Error('started over');
    const copying = source.backup(copyOf(database), {
      progress: ({ remainingPages }) => {
        if (remainingPages > last) throw enough;
        last = remainingPages;
        const batches = writer.batches();
        while (writer.batches() === batches);
        return 100;
      },
    });
    await expect(copying).rejects.toBe(enough);
    source.close();
    writer.child.kill('SIGKILL');
  });
});

describe('an existing file of that name', () => {
  test('is replaced if it is an earlier backup, once the new one is complete', async () => {
    const { db, ...database } = await migratedFile();
    await backUpFrom(database);
    const earlier = readFileSync(copyOf(database));
    await commitBatch(db, await heldLease(db, 0), batchOf(eventSeries(3)));
    const stop = new AbortController();
    stop.abort(new StopRequested());
    const target = copyOf(database);
    const paths = { source: database.file, target };
    const stopped = backUp({ ...paths, onProgress: () => {}, signal: stop.signal });
    await expect(stopped).rejects.toBe(stop.signal.reason);
    expect(readFileSync(target).equals(earlier)).toBe(true);
    await backUpFrom(database);
    expect(stateOf(target).pending).toBe(3);
  });

  test('is not replaced by a backup that a later one overtook', async () => {
    const { db: _, ...database } = await migratedFile();
    const target = copyOf(database);
    let overtaking: Promise<number> | undefined;
    const onProgress = () => {
      overtaking ??= backUpFrom(database);
    };
    const overtaken = backUp({ source: database.file, target, onProgress, signal: never });
    await expect(overtaken).rejects.toMatchObject({ name: 'UserError' });
    expect(await overtaking).toBe(statSync(target).size);
    expect(readdirSync(database.folder).filter((name) => name.includes('partial'))).toEqual([]);
    expect(stateOf(target).pending).toBe(0);
  });

  test('is not replaced even if the later one started at the last moment', async () => {
    const { db: _, ...database } = await migratedFile();
    const paths = { source: database.file, target: copyOf(database) };
    const overtaken = beginBackupFile(paths);
    const other = beginBackupFile(paths);
    expect(() => overtaken.keep()).toThrow(
      `another backup to ${paths.target} has started since then`,
    );
    overtaken.end();
    expect(other.keep()).toBe(0);
    other.end();
    expect(readdirSync(database.folder).filter((name) => name.startsWith('copy'))).toEqual([
      'copy.db',
    ]);
  });

  test('is left alone if it is anything else', async () => {
    const { db: _, ...database } = await migratedFile();
    const { folder } = database;
    const other = new Sqlite(join(folder, 'other.db'));
    other.exec('create table t (a)');
    other.close();
    writeFileSync(join(folder, 'notes.txt'), 'notes');
    writeFileSync(join(folder, 'empty'), '');
    mkdirSync(join(folder, 'sub'));
    symlinkSync(database.file, join(folder, 'link.db'));
    const live = await migratedFile();
    const idle = await migratedFile();
    await idle.db.destroy();
    expect(readdirSync(idle.folder), 'it has no side files').toEqual(['sharetrail.db']);
    const names: readonly (readonly [string, string])[] = [
      [join(folder, 'other.db'), 'already exists and is not a backup'],
      [join(folder, 'notes.txt'), 'already exists and is not a backup'],
      [join(folder, 'empty'), 'already exists and is not a backup'],
      [join(folder, 'sub'), 'is not a file'],
      [database.file, 'is the database itself'],
      [join(folder, 'link.db'), 'is the database itself'],
      [live.file, 'is a database in use'],
      [idle.file, 'is a database in use'],
    ];
    for (const [target, words] of names) {
      const refused = expect(backUpFrom(database, target), target).rejects;
      await refused.toMatchObject({ name: 'UserError', message: expect.stringContaining(words) });
    }
    expect(readFileSync(join(folder, 'notes.txt'), 'utf8')).toBe('notes');
    expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
  });

  test('a missing folder is an error that says what to do', async () => {
    const { db: _, ...database } = await migratedFile();
    const missing = join(database.folder, 'none', 'copy.db');
    await expect(backUpFrom(database, missing)).rejects.toMatchObject({
      name: 'UserError',
      hint: `Create the folder ${join(database.folder, 'none')} first, readable by its owner only.`,
    });
  });

  test('a missing database is an error, and is not created', async () => {
    const file = testFile();
    await expect(backUpFrom(file)).rejects.toMatchObject({
      name: 'UserError',
      message: `the database does not exist yet: ${file.file}`,
    });
    expect(readdirSync(file.folder)).toEqual([]);
  });
});

describe('an interrupted copy', () => {
  test('leaves no file of that name if it is killed, and the next one succeeds', async () => {
    const database = await largeDatabase();
    const args = [database.file, copyOf(database)];
    const { code } = await startChild('back-up.ts', { args: [...args, '2'] }).ended();
    expect(code).toBe('SIGKILL');
    expect(existsSync(copyOf(database))).toBe(false);
    expect(existsSync(`${copyOf(database)}.partial`), 'it was copying').toBe(true);
    const child = startChild('back-up.ts', { args: [...args, '0'] });
    expect(JSON.parse(await child.line())).toMatchObject({ kind: 'done' });
    expect(existsSync(`${copyOf(database)}.partial`)).toBe(false);
    expect(stateOf(copyOf(database)).pending).toBe(12_000);
  });

  test('reports a full disk, and leaves nothing behind', async () => {
    const database = await largeDatabase();
    // A limit on the size of each file (setrlimit) simulates a full disk or quota.
    const wrap = 'ulimit -f 8000; exec "$@"';
    const args = [database.file, copyOf(database), '0'];
    const child = startChild('back-up.ts', { args, wrap });
    expect(JSON.parse(await child.line())).toMatchObject({
      kind: 'UserError',
      message: expect.stringMatching(/^(not enough space for the copy|the copy could not be wr)/),
      hint: 'Free some space, or choose a file on another disk. The partial copy was removed.',
    });
    expect(readdirSync(database.folder).filter((name) => name.startsWith('copy'))).toEqual([]);
  });

  test('is not kept if the database is damaged', async () => {
    const { db, ...database } = await largeDatabase();
    await db.destroy();
    const bytes = readFileSync(database.file);
    // In the middle of the file, in pages that are not cached.
    bytes.fill(0x55, bytes.length / 2, bytes.length / 2 + 65_536);
    writeFileSync(database.file, bytes);
    chmodSync(database.file, 0o600);
    await expect(backUpFrom(database)).rejects.toMatchObject({
      name: 'DatabaseError',
      message: expect.stringMatching(/failed its check|is damaged/),
    });
    expect(existsSync(copyOf(database))).toBe(false);
  });
});
