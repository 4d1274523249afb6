import { z } from 'zod';
import { deleteSetAside, type SetAsideRow } from '../../db/set-aside.ts';
import { parseActivity } from '../../vendors/google/admin-responses.ts';
import { GoogleError } from '../../vendors/google/errors.ts';
import type { GoogleClient } from '../../vendors/google/google-client.ts';
import type { SetAside } from '../set-aside.ts';
import type { SourcePage } from '../source.ts';
import { entriesOf } from './audit-entry.ts';
import { stageEntries } from './audit-entry-store.ts';
import type { AuditPartition } from './audit-partition.ts';
import type { ChangeLogPosition } from './cursor-positions.ts';
import type { DriveStore } from './drive-store.ts';
import type { SeenItem } from './item-access.ts';
import { accessContextOf, type ChangeLogPage, type ReaderSession } from './reader-sessions.ts';
import type { Scope } from './scope.ts';
import { itemOfDrive, itemsOfFiles } from './seen-items.ts';
import { SET_ASIDE_STREAM } from './stream-names.ts';

/** Where a file was read that is set aside. */
const filePlace = z.object({
  subject: z.string(),
  driveId: z.string().optional(),
  isFirstReading: z.boolean(),
});

/**
 * Parses the activities that an earlier version could not read, and stages their entries; undefined
 * if there are none.
 */
export function retryActivities(reading: {
  readonly client: Pick<GoogleClient, 'now'>;
  readonly store: DriveStore;
  readonly scope: Scope;
  readonly partition: AuditPartition;
  readonly setAside: SetAside;
}): SourcePage | undefined {
  const { client, store, scope, partition, setAside } = reading;
  const rows = setAside.retried.filter(({ kind, row }) => kind === 'activity' && row !== undefined);
  const parsed = rows.map((row) => ({
    row,
    ...parseActivity(JSON.parse(row.row ?? ''), client.now()),
  }));
  for (const { faulty } of parsed) for (const row of faulty) setAside.add(row);
  const read = parsed.filter(({ rows: activities }) => activities.length > 0);
  if (read.length === 0) return undefined;
  const entries = read
    .flatMap(({ rows: activities }) => activities)
    .flatMap((activity) => entriesOf(activity, scope.insiders))
    .filter(({ place, at }) => scope.includes(place, at));
  const key = { tenant: store.tenant, partition: partition.name };
  return {
    shares: [],
    stream: SET_ASIDE_STREAM,
    position: JSON.stringify({ read: read.length }),
    writeInTransaction: async (trx) => {
      await stageEntries(trx, key, entries);
      await deleteRetried(
        trx,
        store.tenant,
        read.map(({ row }) => row),
      );
    },
  };
}

/** Requests the files of a change log that an earlier version could not read. */
export async function* retryFiles(
  session: ReaderSession,
  position: ChangeLogPosition,
): AsyncGenerator<ChangeLogPage> {
  const rows = session.reading.setAside.retried.flatMap((row) => placed(session, row) ?? []);
  const items: SeenItem[] = [];
  const retried: SetAsideRow[] = [];
  for (const { row, isFirstReading } of rows) {
    const seen = await retryFile(session, row, isFirstReading);
    if (seen === undefined) continue;
    items.push(...seen.map((item) => ({ ...item, isFirstReading })));
    retried.push(row);
  }
  if (retried.length > 0) {
    yield { items, position, retried, itemsSince: position.itemsSince };
  }
}

function placed({ changeLog, subject }: ReaderSession, row: SetAsideRow) {
  if (row.kind !== 'file') return undefined;
  const { isFirstReading, ...place } = filePlace.parse(JSON.parse(row.place));
  const isHere =
    changeLog.kind === 'drive'
      ? place.driveId === changeLog.driveId
      : place.driveId === undefined && place.subject === subject;
  return isHere ? { row, isFirstReading } : undefined;
}

/** Its items, none if it is gone; undefined if it still cannot be read. */
async function retryFile(
  session: ReaderSession,
  row: SetAsideRow,
  isFirstReading: boolean,
): Promise<SeenItem[] | undefined> {
  const { changeLog, subject, reading } = session;
  const { client, setAside } = reading;
  const context = accessContextOf(session, { isFirstReading });
  const at = Math.min(row.at, client.now());
  if (changeLog.kind === 'drive' && row.id === changeLog.driveId) {
    const drive = await itemOfDrive(context, at);
    return drive === undefined ? [] : [drive];
  }
  try {
    const file = await client.getFile(subject, row.id);
    return file === undefined ? [] : await itemsOfFiles(context, [file], at);
  } catch (error) {
    if (!(error instanceof GoogleError) || error.concerns !== 'item') throw error;
    setAside.add({ ...row, row: undefined }, JSON.parse(row.place));
    return undefined;
  }
}

export function deleteRetried(
  trx: Parameters<typeof deleteSetAside>[0],
  tenant: string,
  rows: readonly SetAsideRow[],
): Promise<void> {
  return deleteSetAside(trx, { tenant, source: 'google-drive' }, rows);
}
