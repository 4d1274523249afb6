import pLimit from 'p-limit';
import type { Insiders } from '../../share/address.ts';
import { GoogleError } from '../../vendors/google/errors.ts';
import type { GoogleClient } from '../../vendors/google/google-client.ts';
import { externalGrantOf } from './external-grantees.ts';
import type { SeenItem } from './item-access.ts';
import { DRIVE_LIMITS } from './limits.ts';

interface FolderGrantsOptions {
  readonly client: GoogleClient;
  /** the account that reads the folders */
  readonly subject: string;
  readonly insiders: Insiders;
  /** epoch milliseconds */
  readonly now: number;
}

const NO_GRANTEES: ReadonlySet<string> = new Set();

/**
 * The external grantees of the folders that items are in; each folder is read once. They show
 * whether a grant is inherited if Google does not say. The folder's own item does not suffice: a list
 * can contain an item before its folder.
 */
export class FolderGrants {
  readonly #options: FolderGrantsOptions;
  readonly #read = new Map<string, Promise<ReadonlySet<string>>>();

  constructor(options: FolderGrantsOptions) {
    this.#options = options;
  }

  /**
   * Adds the grantees of their folders to the items that `isNeeded` selects. Omits folders that are
   * among the items.
   */
  async addTo(
    items: readonly SeenItem[],
    isNeeded: (item: SeenItem) => boolean,
  ): Promise<SeenItem[]> {
    const listed = new Set(items.map(({ facts }) => facts.itemId));
    const limit = pLimit(DRIVE_LIMITS.itemsAtOnceMax);
    return Promise.all(
      items.map(async (item) => {
        const { originUnknown, parents = [] } = item;
        const elsewhere = parents.filter((parent) => !listed.has(parent));
        if (originUnknown === undefined || elsewhere.length === 0 || !isNeeded(item)) return item;
        const sets = await Promise.all(elsewhere.map((id) => limit(() => this.#granteesOf(id))));
        return { ...item, folderGrantees: new Set(sets.flatMap((keys) => [...keys])) };
      }),
    );
  }

  #granteesOf(folderId: string): Promise<ReadonlySet<string>> {
    const grantees = this.#read.get(folderId) ?? this.#readGrantees(folderId);
    this.#read.set(folderId, grantees);
    return grantees;
  }

  /** Empty if the folder is not visible: then its items' grants count as their own. */
  async #readGrantees(folderId: string): Promise<ReadonlySet<string>> {
    const { client, subject, insiders, now } = this.#options;
    try {
      const folder = await client.getFile(subject, folderId);
      const permissions = folder?.permissions ?? [];
      const grants = permissions.map((permission) =>
        externalGrantOf(permission, { insiders, now }),
      );
      return new Set(grants.flatMap((grant) => grant?.key ?? []));
    } catch (error) {
      if (error instanceof GoogleError && error.concerns === 'item') return NO_GRANTEES;
      throw error;
    }
  }
}
