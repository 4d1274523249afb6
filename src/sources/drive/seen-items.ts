import pLimit from 'p-limit';
import { comparedAddress } from '../../share/address.ts';
import { linkOf } from '../../share/link.ts';
import type { Change, File } from '../../vendors/google/rows.ts';
import type { ItemFacts } from './build-share.ts';
import type { ChangeLog } from './change-logs.ts';
import {
  type AccessContext,
  accessKeyOf,
  type SeenItem,
  withListedPermissions,
  withoutExternalAccess,
  withPermissions,
} from './item-access.ts';
import { DRIVE_LIMITS } from './limits.ts';

const FOLDER_TYPE = 'application/vnd.google-apps.folder';

/** The items of one page of a change log. Omits items that belong to another change log. */
export function itemsOfChanges(
  context: AccessContext,
  changes: readonly Change[],
): Promise<SeenItem[]> {
  return readItems(changes, (change) => itemOfChange(context, change));
}

/** The items of one page of a sweep that started at `at` (epoch milliseconds). */
export function itemsOfFiles(
  context: AccessContext,
  files: readonly File[],
  at: number,
): Promise<SeenItem[]> {
  return readItems(files, (file) => itemOfFile(context, file, at));
}

async function readItems<Row>(
  rows: readonly Row[],
  itemOf: (row: Row) => Promise<SeenItem | undefined>,
): Promise<SeenItem[]> {
  const limit = pLimit(DRIVE_LIMITS.itemsAtOnceMax);
  const items = await Promise.all(rows.map((row) => limit(() => itemOf(row))));
  return items.filter((item) => item !== undefined);
}

/** The shared drive itself; its access is its membership. */
export async function itemOfDrive(
  context: AccessContext,
  at: number,
  name?: string,
): Promise<SeenItem | undefined> {
  const { changeLog } = context;
  if (changeLog.kind !== 'drive') return undefined;
  const { driveId, driveName, createdAt } = changeLog;
  const facts = { itemId: driveId, item: 'drive', title: name ?? driveName ?? '' } as const;
  return withListedPermissions(context, {
    facts,
    at,
    ...(createdAt !== undefined && { createdAt }),
  });
}

async function itemOfChange(context: AccessContext, change: Change): Promise<SeenItem | undefined> {
  const { changeLog } = context;
  if (change.kind === 'drive') {
    if (changeLog.kind !== 'drive' || change.driveId !== changeLog.driveId) return undefined;
    if (!change.removed) return itemOfDrive(context, change.time, change.name);
    return { facts: { itemId: change.driveId, item: 'drive', title: '' }, at: change.time };
  }
  const { file, time, removed } = change;
  if (file !== undefined && !removed) return itemOfFile(context, file, time);
  // Moved elsewhere and still visible: another change log has it.
  if (file !== undefined) return undefined;
  return { facts: { itemId: change.fileId, item: 'file', title: '' }, at: time };
}

async function itemOfFile(
  context: AccessContext,
  file: File,
  at: number,
): Promise<SeenItem | undefined> {
  const { changeLog } = context;
  if (!belongsTo(changeLog, file)) return undefined;
  const { createdTime } = file;
  const seen: SeenItem = {
    facts: factsOf(file),
    at,
    parents: file.parents,
    ...(createdTime !== undefined && { createdAt: createdTime }),
    ...(changeLog.kind === 'user' && { fileOwner: ownerOf(file, changeLog) }),
  };
  const { permissions, permissionIds, faultyPermissions: faulty = [] } = file;
  // If the file came with only some of its permissions, the missing ones would count as revoked.
  if (permissions !== undefined && permissions.length + faulty.length >= permissionIds.length) {
    return withPermissions(context, seen, { permissions, faulty });
  }
  // On a shared drive, an item without permissions of its own has only those of the members.
  if (changeLog.kind === 'drive' && file.hasAugmentedPermissions === false) {
    return withoutExternalAccess(seen, { ...accessKeyOf(context, seen), own: [] });
  }
  return withListedPermissions(context, seen);
}

/** Each item belongs to one change log: its owner's, or its shared drive's. */
function belongsTo(changeLog: ChangeLog, { driveId, ownedByMe, owners }: File): boolean {
  if (changeLog.kind === 'drive') return driveId === changeLog.driveId;
  return driveId === undefined && (ownedByMe || owners.some((owner) => isOneOf(owner, changeLog)));
}

export function factsOf(file: File): ItemFacts {
  const { id, name, mimeType } = file;
  const url = linkOf(file.webViewLink);
  return {
    itemId: id,
    item: mimeType === FOLDER_TYPE ? 'folder' : 'file',
    title: name,
    ...(url !== undefined && { url }),
    ...(mimeType !== '' && { fileType: mimeType }),
  };
}

type UserChangeLog = Extract<ChangeLog, { kind: 'user' }>;

/** The user, by their primary address as given. */
function ownerOf({ owners }: File, user: UserChangeLog): NonNullable<SeenItem['fileOwner']> {
  const { email = '', name } = owners.find((candidate) => isOneOf(candidate, user)) ?? {};
  return {
    email: comparedAddress(email) === user.email ? email : user.email,
    ...(name !== undefined && { name }),
  };
}

function isOneOf({ email }: File['owners'][number], { addresses }: UserChangeLog): boolean {
  return email !== undefined && addresses.includes(comparedAddress(email));
}
