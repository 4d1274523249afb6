import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { messageOf, UserError } from '../lib/errors.ts';

const OWNER_ONLY_FILE = 0o600;
/** the suffixes of SQLite's own files next to a database that is in use */
export const SIDE_FILES = ['-journal', '-wal', '-shm'] as const;

/** A copy of a database in progress: it has another name until it is complete. */
export interface PartialFile {
  /** path of an empty file that only its owner can read */
  readonly partial: string;
  /**
   * Flushes the file to disk and gives it its final name. `beforeRename` is called in between.
   * Returns its size in bytes.
   */
  keep(beforeRename?: () => void): number;
  /** Must be called once, at the end: removes what was not kept. */
  end(): void;
}

/** `action`: what makes the copy, as in "the backup could not be started". Throws UserError. */
export function beginPartialFile(names: {
  readonly action: 'backup' | 'restore';
  readonly partial: string;
  readonly target: string;
}): PartialFile {
  const { action, partial, target } = names;
  // Left by a process that was killed.
  removeWithSideFiles(partial);
  // Kept open, so that no other file can get its inode number.
  const descriptor = createForOwnerOnly(names);
  const { ino } = fstatSync(descriptor);
  const isOurs = () => statSync(partial, { throwIfNoEntry: false })?.ino === ino;
  return {
    partial,
    keep: (beforeRename) => {
      const bytes = flushToDisk(partial);
      if (!isOurs()) throw new UserError(`another ${action} to ${target} has started since then`);
      beforeRename?.();
      renameSync(partial, target);
      flushToDisk(dirname(target));
      return bytes;
    },
    end: () => {
      if (isOurs()) removeWithSideFiles(partial);
      closeSync(descriptor);
    },
  };
}

/** Returns the file descriptor. */
function createForOwnerOnly(names: {
  readonly action: string;
  readonly partial: string;
  readonly target: string;
}): number {
  try {
    return openSync(names.partial, 'wx', OWNER_ONLY_FILE);
  } catch (error) {
    const folder = dirname(names.target);
    const hint = existsSync(folder)
      ? 'Check that this user can write to its folder, and that the disk is not full.'
      : `Create the folder ${folder} first, readable by its owner only.`;
    throw new UserError(`the ${names.action} could not be started: ${messageOf(error)}`, {
      hint,
      cause: error,
    });
  }
}

/** Flushes a file or a folder to disk. Returns its size in bytes. */
export function flushToDisk(path: string): number {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
    return fstatSync(file).size;
  } finally {
    closeSync(file);
  }
}

function removeWithSideFiles(path: string): void {
  for (const suffix of ['', ...SIDE_FILES]) rmSync(path + suffix, { force: true });
}
