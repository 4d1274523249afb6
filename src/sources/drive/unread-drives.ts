import { readCursor } from '../../db/cursors.ts';
import type { Statement } from '../../db/schema.ts';
import type { SourcePage } from '../source.ts';
import {
  formatPosition,
  parseUnreadDrivesPosition,
  type UnreadDrivesPosition,
} from './cursor-positions.ts';
import { UNREAD_DRIVES_STREAM } from './stream-names.ts';

/** A shared drive whose change log is not read, because only groups have write access to it. */
export type UnreadDrive = UnreadDrivesPosition['drives'][number];

/** The shared drives that the last run could not find a reader for. */
export async function storedUnreadDrives(
  db: Statement,
  tenant: string,
): Promise<readonly UnreadDrive[]> {
  const stored = await readCursor(db, { tenant, stream: UNREAD_DRIVES_STREAM });
  return stored === undefined ? [] : parseUnreadDrivesPosition(stored).drives;
}

/** Compares the drives of a run with those on record. `now`: epoch milliseconds. */
export function updateUnreadDrives(
  stored: readonly UnreadDrive[],
  found: readonly { readonly id: string; readonly name: string }[],
  now: number,
): {
  readonly added: readonly UnreadDrive[];
  /** the page that stores them; undefined if nothing changed */
  readonly page: SourcePage | undefined;
} {
  const known = new Map(stored.map((drive) => [drive.id, drive]));
  const drives = found.map(({ id, name }) => ({ id, name, since: known.get(id)?.since ?? now }));
  const position = formatPosition({ drives });
  const isSame = position === formatPosition({ drives: [...stored] });
  return {
    added: drives.filter(({ id }) => !known.has(id)),
    page: isSame ? undefined : { shares: [], stream: UNREAD_DRIVES_STREAM, position },
  };
}
