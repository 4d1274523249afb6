import pLimit from 'p-limit';
import { RetryableError } from '../../lib/errors.ts';
import { GoogleError, NotFound, PageTokenLost } from '../../vendors/google/errors.ts';
import type { GoogleClient } from '../../vendors/google/google-client.ts';
import type { Change, File, Permission } from '../../vendors/google/rows.ts';
import type { ItemState } from './compare-grants.ts';
import { DRIVE_LIMITS } from './limits.ts';
import { type OutsideGrant, outsideGrantOf } from './outsiders.ts';
import { collect } from './scope.ts';
import type { ItemFacts } from './shares.ts';
import type { OnFailure } from './stream-failures.ts';
import type { Stream } from './streams.ts';

/** An item as a change log or a sweep shows it; without a state it is out of sight. */
export interface SeenItem {
  readonly facts: ItemFacts;
  /** epoch milliseconds: of the change, or of the sweep */
  readonly at: number;
  readonly state?: ItemState;
  readonly createdAt?: number;
  /** the folders that it is in */
  readonly parents?: readonly string[];
  /** grantees of whom Google does not say whether they have it from a folder */
  readonly unclear?: ReadonlySet<string>;
  /** grantees of its folders, where that was asked for */
  readonly ofFolders?: ReadonlySet<string>;
  /** who owns it; nobody on a shared drive */
  readonly holder?: { readonly email: string; readonly name?: string };
}

export interface Looking {
  readonly client: GoogleClient;
  readonly stream: Stream;
  /** as whom it is read */
  readonly subject: string;
  readonly domains: readonly string[];
  /** epoch milliseconds */
  readonly now: number;
  /** takes one item that cannot be read; what it throws ends the reading */
  readonly onRefusedItem: OnFailure;
}

/** Times that a list of permissions may have to be begun anew. */
const LISTS_MAX = 3;
const FOLDER_TYPE = 'application/vnd.google-apps.folder';

/** The items that a page of a change log speaks of, as far as they are the stream's own. */
export async function itemsOfChanges(
  looking: Looking,
  changes: readonly Change[],
): Promise<SeenItem[]> {
  const limit = pLimit(DRIVE_LIMITS.itemsAtOnceMax);
  const items = await Promise.all(
    changes.map((change) => limit(() => itemOfChange(looking, change))),
  );
  return items.filter((item) => item !== undefined);
}

/** The items of a page of a sweep that began at `at` (epoch milliseconds). */
export async function itemsOfFiles(
  looking: Looking,
  files: readonly File[],
  at: number,
): Promise<SeenItem[]> {
  const limit = pLimit(DRIVE_LIMITS.itemsAtOnceMax);
  const items = await Promise.all(files.map((file) => limit(() => itemOfFile(looking, file, at))));
  return items.filter((item) => item !== undefined);
}

/** A shared drive as a whole: its members. */
export async function itemOfDrive(
  looking: Looking,
  at: number,
  name?: string,
): Promise<SeenItem | undefined> {
  const { stream } = looking;
  if (stream.kind !== 'drive') return undefined;
  const { driveId, driveName, createdAt } = stream;
  const facts = { itemId: driveId, item: 'drive', title: name ?? driveName ?? '' } as const;
  return withPermissions(looking, {
    facts,
    at,
    ...(createdAt !== undefined && { createdAt }),
  });
}

async function itemOfChange(looking: Looking, change: Change): Promise<SeenItem | undefined> {
  const { stream } = looking;
  if (change.kind === 'drive') {
    if (stream.kind !== 'drive' || change.driveId !== stream.driveId) return undefined;
    if (!change.removed) return itemOfDrive(looking, change.time, change.name);
    return { facts: { itemId: change.driveId, item: 'drive', title: '' }, at: change.time };
  }
  const { file, time, removed } = change;
  if (file !== undefined && !removed) return itemOfFile(looking, file, time);
  // Moved away and still seen: another log speaks of it.
  if (file !== undefined) return undefined;
  return { facts: { itemId: change.fileId, item: 'file', title: '' }, at: time };
}

