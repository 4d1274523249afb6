import {
  chmodSync,
  existsSync,
  linkSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { messageOf, UserError } from '../lib/errors.ts';
import { flushToDisk, type PartialFile, SIDE_FILES } from './partial-file.ts';
import { KEPT } from './restore-files.ts';

const OWNER_ONLY_FILE = 0o600;

/**
 * Puts the checked copy in place of the database with one rename, and keeps the old files under a new
 * name. A kill at any moment leaves either the old database or the new one: the old file is linked
 * to its new name first. Returns the paths of the kept files. Throws UserError.
 */
export function replaceDatabase(
  database: string,
  options: { readonly copy: PartialFile; readonly now: number },
): { readonly bytes: number; readonly kept: readonly string[] } {
  const { copy, now } = options;
  removeUnfinishedLinks(database);
  const name = freeName(`${database}${KEPT}${stampOf(now)}`);
  const kept: string[] = [];
  const bytes = copy.keep(() => {
    // If the database is locked, it has none. Otherwise, they are leftovers that belong to no database.
    for (const suffix of SIDE_FILES) {
      if (!existsSync(database + suffix)) continue;
      renameSync(database + suffix, name + suffix);
      kept.push(name + suffix);
    }
    if (existsSync(database)) {
      chmodSync(database, OWNER_ONLY_FILE);
      linkOrExplain(database, name);
      kept.unshift(name);
    }
    flushToDisk(dirname(database));
  });
  return { bytes, kept };
}

function linkOrExplain(database: string, name: string): void {
  try {
    linkSync(database, name);
  } catch (error) {
    throw new UserError(`the old database could not be kept aside: ${messageOf(error)}`, {
      hint:
        'Run restore as the user who owns the database. If the file system has no hard links, move ' +
        'the database away yourself, with its -wal and -shm files, and run restore again.',
      cause: error,
    });
  }
}

/** A restore that was killed before its rename left a second name of the database itself. */
function removeUnfinishedLinks(database: string): void {
  const current = statSync(database, { throwIfNoEntry: false });
  if (current === undefined) return;
  const folder = dirname(database);
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(basename(database) + KEPT)) continue;
    const path = join(folder, name);
    const { dev, ino } = statSync(path);
    if (dev === current.dev && ino === current.ino) rmSync(path);
  }
}

function freeName(preferred: string): string {
  let name = preferred;
  for (let number = 2; ['', ...SIDE_FILES].some((suffix) => existsSync(name + suffix)); number += 1)
    name = `${preferred}-${number}`;
  return name;
}

/** Such as 20261124T021503Z. */
function stampOf(now: number): string {
  return new Date(now).toISOString().replace(/\.\d+|[-:]/g, '');
}
