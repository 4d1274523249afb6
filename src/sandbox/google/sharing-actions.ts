import {
  type AccessChange,
  accessEvent,
  linkEvents,
  membershipEvent,
  type Subject,
  userAccessEvent,
} from './audit-events.ts';
import type { AuditEvent } from './audit-log.ts';
import type { Action, ChangeRecorder } from './change-recorder.ts';
import { addresseeOf, type Grant, type Grantee, type Role } from './grantees.ts';
import type { Item, SharedDrive } from './items.ts';
import { visibilityOf } from './visibility.ts';
import type { WorkspaceState } from './workspace-state.ts';

/** The grantees of one share or revocation. */
export interface Recipients {
  /** emails of people */
  readonly to?: string | readonly string[];
  /** emails of groups */
  readonly group?: string | readonly string[];
  /** a whole domain, or a target audience: `….audience.googledomains.com` */
  readonly domain?: string;
  /** anyone with the link */
  readonly anyone?: true;
}

export interface Sharing extends Recipients {
  /** default reader */
  readonly role?: Role;
  /** email of the actor */
  readonly by: string;
  /** epoch milliseconds; default now */
  readonly at?: number;
  /** epoch milliseconds */
  readonly expires?: number;
  readonly pendingOwner?: true;
  /** Drive hides the addresses of these people */
  readonly addressHidden?: true;
  /** the audit log names the first grantee by this address, such as an alias of the person */
  readonly loggedAs?: string;
  /** the audit log logs the grants once more, under another qualifier */
  readonly loggedAgainAfterMs?: number;
}

interface Expiry {
  readonly at: number;
  readonly item: Item;
  readonly permissionId: string;
}

type LoggedAction = Action & Pick<Sharing, 'loggedAs' | 'loggedAgainAfterMs'>;

/** Grants and revokes access to items and shared drives. */
export class SharingActions {
  readonly #state: WorkspaceState;
  readonly #recorder: ChangeRecorder;
  readonly #withoutAccount = new Map<string, (() => void)[]>();
  #expiries: Expiry[] = [];
  #acts = 0;

  constructor(state: WorkspaceState, recorder: ChangeRecorder) {
    this.#state = state;
    this.#recorder = recorder;
  }