async function itemOfFile(looking: Looking, file: File, at: number): Promise<SeenItem | undefined> {
  const { stream } = looking;
  if (!isOf(stream, file)) return undefined;
  const { createdTime } = file;
  const seen: SeenItem = {
    facts: factsOf(file),
    at,
    parents: file.parents,
    ...(createdTime !== undefined && { createdAt: createdTime }),
    ...(stream.kind === 'user' && { holder: holderOf(file, stream.email) }),
  };
  const { permissions, permissionIds } = file;
  // Were some left out of the file, they would count as taken away.
  if (permissions !== undefined && permissions.length >= permissionIds.length) {
    return withState(looking, seen, permissions);
  }
  // On a shared drive an item without permissions of its own has its members' alone.
  if (stream.kind === 'drive' && file.hasAugmentedPermissions === false) {
    return withoutOutsiders(seen, { ...stateOf(looking, seen), own: [] });
  }
  return withPermissions(looking, seen);
}

/** Every item counts once: in the Drive of its owner, or on its shared drive. */
function isOf(stream: Stream, { driveId, ownedByMe, owners }: File): boolean {
  if (stream.kind === 'drive') return driveId === stream.driveId;
  return driveId === undefined && (ownedByMe || owners.some(({ email }) => email === stream.email));
}

/** undefined where this one item cannot be read, which is told; out of sight where it is gone. */
async function withPermissions(looking: Looking, seen: SeenItem): Promise<SeenItem | undefined> {
  const { client, subject, onRefusedItem } = looking;
  const { itemId } = seen.facts;
  try {
    return withState(looking, seen, await permissionsOf({ client, subject }, itemId));
  } catch (error) {
    if (error instanceof NotFound) return { facts: seen.facts, at: seen.at };
    if (!(error instanceof GoogleError) || error.concerns !== 'item') throw error;
    onRefusedItem(`file ${itemId} of ${looking.stream.title}`, error);
    return undefined;
  }
}

/**
 * All permissions of an item. A page that Google forgot is no place in a change log that it forgot:
 * the list is begun anew, and where that fails, too, the next run may fare better.
 */
async function permissionsOf(
  { client, subject }: Pick<Looking, 'client' | 'subject'>,
  itemId: string,
): Promise<Permission[]> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await collect(client.listPermissions(subject, itemId));
    } catch (error) {
      if (!(error instanceof PageTokenLost)) throw error;
      if (tries === LISTS_MAX) throw new RetryableError(error.message, { cause: error });
    }
  }
}

function withState(looking: Looking, seen: SeenItem, permissions: readonly Permission[]): SeenItem {
  const outside = (isWanted: (permission: Permission) => boolean): OutsideGrant[] =>
    permissions.filter(isWanted).flatMap((permission) => outsideGrantOf(permission, looking) ?? []);
  const own = outside(({ inherited }) => !inherited);
  const inherited = outside((permission) => permission.inherited);
  const unclear = outside(({ isOriginKnown }) => !isOriginKnown).map(({ key }) => key);
  const state = { ...stateOf(looking, seen), own, inherited };
  if (own.length + inherited.length === 0) return withoutOutsiders(seen, state);
  return {
    ...seen,
    state,
    ...(unclear.length > 0 && { unclear: new Set(unclear) }),
  };
}

/**
 * Nearly all items of a company are such, and pages of many streams are held at once: what only a
 * share is made of is let go.
 */
function withoutOutsiders({ facts, at }: SeenItem, state: ItemState): SeenItem {
  const { itemId, item } = facts;
  return { facts: { itemId, item, title: '' }, at, state };
}

function stateOf({ stream }: Looking, { facts, at }: SeenItem) {
  return { itemId: facts.itemId, owner: stream.owner, at };
}

export function factsOf(file: File): ItemFacts {
  const { id, name, mimeType, webViewLink } = file;
  return {
    itemId: id,
    item: mimeType === FOLDER_TYPE ? 'folder' : 'file',
    title: name,
    ...(webViewLink !== undefined && { url: webViewLink }),
    ...(mimeType !== '' && { fileType: mimeType }),
  };
}

function holderOf({ owners }: File, email: string): NonNullable<SeenItem['holder']> {
  const owner = owners.find((candidate) => candidate.email === email);
  return { email, ...(owner?.name !== undefined && { name: owner.name }) };
}
