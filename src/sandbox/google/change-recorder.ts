import type { AuditEvent, NewActivity } from './audit-log.ts';
import type { ChangeEntry } from './change-log.ts';
import { FOLDER_TYPE, type Item, type SharedDrive } from './items.ts';
import type { WorkspaceState } from './workspace-state.ts';

/** Somebody's doing at some moment. */
export interface Action {
  /** email */
  readonly by: string;
  /** epoch milliseconds */
  readonly at: number;
}

/** Writes into the logs what is done: each reader of a change log sees his part of it. */
export class ChangeRecorder {
  readonly #state: WorkspaceState;

  constructor(state: WorkspaceState) {
    this.#state = state;
  }

  /**
   * Changes an item and tells those who could see it before or can see it after. On shared drives
   * the children of a folder get no entry of their own; in My Drive the settings say which do.
   */
  change(item: Item, at: number, mutate: () => void): void {
    const concerned = [item, ...this.#children(item)];
    const before = concerned.map((one) => this.#readersOf(one));
    mutate();
    const isOfDrive = item.driveId !== undefined && before[0]?.inMyDrive === false;
    concerned.forEach((one, index) => {
      const after = this.#readersOf(one);
      const logs = new Set([...(before[index]?.logs ?? []), ...after.logs]);
      const inMyDrive = after.inMyDrive || before[index]?.inMyDrive === true;
      if (one === item || !isOfDrive)
        this.#append({ kind: 'file', id: one.id, at, inMyDrive }, logs);
    });
  }

  /** Changes a shared drive as a whole, its members or its name. */
  changeDrive(drive: SharedDrive, at: number, mutate: () => void): void {
    const { access } = this.#state;
    const before = access.audience(access.ofDrive(drive));
    mutate();
    const after = access.audience(access.ofDrive(drive));
    const entry = { kind: 'drive', id: drive.id, at, inMyDrive: false } as const;
    this.#append(entry, new Set([drive.id, ...before, ...after]));
  }

  /** One activity of the audit log; it is seen when the settings' delay has passed. */
  log({ by, at }: Action, events: readonly AuditEvent[]): void {
    if (events.length === 0) return;
    const { settings, audit } = this.#state;
    const activity: NewActivity = { at, actor: by, events, visibleAt: at + settings.auditDelayMs };
    audit.add(activity);
  }

  /** Whether what happens to the item is logged: its owner's edition decides. */
  isAudited(item: Item): boolean {
    return item.owner === undefined || this.#state.directory.find(item.owner)?.audited !== false;
  }

  #append(entry: ChangeEntry, logs: ReadonlySet<string>): void {
    for (const name of logs) this.#state.changes.kept(name).append(entry);
  }

  #readersOf(item: Item): { readonly logs: readonly string[]; readonly inMyDrive: boolean } {
    const { access } = this.#state;
    const drive = item.driveId === undefined ? [] : [item.driveId];
    return {
      logs: [...drive, ...access.audience(access.of(item))],
      inMyDrive: item.driveId === undefined,
    };
  }

  #children(item: Item): readonly Item[] {
    if (item.mimeType !== FOLDER_TYPE) return [];
    const children = this.#state.items.descendants(item);
    switch (this.#state.settings.childEntries) {
      case 'all':
        return children;
      case 'some':
        return children.filter((_, index) => index % 2 === 0);
      case 'none':
        return [];
    }
  }
}
