import { PageTokenLost } from '../../vendors/google/errors.ts';
import type { File, Page } from '../../vendors/google/rows.ts';
import type { ChangeLogPosition, Sweep } from './cursor-positions.ts';
import type { AccessContext, SeenItem } from './item-access.ts';
import {
  accessContextOf,
  type ChangeLogPage,
  type ReaderSession,
  readerIn,
  setFileAside,
} from './reader-sessions.ts';
import { itemOfDrive, itemsOfFiles } from './seen-items.ts';

/** Attempts to list the files of one change log. */
const SWEEP_ATTEMPTS_MAX = 3;

/** The position at which a sweep starts. Takes the change log's start token before listing files. */
export async function startSweep(
  { reading, changeLog, subject }: ReaderSession,
  before: ChangeLogPosition | undefined,
  kind: Sweep['kind'],
): Promise<ChangeLogPosition> {
  const { client, clock } = reading;
  const startedAt = clock.now();
  const driveId = changeLog.kind === 'drive' ? changeLog.driveId : undefined;
  // After a sweep for domains, the change log is still read from its old position.
  const keepsPlace = kind === 'domains' && before !== undefined;
  const token = keepsPlace ? before.token : await client.startPageToken(subject, driveId);
  const domainsAt = kind === 'compare' ? before?.domainsAt : reading.domainsAt;
  return {
    token,
    ...(keepsPlace && before.page !== undefined && { page: before.page }),
    ...(before?.domainsAt !== undefined && { domainsAt: before.domainsAt }),
    ...(before?.itemsSince !== undefined && { itemsSince: before.itemsSince }),
    sweep: {
      kind,
      startedAt,
      ...(domainsAt !== undefined && { domainsAt }),
      ...(kind !== 'domains' && { recordsItems: true }),
    },
  };
}

/** Lists all files from the sweep's place on; returns the position after the sweep. */
export async function* sweepFiles(
  session: ReaderSession,
  position: ChangeLogPosition,
): AsyncGenerator<ChangeLogPage, ChangeLogPosition> {
  const { sweep: current, ...rest } = position;
  if (current === undefined) return position;
  const { page: _page, ...fromStart } = current;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return yield* sweepPages(session, { ...rest, sweep: attempt === 1 ? current : fromStart });
    } catch (error) {
      // Starting over compares every file again: nothing is lost or duplicated.
      if (!(error instanceof PageTokenLost) || attempt === SWEEP_ATTEMPTS_MAX) throw error;
    }
  }
}

async function* sweepPages(
  session: ReaderSession,
  position: ChangeLogPosition & { readonly sweep: Sweep },
): AsyncGenerator<ChangeLogPage, ChangeLogPosition> {
  const { sweep: current, domainsAt: _before, ...rest } = position;
  const { domainsAt, startedAt, recordsItems } = current;
  const after = {
    ...rest,
    ...readerIn(session),
    ...(domainsAt !== undefined && { domainsAt }),
    ...(recordsItems && { itemsSince: startedAt }),
  };
  let drive =
    current.page === undefined
      ? await itemOfDrive(contextOf(session, current), startedAt)
      : undefined;
  for await (const { rows, nextPageToken, faulty = [] } of itemPages(session, current)) {
    const isOver = nextPageToken === undefined;
    yield {
      items: drive === undefined ? rows : [drive, ...rows],
      position: isOver
        ? after
        : { ...position, ...readerIn(session), sweep: { ...current, page: nextPageToken } },
      sweep: { ...current, isOver },
      unreadable: faulty.map(({ id }) => id),
      itemsSince: position.itemsSince,
    };
    drive = undefined;
  }
  return after;
}

/**
 * The pages of a sweep. Holds a page's files, which are ten times as large as its items, only while
 * the items are formed: pages of many change logs wait in memory.
 */
async function* itemPages(session: ReaderSession, sweep: Sweep): AsyncGenerator<Page<SeenItem>> {
  const files = listFiles(session, sweep.page);
  try {
    for (;;) {
      const page = await nextItems(session, files, sweep);
      if (page === undefined) return;
      yield page;
    }
  } finally {
    await files.return(undefined);
  }
}

async function nextItems(
  session: ReaderSession,
  files: AsyncGenerator<Page<File>>,
  sweep: Sweep,
): Promise<Page<SeenItem> | undefined> {
  const { done, value } = await files.next();
  if (done) return undefined;
  for (const row of value.faulty ?? []) setFileAside(session, row, isBaseline(sweep));
  const seen = await itemsOfFiles(contextOf(session, sweep), value.rows, sweep.startedAt);
  const { baselineEnd } = session.reading;
  // Reading folders costs calls, so it is limited to items whose unknown grants would be reported.
  const rows = await session.folders.addTo(seen, (item) => isCompared(item, sweep, baselineEnd));
  return { ...value, rows };
}

function contextOf(session: ReaderSession, sweep: Sweep): AccessContext {
  return accessContextOf(session, { isFirstReading: isBaseline(sweep) });
}

function isBaseline({ kind }: Sweep): boolean {
  return kind === 'baseline';
}

/** True if a grant of the item that is not on record is reported. */
function isCompared({ createdAt }: SeenItem, { kind }: Sweep, baselineEnd: number): boolean {
  if (kind === 'baseline') return createdAt !== undefined && createdAt >= baselineEnd;
  return kind === 'compare';
}

function listFiles(
  { reading: { client }, changeLog, subject }: ReaderSession,
  page?: string,
): AsyncGenerator<Page<File>> {
  return changeLog.kind === 'user'
    ? client.listOwnedFiles(subject, page)
    : client.listDriveFiles(subject, changeLog.driveId, page);
}
