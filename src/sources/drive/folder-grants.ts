import pLimit from 'p-limit';
import { GoogleError } from '../../vendors/google/errors.ts';
import type { GoogleClient } from '../../vendors/google/google-client.ts';
import type { SeenItem } from './items.ts';
import { DRIVE_LIMITS } from './limits.ts';
import { outsideGrantOf } from './outsiders.ts';

interface FolderGrantsOptions {
  readonly client: GoogleClient;
  /** as whom the folders are read */
  readonly subject: string;
  readonly domains: readonly string[];
  /** epoch milliseconds */
  readonly now: number;
}

const NOBODY: ReadonlySet<string> = new Set();

/**
 * Who outside has access to the folders that items are in, asked once a folder. Where Google does not
 * say of a grant that it is inherited, that tells; and a list gives an item before its folder as often
 * as after it.
 */
export class FolderGrants {
  readonly #options: FolderGrantsOptions;
  readonly #known = new Map<string, Promise<ReadonlySet<string>>>();

  constructor(options: FolderGrantsOptions) {
    this.#options = options;
  }

  /** Adds to the items that `isWanted` what their folders have, but for folders among the items. */
  async addTo(
    items: readonly SeenItem[],
    isWanted: (item: SeenItem) => boolean,
  ): Promise<SeenItem[]> {
    const here = new Set(items.map(({ facts }) => facts.itemId));
    const limit = pLimit(DRIVE_LIMITS.itemsAtOnceMax);
    return Promise.all(
      items.map(async (item) => {
        const { unclear, parents = [] } = item;
        const elsewhere = parents.filter((parent) => !here.has(parent));
        if (unclear === undefined || elsewhere.length === 0 || !isWanted(item)) return item;
        const sets = await Promise.all(elsewhere.map((id) => limit(() => this.#of(id))));
        return { ...item, ofFolders: new Set(sets.flatMap((keys) => [...keys])) };
      }),
    );
  }

  #of(folderId: string): Promise<ReadonlySet<string>> {
    const known = this.#known.get(folderId) ?? this.#read(folderId);
    this.#known.set(folderId, known);
    return known;
  }

  /** Nobody, where the folder cannot be seen: then the item's own word has to do. */
  async #read(folderId: string): Promise<ReadonlySet<string>> {
    const { client, subject, domains, now } = this.#options;
    try {
      const folder = await client.getFile(subject, folderId);
      const permissions = folder?.permissions ?? [];
      const keys = permissions.map((permission) => outsideGrantOf(permission, { domains, now }));
      return new Set(keys.flatMap((grant) => grant?.key ?? []));
    } catch (error) {
      if (error instanceof GoogleError && error.concerns === 'item') return NOBODY;
      throw error;
    }
  }
}
