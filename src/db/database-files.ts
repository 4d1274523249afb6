import { realpathSync, statSync } from 'node:fs';
import { DatabaseReplaced } from '../lib/errors.ts';

/** The database's files while a process uses them. */
export interface DatabaseFiles {
  /** Throws DatabaseReplaced if one of them was deleted, moved, or replaced since it was opened. */
  requireUnchanged(): void;
}

/** For a database in memory, or one that is only read. */
export const UNWATCHED_FILES: DatabaseFiles = { requireUnchanged: () => {} };

/** SQLite creates them with its first read, and keeps them until its last connection closes. */
const SIDE_FILES = ['-wal', '-shm'] as const;

const STOP_ALL = 'Stop every sharetrail process.';

/**
 * Watches the files of an open database by device and inode, through symbolic links. On POSIX
 * systems, a process keeps writing to a deleted file without an error; its inode number is not used
 * again until the process closes it. Call it right after opening.
 */
export function watchDatabaseFiles(file: string): DatabaseFiles {
  const opened = identityOf(file);
  // SQLite names its side files after the file itself, not after a link.
  const real = realpathSync(file);
  const sideFiles = new Map<string, string>();
  return {
    requireUnchanged: () => {
      requireSame(file, { opened, found: identityOf(file) });
      for (const suffix of SIDE_FILES) {
        const path = real + suffix;
        const found = identityOf(path);
        const known = sideFiles.get(path);
        if (known !== undefined && known !== found) throw sideFileChanged(path);
        if (found !== undefined) sideFiles.set(path, found);
      }
    },
  };
}

function requireSame(
  file: string,
  identities: { readonly opened: string | undefined; readonly found: string | undefined },
): void {
  const { opened, found } = identities;
  if (found === undefined) {
    throw new DatabaseReplaced(
      `the database file was deleted or moved while sharetrail used it: ${file}`,
      {
        hint:
          `${STOP_ALL} Before the next run, put the file back, or restore a backup with ` +
          '`sharetrail restore FILE`. Otherwise, the next run starts with an empty database.',
      },
    );
  }
  if (found === opened) return;
  throw new DatabaseReplaced(`the database file was replaced while sharetrail used it: ${file}`, {
    hint:
      `${STOP_ALL} What this process wrote is not in the new file. The next run reads and sends it ` +
      'again with the same IDs. To replace a database, use `sharetrail restore FILE`.',
  });
}

function sideFileChanged(path: string): DatabaseReplaced {
  return new DatabaseReplaced(
    `a file of the database was deleted or replaced while sharetrail used it: ${path}`,
    {
      hint:
        `${STOP_ALL} This file belongs to the database and must not be touched. Then run again. If ` +
        'the database is damaged, restore a backup with `sharetrail restore FILE`.',
    },
  );
}

/** Undefined if the path does not lead to a file any more. */
function identityOf(path: string): string | undefined {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}
