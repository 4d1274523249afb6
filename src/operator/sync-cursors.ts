import { isBackfillStream } from '../db/backfills.ts';
import { type Cursor, cursorPages } from '../db/cursors.ts';
import type { AppContext } from '../runs/app-context.ts';
import { CHANGE_LOG_STREAM_PREFIX } from '../sources/drive/stream-names.ts';
import { type CursorTime, cursorTimes, TIMED_STREAMS_PREFIXES } from './cursor-times.ts';

type TenantDatabase = Pick<AppContext, 'db'>;

/** How far the sources of a tenant are read by sync. */
export interface ReadPositions {
  /** all streams except change logs, in order: some ten */
  readonly streams: readonly Cursor[];
  /** absent without a change log */
  readonly changeLogs?: ChangeLogsRead;
}

/** The change logs of all users and shared drives together. */
export interface ChangeLogsRead {
  readonly count: number;
  /** those whose files are being listed in full */
  readonly listingFiles: number;
  /** epoch milliseconds: when the one that was read first was read */
  readonly oldestReadAt: number;
}

/** Counts the change logs page by page: a tenant can have a hundred thousand. */
export async function readPositions(
  context: TenantDatabase,
  tenant: string,
): Promise<ReadPositions> {
  const streams: Cursor[] = [];
  let changeLogs: ChangeLogsRead | undefined;
  for await (const page of syncCursorPages(context, tenant)) {
    for (const cursor of page) {
      if (cursor.stream.startsWith(CHANGE_LOG_STREAM_PREFIX)) {
        changeLogs = withChangeLog(changeLogs, cursor);
      } else streams.push(cursor);
    }
  }
  return { streams, ...(changeLogs && { changeLogs }) };
}

function withChangeLog(
  before: ChangeLogsRead | undefined,
  { position, updatedAt }: Cursor,
): ChangeLogsRead {
  const isListing = 'sweep' in (JSON.parse(position) as object);
  return {
    count: (before?.count ?? 0) + 1,
    listingFiles: (before?.listingFiles ?? 0) + (isListing ? 1 : 0),
    oldestReadAt: Math.min(before?.oldestReadAt ?? updatedAt, updatedAt),
  };
}

/** The cursors of sync, all in memory: for the JSON of one tenant, which is one value. */
export async function syncCursors(context: TenantDatabase, tenant: string): Promise<Cursor[]> {
  const cursors: Cursor[] = [];
  for await (const page of syncCursorPages(context, tenant)) cursors.push(...page);
  return cursors;
}

/** The times of the tenant's streams that have a position in time. Does not read change logs. */
export async function readCursorTimes(
  { db }: TenantDatabase,
  tenant: string,
): Promise<CursorTime[]> {
  const times: CursorTime[] = [];
  for (const prefix of TIMED_STREAMS_PREFIXES) {
    for await (const page of cursorPages(db, { tenant, prefix })) times.push(...cursorTimes(page));
  }
  return times;
}

/** Without the cursors of backfills: a tenant can have thousands. */
async function* syncCursorPages(
  { db }: TenantDatabase,
  tenant: string,
): AsyncGenerator<readonly Cursor[]> {
  for await (const page of cursorPages(db, { tenant, prefix: '' })) {
    yield page.filter(({ stream }) => !isBackfillStream(stream));
  }
}
