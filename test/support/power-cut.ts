import { existsSync, rmSync, truncateSync } from 'node:fs';

/** SQLite's header of a WAL file */
const HEADER_BYTES = 32;

/**
 * How much of the WAL file a power cut leaves at least, in bytes. `stderr` is the output of a process
 * that record-synced.ts was loaded into.
 */
export function syncedBytesIn(stderr: string): number {
  const lines = [...stderr.matchAll(/^synced: (\d+)$/gm)];
  return Math.max(HEADER_BYTES, Number(lines.at(-1)?.[1] ?? 0));
}

/** Leaves the files of a database whose process is dead as a power cut can leave them, at worst. */
export function loseUnsynced(databaseFile: string, stderr: string): void {
  const wal = `${databaseFile}-wal`;
  if (existsSync(wal)) truncateSync(wal, syncedBytesIn(stderr));
  rmSync(`${databaseFile}-shm`, { force: true });
}
