import { addresseeOf, type Grant } from './grantees.ts';

export const FOLDER_TYPE = 'application/vnd.google-apps.folder';

/** A file or folder in a user's My Drive (`owner`) or on a shared drive (`driveId`). */
export interface Item {
  readonly id: string;
  readonly mimeType: string;
  /** epoch milliseconds */
  readonly createdAt: number;
  /** false: Drive has no webViewLink for it */
  readonly hasLink: boolean;
  /** direct grants by permission ID, without the owner's and inherited ones */
  readonly grants: Map<string, Grant>;
  name: string;
  modifiedAt: number;
  owner: string | undefined;
  driveId: string | undefined;
  /** a folder; undefined at the root of My Drive or of a shared drive */
  parent: string | undefined;
  trashed: boolean;
  deleted: boolean;
}

export interface SharedDrive {
  readonly id: string;
  readonly createdAt: number;
  readonly members: Map<string, Grant>;
  name: string;
  deleted: boolean;
}

/** Files computed from a number: millions of them take no memory. */
export interface ComputedFiles {
  /** numbers of a user's files; `until` is exclusive */
  filesOf(email: string): { readonly from: number; readonly until: number };
  file(number: number): Item;
  fileWithId(id: string): Item | undefined;
}

/** All files, folders, and shared drives. */
export class Items {
  readonly #byId = new Map<string, Item>();
  readonly #order: Item[] = [];
  readonly #children = new Map<string, Set<Item>>();
  readonly #drives = new Map<string, SharedDrive>();
  /** computed files; set once for a benchmark */
  generated: ComputedFiles | undefined;

  add(item: Item): void {
    this.#byId.set(item.id, item);
    this.#order.push(item);
    this.#link(item);
  }

  addDrive(drive: SharedDrive): void {
    this.#drives.set(drive.id, drive);
  }

  /** Returns a new object for a computed file each time; use `kept` to change it. */
  get(id: string): Item | undefined {
    return this.#byId.get(id) ?? this.generated?.fileWithId(id);
  }

  /** The item, stored from now on even if computed. Throws for an unknown ID. */
  kept(id: string): Item {
    const item = this.get(id);
    if (!item) throw new TypeError(`there is no file ${id}`);
    this.#byId.set(id, item);
    return item;
  }

  drive(id: string): SharedDrive | undefined {
    const drive = this.#drives.get(id);
    return drive?.deleted ? undefined : drive;
  }

  get drives(): readonly SharedDrive[] {
    return [...this.#drives.values()].filter(({ deleted }) => !deleted);
  }

  /** stored items in the order of their creation, without computed files */
  get stored(): readonly Item[] {
    return this.#order;
  }

  /** Replaces a renamed user as an owner, a grantee and a member. */
  renameUser(from: string, to: string): void {
    for (const item of this.#byId.values()) {
      if (item.owner === from) item.owner = to;
      renameGrantee(item.grants, from, to);
    }
    for (const drive of this.#drives.values()) renameGrantee(drive.members, from, to);
  }

  parentOf(item: Item): Item | undefined {
    return item.parent === undefined ? undefined : this.get(item.parent);
  }

  place(item: Item, parent: string | undefined): void {
    if (item.parent !== undefined) this.#children.get(item.parent)?.delete(item);
    item.parent = parent;
    this.#link(item);
  }

  /** Everything below a folder, deleted or not. */
  descendants(folder: Item): readonly Item[] {
    const children = [...(this.#children.get(folder.id) ?? [])];
    return children.flatMap((child) => [child, ...this.descendants(child)]);
  }

  isTrashed(item: Item): boolean {
    return item.trashed || this.#isAbove(item, ({ trashed }) => trashed);
  }

  isDeleted(item: Item): boolean {
    return item.deleted || this.#isAbove(item, ({ deleted }) => deleted);
  }

  #isAbove(item: Item, holds: (folder: Item) => boolean): boolean {
    const parent = this.parentOf(item);
    return parent !== undefined && (holds(parent) || this.#isAbove(parent, holds));
  }

  #link(item: Item): void {
    if (item.parent === undefined) return;
    const siblings = this.#children.get(item.parent) ?? new Set();
    this.#children.set(item.parent, siblings.add(item));
  }
}

function renameGrantee(grants: Map<string, Grant>, from: string, to: string): void {
  for (const [id, grant] of grants) {
    const { grantee } = grant;
    if (grantee.type !== 'user' || grantee.email !== from) continue;
    grants.set(id, { ...grant, grantee: addresseeOf('user', to) });
  }
}
