import type { Config } from '../config/types.ts';
import type { DatabaseFiles } from '../db/database-files.ts';
import { formatHolder, thisProcess } from '../db/holder.ts';
import { openCurrentDatabase } from '../db/open-current.ts';
import type { Database } from '../db/schema.ts';
import { type AsTyped, asInstalled } from '../lib/as-typed.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import { createPacer, type Pacer } from '../push/pacer.ts';

/** What all runs of a process share: configuration, database, time, randomness, and log. */
export interface AppContext {
  readonly config: Config;
  readonly db: Database;
  /** watched only on SQLite, and only if the access is `write` */
  readonly databaseFiles: DatabaseFiles;
  readonly clock: Clock;
  /** in [0, 1) */
  readonly random: () => number;
  readonly log: Logger;
  /** renders the commands that a message names */
  readonly asTyped: AsTyped;
  /** a new lease holder for each call, so that two runs of one process exclude each other */
  readonly holder: () => string;
  /**
   * The database for rotating tokens. Even a read-only command has to store them: once a vendor has
   * issued a new refresh token, it no longer accepts the old one.
   */
  readonly writable: () => Promise<Database>;
  /** the only pacer of a Gong account in this process */
  readonly pacerOf: (account: string) => Pacer;
  close(): Promise<void>;
}

export interface ContextOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  /** default: as installed */
  readonly asTyped?: AsTyped;
  /** `read` changes nothing, not even the schema; a missing database reads as an empty one */
  readonly access: 'write' | 'read';
  /** once it is aborted, waits for locks of other processes are short */
  readonly signal?: AbortSignal;
}

/** Opens the database and migrates it. Throws DatabaseError. */
export async function openContext(options: ContextOptions): Promise<AppContext> {
  const { signal, config } = options;
  const open = (access: ContextOptions['access']) =>
    openCurrentDatabase({ database: config.service.database, access, ...(signal && { signal }) });
  const { db, files } = await open(options.access);
  let opened: Promise<Database> | undefined =
    options.access === 'write' ? Promise.resolve(db) : undefined;
  const writable = () => {
    opened ??= open('write').then((other) => other.db);
    return opened;
  };
  return contextOf(options, {
    db,
    databaseFiles: files,
    pacing: db,
    writable,
    close: async () => {
      const other = await opened;
      if (other && other !== db) await other.destroy();
      await db.destroy();
    },
  });
}

/** A context over databases that are open already. `pacing`: where calls to Gong are counted. */
export function contextOf(
  options: Pick<ContextOptions, 'config' | 'clock' | 'random' | 'log' | 'asTyped'>,
  {
    pacing,
    ...databases
  }: Pick<AppContext, 'db' | 'databaseFiles' | 'writable' | 'close'> & {
    readonly pacing: Database;
  },
): AppContext {
  const { clock, asTyped = asInstalled } = options;
  const pacers = new Map<string, Pacer>();
  return {
    ...databases,
    config: options.config,
    clock,
    random: options.random,
    log: options.log,
    asTyped,
    holder: () => formatHolder(thisProcess()),
    pacerOf: (account) => {
      const pacer = pacers.get(account) ?? createPacer({ db: pacing, account, clock });
      pacers.set(account, pacer);
      return pacer;
    },
  };
}
