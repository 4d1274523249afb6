import pLimit from 'p-limit';
import type { GoogleClient } from '../../vendors/google/google-client.ts';
import type { File } from '../../vendors/google/rows.ts';
import type { AuditEntry } from './audit-entry.ts';
import { factsOf } from './items.ts';
import { DRIVE_LIMITS } from './limits.ts';
import { type OutsideGrant, outsideGrantOf } from './outsiders.ts';
import { collect, type Scope } from './scope.ts';
import type { ItemFacts } from './shares.ts';
import { isOfOne, type OnFailure } from './stream-failures.ts';

/** What Google says now about an item that the audit log spoke of. */
export interface KnownItem {
  readonly facts: ItemFacts;
  /** by address, who has access now, or owns it, as far as that came with the item */
  readonly people: ReadonlyMap<string, KnownPerson>;
  /** True for what the audit log says of each member when an item of a shared drive is made. */
  isOfCreation(entry: AuditEntry): boolean;
}

/** What the audit log does not say of whom something was given to, or of who gave it. */
export type KnownPerson = Partial<Pick<OutsideGrant, 'kind' | 'name' | 'expiresAt'>>;

export interface ItemReaderOptions {
  readonly client: GoogleClient;
  readonly scope: Scope;
  /** epoch milliseconds */
  readonly now: number;
  /** the owner has no Drive, and that is no failure */
  readonly isPassedOver: (error: unknown) => boolean;
  readonly onFailure: OnFailure;
}

/** Names and links of the items that were given, read as their owner or as a member of the drive. */
export class ItemReader {
  readonly #options: ItemReaderOptions;
  readonly #members = new Map<string, Promise<ReadonlySet<string>>>();

  constructor(options: ItemReaderOptions) {
    this.#options = options;
  }

  /**
   * By item id. What cannot be read is missing, and the audit log's own words have to do: a share
   * does not wait for its file's name. `entries`: one for each item.
   */
  async read(entries: readonly AuditEntry[]): Promise<Map<string, KnownItem>> {
    const limit = pLimit(DRIVE_LIMITS.itemsAtOnceMax);
    const known = new Map<string, KnownItem>();
    const items = await Promise.all(entries.map((entry) => limit(() => this.#tryItem(entry))));
    entries.forEach(({ itemId }, index) => {
      const item = items[index];
      if (item !== undefined) known.set(itemId, item);
    });
    return known;
  }

  async #tryItem(entry: AuditEntry): Promise<KnownItem | undefined> {
    try {
      return await this.#item(entry);
    } catch (error) {
      if (!isOfOne(error)) throw error;
      const { place, itemId } = entry;
      if ('owner' in place && this.#options.isPassedOver(error)) return undefined;
      const whose = 'driveId' in place ? `shared drive ${place.driveId}` : place.owner;
      this.#options.onFailure(`file ${itemId} of ${whose}`, error);
      return undefined;
    }
  }

  async #item(entry: AuditEntry): Promise<KnownItem | undefined> {
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

  #drive({ itemId, title }: AuditEntry): KnownItem {
    const name = this.#options.scope.drives.find(({ id }) => id === itemId)?.name;
    return {
      facts: { itemId, item: 'drive', title: name || title },
      people: new Map(),
      isOfCreation: () => false,
    };
  }

  async #creationOf(file: File, driveId: string): Promise<KnownItem['isOfCreation']> {
    const { createdTime } = file;
    if (createdTime === undefined) return () => false;
    const members = await this.#membersOf(driveId);
    return ({ at, grant }) =>
      Math.abs(at - createdTime) <= DRIVE_LIMITS.changeLagMs && members.has(grant.key);
  }

  /** Members outside, asked for once a run. */
  #membersOf(driveId: string): Promise<ReadonlySet<string>> {
    const known = this.#members.get(driveId) ?? this.#readMembers(driveId);
    this.#members.set(driveId, known);
    known.catch(() => {});
    return known;
  }

  async #readMembers(driveId: string): Promise<ReadonlySet<string>> {
    const { client, scope, now } = this.#options;
    const [reader = ''] = await scope.readersOf(driveId);
    const permissions = await collect(client.listPermissions(reader, driveId));
    const { domains } = scope;
    return new Set(
      permissions.flatMap((permission) => outsideGrantOf(permission, { domains, now })?.key ?? []),
    );
  }
}

/** Of My Drive the permissions come with the file, at no further call. */
function peopleOf({ owners, permissions = [] }: File): Map<string, KnownPerson> {
  const people = new Map<string, KnownPerson>();
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
