import { accessEvent, type Subject, userAccessEvent } from './audit-events.ts';
import type { Action, ChangeRecorder } from './change-recorder.ts';
import { digitsOf, type Grantee, type Role } from './grantees.ts';
import type { Item, SharedDrive } from './items.ts';
import { visibilityOf } from './visibility.ts';
import type { WorkspaceState } from './workspace-state.ts';

const DOCUMENT_TYPE = 'application/vnd.google-apps.document';

export interface NewFile {
  /** can be empty */
  readonly name: string;
  /** email; default: the owner or shared drive of the parent */
  readonly owner?: string;
  /** ID of a shared drive */
  readonly drive?: string;
  /** ID of a folder */
  readonly parent?: string;
  /** default: a Google document */
  readonly mimeType?: string;
  /** email of the creator; default: the owner, or an organizer of the drive */
  readonly by?: string;
  /** epoch milliseconds; default: now */
  readonly at?: number;
  /** false: Drive has no webViewLink for it */
  readonly hasLink?: false;
  /** epoch milliseconds: an upload that keeps the date of the original, or any other date */
  readonly uploadedWithDate?: number;
}

/** The target of a move: a folder, or the root of a shared drive or of a user's My Drive. */
export type Destination =
  | { readonly folder: string }
  | { readonly drive: string }
  | { readonly owner: string };

/** Creates, moves, transfers, renames, and deletes files and folders. */
export class FileActions {
  readonly #state: WorkspaceState;
  readonly #recorder: ChangeRecorder;
  #created = 0;

  constructor(state: WorkspaceState, recorder: ChangeRecorder) {
    this.#state = state;
    this.#recorder = recorder;
  }

  create(file: NewFile): string {
    const { items, now } = this.#state;
    const folder = file.parent === undefined ? undefined : items.kept(file.parent);
    const at = file.at ?? now();
    const item: Item = {
      id: this.makeId('1'),
      mimeType: file.mimeType ?? DOCUMENT_TYPE,
      createdAt: file.uploadedWithDate ?? at,
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
    this.#recorder.change(item, at, () => {});
    const action = { by: file.by ?? item.owner ?? this.#organizerOf(item), at };
    this.#logCreation(item, action, file.uploadedWithDate === undefined ? 'create' : 'upload');
    return item.id;
  }

  move(id: string, to: Destination, action: Action): void {
    const { items } = this.#state;
    const item = items.kept(id);
    const before = new Set(this.#state.access.of(item).map((permission) => permission.id));
    this.#recorder.change(item, action.at, () => {
      const folder = 'folder' in to ? items.kept(to.folder) : undefined;
      const driveId = 'drive' in to ? to.drive : folder?.driveId;
      const isLeaving = driveId === undefined && item.driveId !== undefined;
      // A user who moves an item out of a shared drive becomes its owner.
      const owner = 'owner' in to ? to.owner.toLowerCase() : isLeaving ? action.by : item.owner;
      items.place(item, folder?.id);
      for (const one of [item, ...items.descendants(item)]) {
        one.driveId = driveId;
        one.owner = driveId === undefined ? (one.owner ?? owner) : undefined;
      }
    });
    this.#log(action, item, 'move');
    for (const one of [item, ...items.descendants(item)]) this.#logInherited(one, action, before);
  }

  /** Makes another user the owner, as an administrator does with the files of a leaver. */
  transfer(id: string, to: string, action: Action): void {
    const item = this.#state.items.kept(id);
    this.#recorder.change(item, action.at, () => {
      item.owner = to.toLowerCase();
    });
    this.#log(action, item, 'change_owner');
  }

  rename(id: string, name: string, action: Action): void {
    const item = this.#state.items.kept(id);
    this.#recorder.change(item, action.at, () => {
      item.name = name;
      item.modifiedAt = action.at;
    });
    this.#log(action, item, 'rename');
  }

  /** Changes the content, which has nothing to do with sharing. */
  edit(id: string, action: Action): void {
    const item = this.#state.items.kept(id);
    this.#recorder.change(item, action.at, () => {
      item.modifiedAt = action.at;
    });
    this.#log(action, item, 'edit');
  }

  setTrashed(id: string, trashed: 'trash' | 'untrash', action: Action): void {
    const item = this.#state.items.kept(id);
    this.#recorder.change(item, action.at, () => {
      item.trashed = trashed === 'trash';
    });
    this.#log(action, item, trashed);
  }

  remove(id: string, action: Action): void {
    const item = this.#state.items.kept(id);
    this.#log(action, item, 'delete');
    this.#recorder.change(item, action.at, () => {
      item.deleted = true;
    });
  }

  /** Deterministic IDs: the same scenario yields the same IDs. */
  makeId(prefix: '1' | '0A'): string {
    this.#created += 1;
    const number = String(this.#created).padStart(6, '0');
    const digits = digitsOf(`${prefix} ${this.#created}`);
    return prefix === '1' ? `1${number}sandboxFile${digits}` : `0A${number}${digits.slice(-8)}PVA`;
  }

  /**
   * As in real audit logs, a new file logs its owner's grant, or one grant per drive member: with the
   * creation, or after an upload in entries of their own.
   */
  #logCreation(item: Item, action: Action, name: 'create' | 'upload'): void {
    if (!this.#recorder.isAudited(item)) return;
    const drive = this.#driveOf(item);
    const about = { ...this.#subject(item), isPrimary: false };
    const granted: readonly (readonly [Grantee, Role])[] = drive
      ? [...drive.members.values()].map(({ grantee, role }) => [grantee, role])
      : [[{ type: 'user', email: item.owner ?? '' }, 'owner']];
    const creation = accessEvent(name, this.#subject(item));
    const grants = granted.map(([grantee, to]) =>
      userAccessEvent({ about, grantee, from: undefined, to }),
    );
    const events = [creation, ...grants];
    const activities = name === 'create' ? [events] : events.map((event) => [event]);
    for (const activity of activities) this.#recorder.log(action, activity);
  }

  #logInherited(item: Item, action: Action, before: ReadonlySet<string>): void {
    if (!this.#recorder.isAudited(item)) return;
    const about = { ...this.#subject(item), isPrimary: false };
    const events = this.#state.access
      .of(item)
      .filter(({ id, details }) => !before.has(id) && details.every(({ inherited }) => inherited))
      .filter(({ grant }) => 'email' in grant.grantee)
      .map(({ grant: { grantee, role } }) =>
        userAccessEvent({ about, grantee, from: undefined, to: role, isReconciled: true }),
      );
    this.#recorder.log(action, events);
  }

  #log(action: Action, item: Item, name: string): void {
    if (this.#recorder.isAudited(item))
      this.#recorder.log(action, [accessEvent(name, this.#subject(item))]);
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
