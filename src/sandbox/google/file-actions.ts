import { accessEvent, type Subject, userAccessEvent } from './audit-events.ts';
import type { Action, ChangeRecorder } from './change-recorder.ts';
import { digitsOf, type Grantee, type Role } from './grantees.ts';
import type { Item, SharedDrive } from './items.ts';
import { visibilityOf } from './visibility.ts';
import type { WorkspaceState } from './workspace-state.ts';

const DOCUMENT_TYPE = 'application/vnd.google-apps.document';

export interface NewFile {
  /** may be empty */
  readonly name: string;
  /** email; a file has either an owner or a shared drive, or what its `parent` has */
  readonly owner?: string;
  /** id of a shared drive */
  readonly drive?: string;
  /** id of a folder */
  readonly parent?: string;
  /** default a Google document */
  readonly mimeType?: string;
  /** who makes it; default the owner, or an organizer of the drive */
  readonly by?: string;
  /** epoch milliseconds; default now */
  readonly at?: number;
  /** Drive gives no webViewLink for it */
  readonly hasLink?: false;
}

/** Where an item goes: into a folder, or to the top of a shared drive or of somebody's My Drive. */
export type Destination =
  | { readonly folder: string }
  | { readonly drive: string }
  | { readonly owner: string };

/** Making, moving, renaming and throwing away files and folders. */
export class FileActions {
  readonly #state: WorkspaceState;
  readonly #journal: ChangeRecorder;
  #made = 0;

  constructor(state: WorkspaceState, journal: ChangeRecorder) {
    this.#state = state;
    this.#journal = journal;
  }

  create(file: NewFile): string {
    const { items, now } = this.#state;
    const folder = file.parent === undefined ? undefined : items.kept(file.parent);
    const at = file.at ?? now();
    const item: Item = {
      id: this.makeId('1'),
      mimeType: file.mimeType ?? DOCUMENT_TYPE,
      createdAt: at,
      modifiedAt: at,
      hasLink: file.hasLink ?? true,
      grants: new Map(),
      name: file.name,
      owner: file.owner?.toLowerCase() ?? (file.drive ? undefined : folder?.owner),
      driveId: file.drive ?? folder?.driveId,
      parent: folder?.id,
      trashed: false,
      deleted: false,
    };
    if ((item.owner === undefined) === (item.driveId === undefined))
      throw new TypeError('a file has an owner or a shared drive');
    items.add(item);
    this.#journal.change(item, at, () => {});
    this.#logCreation(item, { by: file.by ?? item.owner ?? this.#organizerOf(item), at });
    return item.id;
  }

  move(id: string, to: Destination, act: Action): void {
    const { items } = this.#state;
    const item = items.kept(id);
    const before = new Set(this.#state.access.of(item).map((permission) => permission.id));
    this.#journal.change(item, act.at, () => {
      const folder = 'folder' in to ? items.kept(to.folder) : undefined;
      const driveId = 'drive' in to ? to.drive : folder?.driveId;
      const isLeaving = driveId === undefined && item.driveId !== undefined;
      // Who takes something out of a shared drive owns it from then on.
      const owner = 'owner' in to ? to.owner.toLowerCase() : isLeaving ? act.by : item.owner;
      items.place(item, folder?.id);
      for (const one of [item, ...items.descendants(item)]) {
        one.driveId = driveId;
        one.owner = driveId === undefined ? (one.owner ?? owner) : undefined;
      }
    });
    this.#log(act, item, 'move');
    for (const one of [item, ...items.descendants(item)]) this.#logInherited(one, act, before);
  }

  rename(id: string, name: string, act: Action): void {
    const item = this.#state.items.kept(id);
    this.#journal.change(item, act.at, () => {
      item.name = name;
      item.modifiedAt = act.at;
    });
    this.#log(act, item, 'rename');
  }

  /** An edit of its content: a change that has nothing to do with sharing. */
  edit(id: string, act: Action): void {
    const item = this.#state.items.kept(id);
    this.#journal.change(item, act.at, () => {
      item.modifiedAt = act.at;
    });
    this.#log(act, item, 'edit');
  }

  setTrashed(id: string, trashed: 'trash' | 'untrash', act: Action): void {
    const item = this.#state.items.kept(id);
    this.#journal.change(item, act.at, () => {
      item.trashed = trashed === 'trash';
    });
    this.#log(act, item, trashed);
  }

  remove(id: string, act: Action): void {
    const item = this.#state.items.kept(id);
    this.#log(act, item, 'delete');
    this.#journal.change(item, act.at, () => {
      item.deleted = true;
    });
  }

  /** Ids that are always the same for the same story. */
  makeId(prefix: '1' | '0A'): string {
    this.#made += 1;
    const number = String(this.#made).padStart(6, '0');
    const digits = digitsOf(`${prefix} ${this.#made}`);
    return prefix === '1' ? `1${number}sandboxFile${digits}` : `0A${number}${digits.slice(-8)}PVA`;
  }

  /** Reports in real tenants: a new file logs its owner's grant, or one for every member. */
  #logCreation(item: Item, act: Action): void {
    if (!this.#journal.isAudited(item)) return;
    const drive = this.#driveOf(item);
    const about = { ...this.#subject(item), isPrimary: false };
    const granted: readonly (readonly [Grantee, Role])[] = drive
      ? [...drive.members.values()].map(({ grantee, role }) => [grantee, role])
      : [[{ type: 'user', email: item.owner ?? '' }, 'owner']];
    this.#journal.log(act, [
      accessEvent('create', this.#subject(item)),
      ...granted.map(([grantee, to]) => userAccessEvent({ about, grantee, from: undefined, to })),
    ]);
  }

  #logInherited(item: Item, act: Action, before: ReadonlySet<string>): void {
    if (!this.#journal.isAudited(item)) return;
    const about = { ...this.#subject(item), isPrimary: false };
    const events = this.#state.access
      .of(item)
      .filter(({ id, details }) => !before.has(id) && details.every(({ inherited }) => inherited))
      .filter(({ grant }) => 'email' in grant.grantee)
      .map(({ grant: { grantee, role } }) =>
        userAccessEvent({ about, grantee, from: undefined, to: role, isReconciled: true }),
      );
    this.#journal.log(act, events);
  }

  #log(act: Action, item: Item, name: string): void {
    if (this.#journal.isAudited(item))
      this.#journal.log(act, [accessEvent(name, this.#subject(item))]);
  }

  #subject(item: Item): Subject {
    const visibility = visibilityOf(this.#state, item);
    return { item, drive: this.#driveOf(item), visibility, oldVisibility: visibility };
  }

  #driveOf({ driveId }: Item): SharedDrive | undefined {
    return driveId === undefined ? undefined : this.#state.items.drive(driveId);
  }

  #organizerOf(item: Item): string {
    const members = [...(this.#driveOf(item)?.members.values() ?? [])];
    const organizer = members.find(({ role }) => role === 'organizer') ?? members[0];
    return organizer && 'email' in organizer.grantee ? organizer.grantee.email : '';
  }
}