  /** Grants access or changes roles: one activity in the audit log for any number of grantees. */
  share(id: string, sharing: Sharing): void {
    const item = this.#state.items.kept(id);
    const at = sharing.at ?? this.#state.now();
    const { role = 'reader', expires, pendingOwner, addressHidden, by } = sharing;
    const grants = granteesOf(sharing).map(
      (grantee): Grant => ({
        grantee,
        role,
        ...(expires === undefined ? {} : { expiresAt: expires }),
        ...(pendingOwner ? { pendingOwner } : {}),
        ...(addressHidden ? { addressHidden } : {}),
      }),
    );
    this.#apply(
      item,
      { ...sharing, by: by.toLowerCase(), at },
      grants.map((grant) => [grant.grantee, grant]),
    );
  }

  revoke(id: string, from: Recipients & { readonly by: string; readonly at?: number }): void {
    const item = this.#state.items.kept(id);
    const action = { by: from.by.toLowerCase(), at: from.at ?? this.#state.now() };
    this.#apply(
      item,
      action,
      granteesOf(from).map((grantee) => [grantee, undefined]),
    );
  }

  /** Adds a member to a shared drive or changes their role; without a role, removes the member. */
  setMember(drive: SharedDrive, grantee: Grantee, change: Action & { readonly role?: Role }): void {
    const { role, at } = change;
    const id = this.#state.directory.permissionIdOf(grantee);
    const from = drive.members.get(id)?.role;
    if (from === role) return;
    this.#recorder.changeDrive(drive, at, () => {
      if (role === undefined) drive.members.delete(id);
      else drive.members.set(id, { grantee, role });
    });
    this.#acts += 1;
    const named = this.#acts % 2 === 0 ? 'target' : 'target_user';
    this.#recorder.log(change, [membershipEvent({ drive, grantee, from, to: role, named })]);
  }

  /** From now on, the audit log omits grants to this person. */
  withoutAccount(email: string): void {
    this.#withoutAccount.set(email.toLowerCase(), []);
  }

  /** The invitee creates an account. The audit log now shows the grants, at the current time. */
  makesAccount(email: string): void {
    const waiting = this.#withoutAccount.get(email.toLowerCase()) ?? [];
    this.#withoutAccount.delete(email.toLowerCase());
    for (const log of waiting) log();
  }

  /** Removes expired grants: a change log entry, but no audit log event. */
  expire(): void {
    const now = this.#state.now();
    const due = this.#expiries.filter(({ at }) => at <= now);
    if (due.length === 0) return;
    this.#expiries = this.#expiries.filter(({ at }) => at > now);
    for (const { at, item, permissionId } of due) {
      if (item.grants.get(permissionId)?.expiresAt !== at) continue;
      this.#recorder.change(item, at, () => item.grants.delete(permissionId));
    }
  }

  #apply(
    item: Item,
    action: LoggedAction,
    changes: readonly (readonly [Grantee, Grant | undefined])[],
  ): void {
    const oldVisibility = visibilityOf(this.#state, item);
    const done = changes
      .filter(([grantee]) => !isOwner(item, grantee))
      .map(([grantee, grant]) => {
        const old = item.grants.get(this.#state.directory.permissionIdOf(grantee));
        return { grantee, grant, old };
      })
      .filter(({ grant, old }) => !isSame(grant, old));
    if (done.length === 0) return;
    this.#recorder.change(item, action.at, () => {
      for (const { grantee, grant } of done)
        this.#set(item, this.#state.directory.permissionIdOf(grantee), grant);
    });
    this.#acts += 1;
    const changed = done.filter(({ grant, old }) => grant?.role !== old?.role);
    this.#logShares(item, action, {
      oldVisibility,
      changes: changed.map(({ grantee, grant, old }) => ({
        grantee,
        from: old?.role,
        to: grant?.role,
      })),
    });
  }

  #set(item: Item, permissionId: string, grant: Grant | undefined): void {
    if (!grant) {
      item.grants.delete(permissionId);
      return;
    }
    item.grants.set(permissionId, grant);
    const { expiresAt: at } = grant;
    if (at !== undefined) this.#expiries.push({ at, item, permissionId });
  }

  #logShares(
    item: Item,
    action: LoggedAction,
    {
      oldVisibility,
      changes,
    }: {
      readonly oldVisibility: string;
      readonly changes: readonly Omit<AccessChange, 'about'>[];
    },
  ): void {
    if (!this.#recorder.isAudited(item) || changes.length === 0) return;
    const form = this.#acts % 3 === 0 ? 'value' : 'multiValue';
    const about = { ...this.#subject(item), oldVisibility, form } as const;
    const logged: AuditEvent[] = [];
    for (const [index, change] of changes.entries()) {
      const grantee = index === 0 ? loggedGrantee(change.grantee, action) : change.grantee;
      const events = eventsOf({ ...change, grantee, about });
      const waiting = this.#waitingFor(change.grantee);
      if (!waiting) logged.push(...events);
      else waiting.push(() => this.#recorder.log({ ...action, at: this.#state.now() }, events));
    }
    // Real activities contain other events too: the queried event is not always the first.
    const sibling = accessEvent('edit', { ...about, isPrimary: false });
    if (logged.length > 0) this.#recorder.log(action, [sibling, ...logged]);
    const { loggedAgainAfterMs: againMs } = action;
    if (againMs !== undefined) this.#recorder.log({ ...action, at: action.at + againMs }, logged);
    for (const child of this.#state.items.descendants(item))
      this.#logReconciled(child, action, changes);
  }

  /** Logs the effect of a folder's change on its contents. */
  #logReconciled(
    child: Item,
    action: Action,
    changes: readonly Omit<AccessChange, 'about'>[],
  ): void {
    const about = { ...this.#subject(child), isPrimary: false };
    const events = changes.flatMap((change) => eventsOf({ ...change, about, isReconciled: true }));
    this.#recorder.log(action, events);
  }

  #waitingFor(grantee: Grantee): (() => void)[] | undefined {
    return 'email' in grantee ? this.#withoutAccount.get(grantee.email) : undefined;
  }

  #subject(item: Item): Subject {
    const drive = item.driveId === undefined ? undefined : this.#state.items.drive(item.driveId);
    return { item, drive, visibility: visibilityOf(this.#state, item) };
  }
}

function loggedGrantee(grantee: Grantee, { loggedAs }: LoggedAction): Grantee {
  if (!('email' in grantee) || loggedAs === undefined) return grantee;
  return addresseeOf(grantee.type, loggedAs);
}

function eventsOf(change: AccessChange): readonly AuditEvent[] {
  return 'email' in change.grantee ? [userAccessEvent(change)] : linkEvents(change);
}

function granteesOf({ to = [], group = [], domain, anyone }: Recipients): readonly Grantee[] {
  return [
    ...[to].flat().map((email) => addresseeOf('user', email)),
    ...[group].flat().map((email) => addresseeOf('group', email)),
    ...(domain === undefined ? [] : [{ type: 'domain', domain: domain.toLowerCase() } as const]),
    ...(anyone ? [{ type: 'anyone' } as const] : []),
  ];
}

function isOwner(item: Item, grantee: Grantee): boolean {
  return grantee.type === 'user' && grantee.email === item.owner;
}

function isSame(grant: Grant | undefined, old: Grant | undefined): boolean {
  return grant?.role === old?.role && grant?.expiresAt === old?.expiresAt;
}
