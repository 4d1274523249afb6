import pLimit from 'p-limit';
import type { GoogleDriveConfig } from '../../config/types.ts';
import type { GoogleClient } from '../../vendors/google/google-client.ts';
import type { File } from '../../vendors/google/rows.ts';
import type { AuditEntry } from './audit-entry.ts';
import type { ItemFacts } from './build-share.ts';
import type { OnFailure } from './change-log-failures.ts';
import { concernsOneOwner, isUserWithoutDrive } from './classify-errors.ts';
import { type ExternalGrant, externalGrantOf } from './external-grantees.ts';
import { factsOf } from './item-access.ts';
import { DRIVE_LIMITS } from './limits.ts';
import { collectRows, type Scope } from './scope.ts';

/** What Drive returns now for an item in the audit log. */
export interface ItemDetails {
  readonly facts: ItemFacts;
  /** by address: the item's owners and grantees, as far as they came with the item */
  readonly people: ReadonlyMap<string, PersonDetails>;
  /** True for the entries that Google logs per member when an item is created on a shared drive. */
  isOfCreation(entry: AuditEntry): boolean;
}

/** Facts about a grantee or actor that the audit log lacks. */
export type PersonDetails = Partial<Pick<ExternalGrant, 'kind' | 'name' | 'expiresAt'>>;

export interface ItemDetailsReaderOptions {
  readonly client: GoogleClient;
  readonly scope: Scope;
  /** epoch milliseconds */
  readonly now: number;
  readonly config: GoogleDriveConfig;
  readonly onFailure: OnFailure;
}

/** Reads names and links of shared items, as the item's owner or as a member of the shared drive. */
export class ItemDetailsReader {
  readonly #options: ItemDetailsReaderOptions;
  readonly #members = new Map<string, Promise<ReadonlySet<string>>>();

  constructor(options: ItemDetailsReaderOptions) {
    this.#options = options;
  }

  /**
   * By item id; `entries` has one entry per item. Omits items that cannot be read: their shares are
   * built from the audit log alone, and do not wait for a name.
   */
  async read(entries: readonly AuditEntry[]): Promise<Map<string, ItemDetails>> {
    const limit = pLimit(DRIVE_LIMITS.itemsAtOnceMax);
    const byId = new Map<string, ItemDetails>();
    const items = await Promise.all(entries.map((entry) => limit(() => this.#tryItem(entry))));
    entries.forEach(({ itemId }, index) => {
      const item = items[index];
      if (item !== undefined) byId.set(itemId, item);
    });
    return byId;
  }

  async #tryItem(entry: AuditEntry): Promise<ItemDetails | undefined> {
    try {
      return await this.#item(entry);
    } catch (error) {
      if (!concernsOneOwner(error)) throw error;
      const { config, onFailure } = this.#options;
      const { place, itemId } = entry;
      if ('owner' in place && isUserWithoutDrive(config, error)) return undefined;
      const owner = 'driveId' in place ? `shared drive ${place.driveId}` : place.owner;
      onFailure(`file ${itemId} of ${owner}`, error);
      return undefined;
    }
  }

  async #item(entry: AuditEntry): Promise<ItemDetails | undefined> {
    const { client, scope } = this.#options;
    const { place, itemId, item } = entry;
    if (item === 'drive') return this.#drive(entry);
    if ('owner' in place) {
      const file = await client.getFile(place.owner, itemId);
      return file && { facts: factsOf(file), people: peopleOf(file), isOfCreation: () => false };
    }
    const [reader] = await scope.readersOf(place.driveId);
    if (reader === undefined) return undefined;
    const file = await client.getFile(reader, itemId);
    if (file === undefined) return undefined;
    return {
      facts: factsOf(file),
      people: peopleOf(file),
      isOfCreation: await this.#creationOf(file, place.driveId),
    };
  }

  #drive({ itemId, title }: AuditEntry): ItemDetails {
    const name = this.#options.scope.drives.find(({ id }) => id === itemId)?.name;
    return {
      facts: { itemId, item: 'drive', title: name || title },
      people: new Map(),
      isOfCreation: () => false,
    };
  }

  async #creationOf(file: File, driveId: string): Promise<ItemDetails['isOfCreation']> {
    const { createdTime } = file;
    if (createdTime === undefined) return () => false;
    const members = await this.#membersOf(driveId);
    return ({ at, grant }) =>
      Math.abs(at - createdTime) <= DRIVE_LIMITS.changeLagMs && members.has(grant.key);
  }

  /** The external members of a shared drive, read once per run. */
  #membersOf(driveId: string): Promise<ReadonlySet<string>> {
    const members = this.#members.get(driveId) ?? this.#readMembers(driveId);
    this.#members.set(driveId, members);
    members.catch(() => {});
    return members;
  }

  async #readMembers(driveId: string): Promise<ReadonlySet<string>> {
    const { client, scope, now } = this.#options;
    const [reader = ''] = await scope.readersOf(driveId);
    const permissions = await collectRows(
      client.listPermissions(reader, driveId),
      // The drive's change log sets a faulty membership aside.
      () => {},
    );
    const { domains } = scope;
    return new Set(
      permissions.flatMap((permission) => externalGrantOf(permission, { domains, now })?.key ?? []),
    );
  }
}

/** In My Drive, the permissions come with the file, without another call. */
function peopleOf({ owners, permissions = [] }: File): Map<string, PersonDetails> {
  const people = new Map<string, PersonDetails>();
  for (const { email, name } of owners) {
    if (email !== undefined && name !== undefined) people.set(email, { name });
  }
  for (const { type, email, name, expirationTime } of permissions) {
    if (email === undefined || (type !== 'user' && type !== 'group')) continue;
    people.set(email, {
      kind: type,
      ...(name !== undefined && { name }),
      ...(expirationTime !== undefined && { expiresAt: expirationTime }),
    });
  }
  return people;
}
