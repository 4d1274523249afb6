import { RetryableError } from '../../lib/errors.ts';
import { GoogleError, NotFound, PageTokenLost } from '../../vendors/google/errors.ts';
import type { ChangesPage } from '../../vendors/google/rows.ts';
import type { ChangeLog } from './change-logs.ts';
import type { ChangeLogPosition } from './cursor-positions.ts';
import type { SeenItem } from './item-access.ts';
import { startSweep, sweepFiles } from './list-all-files.ts';
import {
  accessContextOf,
  type ChangeLogPage,
  type ChangeLogReading,
  type ReaderSession,
  readerIn,
  readerSessions,
  setFileAside,
} from './reader-sessions.ts';
import { retryFiles } from './retry-rows.ts';
import { itemsOfChanges } from './seen-items.ts';

/**
 * Reads a change log from `stored` on (undefined: for the first time). Uses the network only:
 * 1. at the first reading: takes the start token, sweeps all files, then reads the log from the token;
 * 2. afterwards: reads the log from where it was left;
 * 3. with `full`, or if Google lost the token: sweeps and compares first, with a new token.
 *
 * If the reader of a shared drive is refused, the next one continues from the same position. Throws
 * what the client throws; NotFound means that the user or drive itself does not exist.
 */
export async function* readChangeLog(
  reading: ChangeLogReading,
  changeLog: ChangeLog,
  stored: ChangeLogPosition | undefined,
): AsyncGenerator<ChangeLogPage> {
  let position = stored;
  let refusal: unknown;
  for await (const session of readerSessions(reading, changeLog, stored)) {
    try {
      for await (const page of readAs(session, position)) {
        position = page.position;
        yield page;
      }
      return;
    } catch (error) {
      if (!mayBeReadByOthers(error)) throw error;
      refusal = error;
    }
  }
  throw refusal;
}

function mayBeReadByOthers(error: unknown): boolean {
  return (
    error instanceof NotFound || (error instanceof GoogleError && error.concerns !== 'everyone')
  );
}

async function* readAs(
  session: ReaderSession,
  stored: ChangeLogPosition | undefined,
): AsyncGenerator<ChangeLogPage, void> {
  const { full, domainsAt } = session.reading;
  let position = stored ?? (await startSweep(session, undefined, 'baseline'));
  if (position.sweep !== undefined) position = yield* sweepFiles(session, position);
  if ((domainsAt ?? 0) > (position.domainsAt ?? 0)) {
    position = yield* sweepFiles(session, await startSweep(session, position, 'domains'));
  }
  if (full && stored !== undefined && stored.sweep?.kind !== 'compare') {
    position = yield* sweepFiles(session, await startSweep(session, position, 'compare'));
  }
  if (stored !== undefined) yield* retryFiles(session, position);
  if ((yield* readLog(session, position)) === 'read') return;
  position = yield* sweepFiles(session, await startSweep(session, position, 'compare'));
  if ((yield* readLog(session, position)) === 'read') return;
  throw new RetryableError('Google does not recognize the change log position that it just issued');
}

/** `lost`: Google no longer recognizes the position. */
async function* readLog(
  session: ReaderSession,
  position: ChangeLogPosition,
): AsyncGenerator<ChangeLogPage, 'read' | 'lost'> {
  const { page: _page, ...fromToken } = position;
  const starts = position.page === undefined ? [position] : [position, fromToken];
  for (const start of starts) {
    try {
      yield* readLogPages(session, start);
      return 'read';
    } catch (error) {
      if (!(error instanceof PageTokenLost)) throw error;
    }
  }
  return 'lost';
}

async function* readLogPages(
  session: ReaderSession,
  position: ChangeLogPosition,
): AsyncGenerator<ChangeLogPage> {
  const { reading, changeLog, subject } = session;
  const { page, ...rest } = position;
  const driveId = changeLog.kind === 'drive' ? changeLog.driveId : undefined;
  const changes = reading.client.listChanges(subject, page ?? position.token, driveId);
  for await (const { items, nextPageToken, newStartPageToken } of itemPages(session, changes)) {
    // Replace the token only after the log's last page.
    const next: ChangeLogPosition = {
      ...rest,
      ...readerIn(session),
      ...(newStartPageToken === undefined ? { page: nextPageToken } : { token: newStartPageToken }),
    };
    const isMoved = page !== undefined || nextPageToken !== undefined || next.token !== rest.token;
    if (items.length > 0 || isMoved || next.as !== position.as) {
      yield { items, position: next, itemsSince: position.itemsSince };
    }
  }
}

interface ItemsPage extends Omit<ChangesPage, 'rows'> {
  readonly items: readonly SeenItem[];
}

/** Holds a page's changes, which can be much larger than its items, only until the items are formed. */
async function* itemPages(
  session: ReaderSession,
  changes: AsyncGenerator<ChangesPage>,
): AsyncGenerator<ItemsPage> {
  try {
    for (;;) {
      const page = await nextItems(session, changes);
      if (page === undefined) return;
      yield page;
    }
  } finally {
    await changes.return(undefined);
  }
}

async function nextItems(
  session: ReaderSession,
  changes: AsyncGenerator<ChangesPage>,
): Promise<ItemsPage | undefined> {
  const { done, value } = await changes.next();
  if (done) return undefined;
  const { rows, faulty = [], ...links } = value;
  for (const row of faulty) setFileAside(session, row, false);
  const context = accessContextOf(session, { isFirstReading: false });
  const seen = await itemsOfChanges(context, rows);
  return { ...links, items: await session.folders.addTo(seen, () => true) };
}
