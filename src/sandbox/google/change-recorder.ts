import type { AuditEvent, NewActivity } from './audit-log.ts';
import type { ChangeEntry } from './change-log.ts';
import { FOLDER_TYPE, type Item, type SharedDrive } from './items.ts';
import type { WorkspaceState } from './workspace-state.ts';

/** The actor and the time of an action. */
export interface Action {
  /** email */
  readonly by: string;
  /** epoch milliseconds */
  readonly at: number;
}

/** Writes actions to the audit log, and changes to the change logs of affected users and drives. */
export class ChangeRecorder {
  readonly #state: WorkspaceState;

  constructor(state: WorkspaceState) {
    this.#state = state;
  }

  /**
   * Changes an item, and adds an entry to the change log of everyone who could see it before or can
   * see it after. On shared drives, the children of a folder get no entries. In My Drive, the
   * settings decide which children do.
   */
  change(item: Item, at: number, mutate: () => void): void {
    const affected = [item, ...this.#children(item)];
    const before = affected.map((one) => this.#readersOf(one));
    mutate();
    const isOfDrive = item.driveId !== undefined && before[0]?.inMyDrive === false;
    affected.forEach((one, index) => {
      const after = this.#readersOf(one);
      const logs = new Set([...(before[index]?.logs ?? []), ...after.logs]);
      const inMyDrive = after.inMyDrive || before[index]?.inMyDrive === true;
      if (one === item || !isOfDrive)
        this.#append({ kind: 'file', id: one.id, at, inMyDrive }, logs);
    });
  }

  /** Changes the members or the name of a shared drive. */
  changeDrive(drive: SharedDrive, at: number, mutate: () => void): void {
    const { access } = this.#state;
    const before = access.audience(access.ofDrive(drive));
    mutate();
    const after = access.audience(access.ofDrive(drive));
    const entry = { kind: 'drive', id: drive.id, at, inMyDrive: false } as const;
    this.#append(entry, new Set([drive.id, ...before, ...after]));
  }

  /** Adds one activity to the audit log. It becomes visible after the delay in the settings. */
  log({ by, at }: Action, events: readonly AuditEvent[]): void {
    if (events.length === 0) return;
    const { settings, audit } = this.#state;
    const activity: NewActivity = { at, actor: by, events, visibleAt: at + settings.auditDelayMs };
    audit.add(activity);
  }

  /** True if actions on the item are logged, which depends on its owner's edition. */
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
