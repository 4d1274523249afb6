import type { SetAsideRow } from '../../db/set-aside.ts';
import type { Clock } from '../../lib/clock.ts';
import type { FaultyRow } from '../../vendors/faulty-row.ts';
import type { GoogleClient } from '../../vendors/google/google-client.ts';
import type { SetAside } from '../set-aside.ts';
import type { OnFailure } from './change-log-failures.ts';
import type { ChangeLog } from './change-logs.ts';
import type { ChangeLogPosition, Sweep } from './cursor-positions.ts';
import { FolderGrants } from './folder-grants.ts';
import type { AccessContext, SeenItem } from './item-access.ts';
import type { Scope } from './scope.ts';

/** Items that were read together, and the position once they are committed. */
export interface ChangeLogPage {
  readonly items: readonly SeenItem[];
  readonly position: ChangeLogPosition;
  /** the sweep that found the items; undefined if they come from the change log */
  readonly sweep?: Sweep & { readonly isOver: boolean };
  /** ids of items that cannot be read */
  readonly unreadable?: readonly string[];
  /** rows that were set aside and are read now */
  readonly retried?: readonly SetAsideRow[];
  /** epoch milliseconds: items in scope from before are known; undefined: not recorded yet */
  readonly itemsSince: number | undefined;
}

/** What every change log is read with. */
export interface ChangeLogReading {
  readonly client: GoogleClient;
  readonly clock: Clock;
  readonly scope: Scope;
  /** epoch milliseconds: a first reading compares only files that were created from then on */
  readonly baselineEnd: number;
  /** sweep and compare, whatever the position */
  readonly full: boolean;
  /** epoch milliseconds: the latest removal of an internal domain */
  readonly domainsAt: number | undefined;
  readonly onFailure: OnFailure;
  readonly setAside: SetAside;
}

/** One account's reading of one change log. */
export interface ReaderSession {
  readonly reading: ChangeLogReading;
  readonly changeLog: ChangeLog;
  /** the account */
  readonly subject: string;
  /** false: the last run's reader, whose access has not been checked again */
  readonly isChecked: boolean;
  readonly folders: FolderGrants;
}

/**
 * The sessions to try, in order. Users read their own change log. The last reader of a shared drive
 * comes first, then each member with write access.
 */
export async function* readerSessions(
  reading: ChangeLogReading,
  changeLog: ChangeLog,
  position: ChangeLogPosition | undefined,
): AsyncGenerator<ReaderSession> {
  const { client, clock, scope } = reading;
  const sessionOf = (subject: string, isChecked: boolean): ReaderSession => {
    const { insiders } = scope;
    const folders = new FolderGrants({ client, subject, insiders, now: clock.now() });
    return { reading, changeLog, subject, isChecked, folders };
  };
  if (changeLog.kind === 'user') {
    yield sessionOf(changeLog.email, true);
    return;
  }
  const before = position?.as;
  const lastReader = before === undefined ? before : scope.lastReaderOf(changeLog.driveId, before);
  if (lastReader !== undefined) yield sessionOf(lastReader, false);
  for (const subject of await scope.readersOf(changeLog.driveId)) yield sessionOf(subject, true);
}

/** Sets a file aside, with the place where a later version looks for it. */
export function setFileAside(
  { reading, changeLog, subject }: ReaderSession,
  row: FaultyRow,
  isFirstReading: boolean,
): void {
  const driveId = changeLog.kind === 'drive' ? changeLog.driveId : undefined;
  reading.setAside.add(row, { subject, driveId, isFirstReading });
}

export function accessContextOf(
  session: ReaderSession,
  { isFirstReading }: { readonly isFirstReading: boolean },
): AccessContext {
  const { changeLog, subject, isChecked } = session;
  const { client, scope, clock, onFailure } = session.reading;
  return {
    client,
    changeLog,
    subject,
    insiders: scope.insiders,
    now: clock.now(),
    onFaultyRow: (row) => setFileAside(session, row, isFirstReading),
    onRefusedItem: (where, error) => {
      // The reader may have lost access to the drive: let the next reader try.
      if (!isChecked) throw error;
      onFailure(where, error);
    },
  };
}

/** The part of the position that names a drive's reader: finding one costs a call. */
export function readerIn({ changeLog, subject }: ReaderSession): Pick<ChangeLogPosition, 'as'> {
  return changeLog.kind === 'drive' ? { as: subject } : {};
}
