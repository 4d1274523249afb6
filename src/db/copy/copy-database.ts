import { type Clock, systemClock } from '../../lib/clock.ts';
import { DatabaseError, UserError } from '../../lib/errors.ts';
import { formatHolder, thisProcess } from '../holder.ts';
import { type LeaseKey, releaseLease } from '../leases.ts';
import { openDatabase } from '../open.ts';
import type { Database, Statement } from '../schema.ts';
import { DatabaseInUse } from './copy-in-use.ts';
import { type Copying, copyTable, readTable, type TableContent } from './copy-table.ts';
import { requireDifferent } from './require-different.ts';
import { analyzeTables, clearTables } from './rows.ts';
import { lockSource, openSource } from './source.ts';
import {
  ALL_TABLES,
  COMPARED_TABLES,
  COPIED_TABLES,
  type ComparedTable,
  type TableName,
} from './table-plans.ts';
import { beginCopy, finishCopy, finishedTables, forgetFinished, recordFinished } from './target.ts';
import { writeToTarget } from './write-to-target.ts';

export interface CopyOptions extends Pick<Copying, 'onProgress' | 'onEvents' | 'signal'> {
  /** the `database` setting of each */
  readonly from: string;
  readonly to: string;
  readonly clock?: Clock;
}

export interface CopiedTable {
  readonly name: TableName;
  readonly from: TableContent;
  readonly to: TableContent;
  /** `kept`: an earlier call had copied it; `counted`: by triggers */
  readonly how: 'copied' | 'kept' | 'counted';
}

/**
 * Copies all rows of one database to another, which must be empty or an unfinished copy:
 * 1. lock FROM against writers, and mark TO as an unfinished copy;
 * 2. keep the tables that an earlier call has copied, if FROM still has the same rows, and clear the
 *    others;
 * 3. copy them in pages;
 * 4. read TO again, and compare the rows and the checksum of each table;
 * 5. if all are equal, remove the mark.
 *
 * A kill at any moment leaves FROM unchanged, and TO empty, marked, or complete. Throws UserError,
 * DatabaseError, DatabaseInUse, LeaseLost, or the signal's reason.
 */
export async function copyDatabase(options: CopyOptions): Promise<readonly CopiedTable[]> {
  const { clock = systemClock, signal } = options;
  requireDifferent(options);
  const from = await about('FROM', () => openSource(options.from, { clock, signal }));
  try {
    return await from.transaction().execute(async (locked) => {
      await about('FROM', () => lockSource(locked, clock));
      return copyTo({ ...options, clock }, locked);
    });
  } finally {
    await from.destroy();
  }
}

async function copyTo(
  options: CopyOptions & { readonly clock: Clock },
  from: Statement,
): Promise<readonly CopiedTable[]> {
  const { clock, signal } = options;
  const to = openDatabase({ database: options.to, access: 'write', clock, signal });
  try {
    const holder = formatHolder(thisProcess());
    const lease = await about('TO', () => beginCopy(to, { holder, clock }));
    try {
      return await copyAll({ ...options, clock, from, to, lease });
    } finally {
      await releaseQuietly(to, lease);
    }
  } finally {
    await to.destroy();
  }
}

async function copyAll(copying: Copying): Promise<readonly CopiedTable[]> {
  const { to, lease } = copying;
  const contents = await copyTables(copying);
  const tables: CopiedTable[] = [];
  for (const table of COMPARED_TABLES) {
    const read = { step: 'comparing' } as const;
    const found = contents.get(table.name);
    const from = found?.content ?? (await readTable(copying, table, { ...read, database: 'from' }));
    const how = found?.how ?? 'counted';
    tables.push({
      name: table.name,
      from,
      how,
      to: await readTable(copying, table, { ...read, database: 'to' }),
    });
  }
  if (tables.every(isEqual)) {
    await analyzeTables(to, ALL_TABLES);
    await finishCopy(to, lease);
  } else await copyAgain(copying, tables);
  return tables;
}

/** Whether TO has exactly the rows of FROM. */
export function isEqual({ from, to }: CopiedTable): boolean {
  return from.rows === to.rows && from.checksum === to.checksum;
}

type CopiedContents = ReadonlyMap<
  TableName,
  { readonly content: TableContent; readonly how: 'copied' | 'kept' }
>;

async function copyTables(copying: Copying): Promise<CopiedContents> {
  const { to, lease } = copying;
  const contents = new Map<TableName, { content: TableContent; how: 'copied' | 'kept' }>();
  for (const [name, content] of await keptTables(copying))
    contents.set(name, { content, how: 'kept' });
  const rest = COPIED_TABLES.slice(contents.size);
  await clear(copying, rest);
  for (const table of rest) {
    const content = await copyTable(copying, table);
    await recordFinished(to, lease, { name: table.name, checksum: content.checksum });
    contents.set(table.name, { content, how: 'copied' });
  }
  return contents;
}

/** The first tables, up to one that was not finished, or that has changed in FROM since then. */
async function keptTables(copying: Copying): Promise<ReadonlyMap<TableName, TableContent>> {
  const finished = await finishedTables(copying.to);
  const kept = new Map<TableName, TableContent>();
  for (const table of COPIED_TABLES) {
    const checksum = finished.get(table.name);
    if (checksum === undefined) break;
    const content = await readTable(copying, table, { database: 'from', step: 'reading' });
    if (content.checksum !== checksum) break;
    kept.set(table.name, content);
  }
  return kept;
}

/** Later tables can refer to earlier ones, so those that are copied again start empty together. */
async function clear({ to, lease }: Copying, tables: readonly ComparedTable[]): Promise<void> {
  const names = tables.map(({ name }) => name);
  const derived: readonly TableName[] = names.includes('event')
    ? ['event_count', 'search_queue', 'search_document']
    : [];
  if (names.length === 0) return;
  await writeToTarget(to, lease, async (trx) => {
    await clearTables(trx, [...names, ...derived]);
    await forgetFinished(trx, names);
  });
}

async function copyAgain({ to, lease }: Copying, tables: readonly CopiedTable[]): Promise<void> {
  const different = tables.filter((table) => !isEqual(table)).map(({ name }) => name);
  const names = different.includes('event_count') ? [...different, 'event'] : different;
  await writeToTarget(to, lease, async (trx) => {
    await forgetFinished(trx, names);
  });
}

/** If the database fails, the lease expires; the first error counts. */
async function releaseQuietly(to: Database, lease: LeaseKey): Promise<void> {
  try {
    await releaseLease(to, lease);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
  }
}

/** Says which of the two databases the error is about. */
async function about<T>(role: 'FROM' | 'TO', work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const Kind = error instanceof DatabaseInUse ? DatabaseInUse : UserError;
    const hint = error.hint === undefined ? {} : { hint: error.hint };
    throw new Kind(`${role}: ${error.message}`, { ...hint, cause: error });
  }
}
