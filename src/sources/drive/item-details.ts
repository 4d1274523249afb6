import pLimit from 'p-limit';
import type { GoogleDriveConfig } from '../../config/types.ts';
import { mailboxOf } from '../../share/address.ts';
import { GoogleError } from '../../vendors/google/errors.ts';
import type { GoogleClient, RequestedFile } from '../../vendors/google/google-client.ts';
import type { File } from '../../vendors/google/rows.ts';
import type { AuditEntry } from './audit-entry.ts';
import type { ItemFacts } from './build-share.ts';
import type { OnFailure } from './change-log-failures.ts';
import { concernsOneOwner, isUserWithoutDrive } from './classify-errors.ts';
import { collectRows } from './collect-rows.ts';
import { type ExternalGrant, externalGrantOf } from './external-grantees.ts';
import { FilesOnce } from './files-once.ts';
import { DRIVE_LIMITS } from './limits.ts';
import type { Scope } from './scope.ts';
import { factsOf } from './seen-items.ts';
import { GroupOnlyDrive } from './shared-drive-readers.ts';

/** What Drive returns now for an item in the audit log. */
export interface ItemDetails {
  readonly facts: ItemFacts;
  /** by mailbox: the item's owners and grantees, as far as they came with the item */
  readonly people: ReadonlyMap<string, PersonDetails>;
  /** epoch milliseconds, as the uploader wrote it */
  readonly createdAt?: number;
  /** keys of the external members of the item's shared drive */
  readonly driveMembers: ReadonlySet<string>;
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

/** As whom an item is read. */
interface Reader {
  /** undefined: no one can read it */
  readonly account: string | undefined;
  /** the person who shared it, who may not see it any more */
  readonly isActor: boolean;
}

const NO_MEMBERS: ReadonlySet<string> = new Set();

/** Reads names and links of shared items, as the item's owner or as a member of the shared drive. */
export class ItemDetailsReader {
  readonly #options: ItemDetailsReaderOptions;
  readonly #members = new Map<string, Promise<ReadonlySet<string>>>();
  readonly #files: FilesOnce;
  #ahead: Promise<void> = Promise.resolve();
  #unreadable = 0;

  constructor(options: ItemDetailsReaderOptions) {
    this.#options = options;
    this.#files = new FilesOnce(options.client);
  }

  /** items whose owner left or whose shared drive has no reader, and that the sharer cannot see */
  get unreadable(): number {
    return this.#unreadable;
  }

