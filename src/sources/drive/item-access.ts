import { RetryableError } from '../../lib/errors.ts';
import type { Insiders } from '../../share/address.ts';
import type { FaultyRow } from '../../vendors/faulty-row.ts';
import { GoogleError, NotFound, PageTokenLost } from '../../vendors/google/errors.ts';
import type { GoogleClient } from '../../vendors/google/google-client.ts';
import type { Permission } from '../../vendors/google/rows.ts';
import type { ItemFacts } from './build-share.ts';
import type { OnFailure } from './change-log-failures.ts';
import type { ChangeLog } from './change-logs.ts';
import { collectRows } from './collect-rows.ts';
import type { ItemAccess } from './compare-grants.ts';
import { type ExternalGrant, externalGrantOf } from './external-grantees.ts';
import { DRIVE_LIMITS } from './limits.ts';

/** An item that a change log or a sweep shows. */
export interface SeenItem {
  readonly facts: ItemFacts;
  /** epoch milliseconds: time of the change, or start of the sweep */
  readonly at: number;
  /** undefined if the item is no longer visible */
  readonly access?: ItemAccess;
  /** epoch milliseconds, as the uploader wrote it */
  readonly createdAt?: number;
  /** ids of the folders that contain it */
  readonly parents?: readonly string[];
  /** keys of the grantees for whom Google does not say whether the grant is inherited */
  readonly originUnknown?: ReadonlySet<string>;
  /** true: found by the first reading of its change log, although it could not be read then */
  readonly isFirstReading?: boolean;
  /** keys of the grantees of its folders, if they were read */
  readonly folderGrantees?: ReadonlySet<string>;
  /** undefined on a shared drive */
  readonly fileOwner?: { readonly email: string; readonly name?: string };
}

export interface AccessContext {
  readonly client: GoogleClient;
  readonly changeLog: ChangeLog;
  /** the account that reads the items */
  readonly subject: string;
  readonly insiders: Insiders;
  /** epoch milliseconds */
  readonly now: number;
  /** Handles one item that cannot be read; if it throws, the reading ends. */
  readonly onRefusedItem: OnFailure;
  /** Takes an item that cannot be read completely. */
  readonly onFaultyRow: (row: FaultyRow) => void;
}

interface ListedPermissions {
  readonly permissions: readonly Permission[];
  /** those that cannot be read */
  readonly faulty: readonly FaultyRow[];
}

/** Attempts to list an item's permissions. */
const LIST_ATTEMPTS_MAX = 3;

/**
 * Lists the item's permissions. Returns the item without access if it no longer exists, and
 * undefined if it cannot be read, which is reported.
 */
export async function withListedPermissions(
  context: AccessContext,
  seen: SeenItem,
): Promise<SeenItem | undefined> {
  const { client, subject, onRefusedItem } = context;
  const { itemId } = seen.facts;
  try {
    return withPermissions(context, seen, await permissionsOf({ client, subject }, itemId));
  } catch (error) {
    if (error instanceof NotFound) return { facts: seen.facts, at: seen.at };
    if (!(error instanceof GoogleError) || error.concerns !== 'item') throw error;
    onRefusedItem(`file ${itemId} of ${context.changeLog.title}`, error);
    return undefined;
  }
}

/**
 * All permissions of an item. If Google loses a page token of this list, the list starts over; the
 * change log's own token is not lost. Throws RetryableError after the last attempt.
 */
async function permissionsOf(
  { client, subject }: Pick<AccessContext, 'client' | 'subject'>,
  itemId: string,
): Promise<ListedPermissions> {
  for (let attempt = 1; ; attempt += 1) {
    const faulty: FaultyRow[] = [];
    try {
      const pages = client.listPermissions(subject, itemId);
      const permissions = await collectRows(pages, {
        rowsMax: DRIVE_LIMITS.permissionsPerItemMax,
        onFaultyRow: (row) => faulty.push(row),
      });
      return { permissions, faulty };
    } catch (error) {
      if (!(error instanceof PageTokenLost)) throw error;
      if (attempt === LIST_ATTEMPTS_MAX) throw new RetryableError(error.message, { cause: error });
    }
  }
}

export function withPermissions(
  context: AccessContext,
  seen: SeenItem,
  { permissions, faulty }: ListedPermissions,
): SeenItem {
  for (const row of faulty) context.onFaultyRow(asFile(row, seen));
  const grantsOf = (select: (permission: Permission) => boolean): ExternalGrant[] =>
    permissions.filter(select).flatMap((permission) => externalGrantOf(permission, context) ?? []);
  const own = grantsOf((permission) => !permission.inherited);
  const inherited = grantsOf((permission) => permission.inherited);
  const originUnknown = grantsOf(({ isOriginKnown }) => !isOriginKnown).map(({ key }) => key);
  const access = {
    ...accessKeyOf(context, seen),
    own,
    inherited,
    ...(faulty.length > 0 && { isIncomplete: true }),
  };
  if (own.length + inherited.length === 0) return withoutExternalAccess(seen, access);
  return {
    ...seen,
    access,
    ...(originUnknown.length > 0 && { originUnknown: new Set(originUnknown) }),
  };
}

/**
 * Drops the facts that only a share needs. Nearly all items of a company have no external access, and
 * pages of many change logs are in memory at once.
 */
export function withoutExternalAccess(
  { facts, at, createdAt }: SeenItem,
  access: ItemAccess,
): SeenItem {
  const { itemId, item } = facts;
  return {
    facts: { itemId, item, title: '' },
    at,
    access,
    ...(createdAt !== undefined && { createdAt }),
  };
}

/** The file is set aside, because a permission cannot be requested on its own. */
function asFile({ id, problem }: FaultyRow, { facts }: SeenItem): FaultyRow {
  return {
    kind: 'file',
    id: facts.itemId,
    problem: `permission ${id}: ${problem}`,
    row: undefined,
  };
}

export function accessKeyOf({ changeLog }: AccessContext, { facts, at }: SeenItem) {
  return { itemId: facts.itemId, owner: changeLog.owner, at };
}