  /**
   * By item id; `entries` has one entry per item. Omits items that cannot be read: their shares are
   * built from the audit log alone, and do not wait for a name.
   */
  async read(entries: readonly AuditEntry[]): Promise<Map<string, ItemDetails>> {
    await this.#ahead;
    const limit = pLimit(DRIVE_LIMITS.itemsAtOnceMax);
    const forEach = <T>(work: (entry: AuditEntry) => Promise<T | undefined>) =>
      Promise.all(entries.map((entry) => limit(() => this.#try(entry, () => work(entry)))));
    const found = await forEach((entry) => this.#readerOf(entry));
    const readers = new Map(entries.map(({ itemId }, index) => [itemId, found[index]]));
    await this.#files.readTogether(requestedOf(readers));
    const items = await forEach((entry) => this.#item(entry, readers.get(entry.itemId)));
    const byId = new Map<string, ItemDetails>();
    entries.forEach(({ itemId }, index) => {
      const item = items[index];
      if (item !== undefined) byId.set(itemId, item);
    });
    return byId;
  }

  /**
   * Begins to read the files of entries that `read` will be asked for next, as far as they can be
   * requested together; `read` waits for it. Reports no failure: `read` requests the file again.
   */
  readAhead(entries: readonly AuditEntry[]): void {
    this.#ahead = this.#readFilesOf(entries).catch(() => {});
  }

  async #readFilesOf(entries: readonly AuditEntry[]): Promise<void> {
    const readers = new Map<string, Reader | undefined>();
    for (const { itemId, item, place, at } of entries) {
      const own = item === 'drive' ? undefined : this.#ownAccountOf(place, at);
      const account = await own?.catch(() => undefined);
      readers.set(itemId, { account, isActor: false });
    }
    await this.#files.readTogether(requestedOf(readers));
  }

  async #try<T>(entry: AuditEntry, work: () => Promise<T | undefined>): Promise<T | undefined> {
    try {
      return await work();
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

  async #item(entry: AuditEntry, reader: Reader | undefined): Promise<ItemDetails | undefined> {
    if (entry.item === 'drive') return this.#drive(entry);
    if (reader === undefined) return undefined;
    const { account, isActor } = reader;
    const file = await (isActor ? this.#fileAsActor(entry, reader) : this.#file(entry, reader));
    if (file === undefined) return undefined;
    const { place } = entry;
    const hasMembers = 'driveId' in place && account !== undefined && !isActor;
    return detailsOf(file, hasMembers ? await this.#membersOf(place.driveId, account) : NO_MEMBERS);
  }

  /**
   * The owner, or a member of the shared drive. If Google lets neither be acted as, the person who
   * shared the item. Undefined for a shared drive itself, which is not read.
   */
  async #readerOf({ place, at, item, actor }: AuditEntry): Promise<Reader | undefined> {
    if (item === 'drive') return undefined;
    const account = await this.#ownAccountOf(place, at);
    if (account !== undefined) return { account, isActor: false };
    return { account: this.#options.scope.accountOf(actor), isActor: true };
  }

  async #ownAccountOf(place: AuditEntry['place'], at: number): Promise<string | undefined> {
    const { scope } = this.#options;
    if ('owner' in place) {
      const owner = scope.users.userAt(place.owner, at);
      return owner?.isActive ? owner.email : undefined;
    }
    try {
      return (await scope.readersOf(place.driveId))[0];
    } catch (error) {
      if (error instanceof GroupOnlyDrive) return undefined;
      throw error;
    }
  }

  async #file({ itemId }: AuditEntry, { account }: Reader): Promise<File | undefined> {
    return account === undefined
      ? undefined
      : this.#files.get({ subject: account, fileId: itemId });
  }

  /** The person who shared the item could see it then. If not any more, only the audit log knows it. */
  async #fileAsActor(entry: AuditEntry, reader: Reader): Promise<File | undefined> {
    try {
      const file = await this.#file(entry, reader);
      if (file === undefined) this.#unreadable += 1;
      return file;
    } catch (error) {
      if (!(error instanceof GoogleError) || error.concerns === 'everyone') throw error;
      this.#unreadable += 1;
      return undefined;
    }
  }

  #drive({ itemId, title }: AuditEntry): ItemDetails {
    const name = this.#options.scope.drives.find(({ id }) => id === itemId)?.name;
    return {
      facts: { itemId, item: 'drive', title: name || title },
      people: new Map(),
      driveMembers: NO_MEMBERS,
    };
  }

  /** The external members of a shared drive, read once per run. */
  #membersOf(driveId: string, reader: string): Promise<ReadonlySet<string>> {
    const members = this.#members.get(driveId) ?? this.#readMembers(driveId, reader);
    this.#members.set(driveId, members);
    members.catch(() => {});
    return members;
  }

  async #readMembers(driveId: string, reader: string): Promise<ReadonlySet<string>> {
    const { client, scope, now } = this.#options;
    const permissions = await collectRows(client.listPermissions(reader, driveId), {
      rowsMax: DRIVE_LIMITS.permissionsPerItemMax,
      // The drive's change log sets a faulty membership aside.
      onFaultyRow: () => {},
    });
    const { insiders } = scope;
    return new Set(
      permissions.flatMap(
        (permission) => externalGrantOf(permission, { insiders, now })?.key ?? [],
      ),
    );
  }
}

/** `readers` is by item id. */
function requestedOf(readers: ReadonlyMap<string, Reader | undefined>): RequestedFile[] {
  return [...readers].flatMap(([fileId, reader]) =>
    reader?.account === undefined ? [] : [{ subject: reader.account, fileId }],
  );
}

function detailsOf(file: File, driveMembers: ReadonlySet<string>): ItemDetails {
  const { createdTime } = file;
  return {
    facts: factsOf(file),
    people: peopleOf(file),
    driveMembers,
    ...(createdTime !== undefined && { createdAt: createdTime }),
  };
}

/** In My Drive, the permissions come with the file, without another call. */
function peopleOf({ owners, permissions = [] }: File): Map<string, PersonDetails> {
  const people = new Map<string, PersonDetails>();
  for (const { email, name } of owners) {
    if (email !== undefined && name !== undefined) people.set(mailboxOf(email), { name });
  }
  for (const { type, email, name, expirationTime } of permissions) {
    if (email === undefined || (type !== 'user' && type !== 'group')) continue;
    people.set(mailboxOf(email), {
      kind: type,
      ...(name !== undefined && { name }),
      ...(expirationTime !== undefined && { expiresAt: expirationTime }),
    });
  }
  return people;
}
