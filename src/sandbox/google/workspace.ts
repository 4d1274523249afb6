import { AuditLog } from './audit-log.ts';
import { CallCounts, type GoogleCalls } from './call-counts.ts';
import { ChangeLogs, type LostTokenStatus } from './change-log.ts';
import { type Action, ChangeRecorder } from './change-recorder.ts';
import {
  type Consent,
  Credentials,
  type OAuthClient,
  type ServiceAccountOptions,
} from './credentials.ts';
import { Directory, type NewUser, newUser, type Privilege } from './directory.ts';
import { EffectivePermissions } from './effective-permissions.ts';
import { type Destination, FileActions, type NewFile } from './file-actions.ts';
import { Generated, type GeneratedCompany } from './generated-company.ts';
import { addresseeOf, type Grantee, type Role } from './grantees.ts';
import { type InjectedErrorRule, InjectedErrors } from './injected-errors.ts';
import { FOLDER_TYPE, Items, type SharedDrive } from './items.ts';
import { defaultSettings, type GoogleSettings } from './settings.ts';
import { type Recipients, type Sharing, SharingActions } from './sharing-actions.ts';
import type { WorkspaceState } from './workspace-state.ts';

export interface GoogleOptions {
  readonly clock: { now(): number };
  /** default: acme.example */
  readonly domain?: string;
  /** default: admin@DOMAIN; the first user, with every privilege */
  readonly admin?: string;
  readonly serviceAccount?: ServiceAccountOptions;
}

/** The actor and the time of an action. */
export interface ActionOptions {
  /** email */
  readonly by: string;
  /** epoch milliseconds; default: now */
  readonly at?: number;
}

export interface NewSharedDrive {
  readonly name: string;
  /** roles by email of a person or group; the first organizer creates the drive */
  readonly members: Readonly<Record<string, Role>>;
  /** epoch milliseconds; default: now */
  readonly at?: number;
}

/** The simulated Google Workspace: everything that its people and administrators do. */
export class Workspace {
  readonly domain: string;
  /** email of the administrator that clients action as */
  readonly admin: string;
  readonly state: WorkspaceState;
  readonly #sharing: SharingActions;
  readonly #files: FileActions;
  readonly #recorder: ChangeRecorder;

  constructor(options: GoogleOptions) {
    const settings = defaultSettings();
    const items = new Items();
    const directory = new Directory();
    const now = () => options.clock.now() + settings.clockAheadMs;
    this.state = {
      now,
      settings,
      items,
      directory,
      access: new EffectivePermissions(items, directory),
      credentials: new Credentials(),
      changes: new ChangeLogs(),
      audit: new AuditLog(),
      injectedErrors: new InjectedErrors(),
      callCounts: new CallCounts(),
      rowChanges: new Map(),
    };
    this.#recorder = new ChangeRecorder(this.state);
    this.#sharing = new SharingActions(this.state, this.#recorder);
    this.#files = new FileActions(this.state, this.#recorder);
    this.domain = options.domain ?? 'acme.example';
    this.admin = (options.admin ?? `admin@${this.domain}`).toLowerCase();
    directory.addDomain({ name: this.domain, isPrimary: true, aliases: [], createdAt: now() });
    const privileges: readonly Privilege[] = ['directory', 'reports', 'drives'];
    this.addUser({ email: this.admin, privileges });
    if (options.serviceAccount) this.state.credentials.addServiceAccount(options.serviceAccount);
  }

  /** Adds a user of the company; returns the email. */
  addUser(user: NewUser | string): string {
    const options = typeof user === 'string' ? { email: user } : user;
    return this.state.directory.add(newUser(options, this.state.now())).email;
  }

  /** Gives a user another primary address; by default, the old one stays as an alias. */
  renameUser(from: string, to: string, old: 'alias' | 'released' = 'alias'): string {
    const [before, after] = [from.toLowerCase(), to.toLowerCase()];
    const { directory, items, changes, credentials } = this.state;
    directory.rename(before, after, old);
    credentials.renameUser(before, after);
    items.renameUser(before, after);
    changes.rename(before, after);
    return after;
  }

  /** Replaces the aliases of a user. */
  setAliases(email: string, aliases: readonly string[]): void {
    const lowered = aliases.map((alias) => alias.toLowerCase());
    this.state.directory.setAliases(email, lowered);
  }

  /** Suspended and archived users get no tokens but keep their files. */
  setUserState(email: string, state: 'active' | 'suspended' | 'archived'): void {
    const user = this.state.directory.kept(email);
    user.suspended = state === 'suspended';
    user.archived = state === 'archived';
  }

  /** Deletes an internal or external account. Its permissions remain, marked `deleted`. */
  deleteAccount(email: string): void {
    this.state.directory.remove(email.toLowerCase());
  }

  /** Removes a privilege from an administrator. */
  deny(email: string, privilege: Privilege): void {
    this.state.directory.kept(email).privileges.delete(privilege);
  }

  allow(email: string, privilege: Privilege): void {
    this.state.directory.kept(email).privileges.add(privilege);
  }

  /** Removes a domain of the company. Renames no one. */
  removeDomain(name: string): void {
    this.state.directory.removeDomain(name.toLowerCase());
  }

  /** Adds a secondary domain of the company, with its alias domains. */
  addDomain(name: string, aliases: readonly string[] = []): void {
    const createdAt = this.state.now();
    this.state.directory.addDomain({ name, isPrimary: false, aliases, createdAt });
  }

  /** Clients cannot see the members of a group. Members see what is shared with the group. */
  addGroup(email: string, members: readonly string[] = []): void {
    this.state.directory.addGroup(email, members);
  }

  /** Returns the drive's ID. The audit log also shows each initial member. */
  addSharedDrive({ name, members, at = this.state.now() }: NewSharedDrive): string {
    const id = this.#files.makeId('0A');
    const drive: SharedDrive = { id, name, createdAt: at, members: new Map(), deleted: false };
    this.state.items.addDrive(drive);
    const organizer = Object.entries(members).find(([, role]) => role === 'organizer')?.[0];
    for (const [member, role] of Object.entries(members))
      this.setMember(id, { member, role, by: organizer ?? this.admin, at });
    return id;
  }

  setMember(
    driveId: string,
    member: ActionOptions & { readonly member: string; readonly role: Role },
  ): void {
    const grantee = this.#member(member.member);
    const change = { ...this.#action(member), role: member.role };
    this.#sharing.setMember(this.#drive(driveId), grantee, change);
  }

  removeMember(
    driveId: string,
    { member, ...action }: ActionOptions & { readonly member: string },
  ): void {
    const grantee = this.#member(member);
    this.#sharing.setMember(this.#drive(driveId), grantee, this.#action(action));
  }

  /** Deletes the drive and everything on it. */
  deleteSharedDrive(driveId: string, action: ActionOptions): void {
    const drive = this.#drive(driveId);
    this.#recorder.changeDrive(drive, this.#action(action).at, () => {
      drive.deleted = true;
    });
  }

  /** Returns the file's ID. */
  createFile(file: NewFile): string {
    return this.#files.create(file);
  }

  /** Returns the folder's ID. */
  createFolder(folder: Omit<NewFile, 'mimeType'>): string {
    return this.#files.create({ ...folder, mimeType: FOLDER_TYPE });
  }

  /** Shares a file or folder. For existing grantees, changes the role or expiry. */
  share(fileId: string, sharing: Sharing): void {
    this.#sharing.share(fileId, sharing);
  }

  revoke(fileId: string, from: Recipients & ActionOptions): void {
    this.#sharing.revoke(fileId, from);
  }

  move(fileId: string, to: Destination, action: ActionOptions): void {
    this.#files.move(fileId, to, this.#action(action));
  }

  /** Makes another user the owner of a file in My Drive. */
  transfer(fileId: string, { to, ...action }: ActionOptions & { readonly to: string }): void {
    this.#files.transfer(fileId, to, this.#action(action));
  }

  rename(fileId: string, name: string, action: ActionOptions): void {
    this.#files.rename(fileId, name, this.#action(action));
  }

  /** Changes the content, which has nothing to do with sharing. */
  edit(fileId: string, action: ActionOptions): void {
    this.#files.edit(fileId, this.#action(action));
  }

  trash(fileId: string, action: ActionOptions): void {
    this.#files.setTrashed(fileId, 'trash', this.#action(action));
  }

  untrash(fileId: string, action: ActionOptions): void {
    this.#files.setTrashed(fileId, 'untrash', this.#action(action));
  }

  /** Deletes permanently. */
  remove(fileId: string, action: ActionOptions): void {
    this.#files.remove(fileId, this.#action(action));
  }

  /** Marks an invitee without a Google account: absent from the audit log until `makesAccount`. */
  withoutAccount(email: string): void {
    this.#sharing.withoutAccount(email);
  }

  makesAccount(email: string): void {
    this.#sharing.makesAccount(email);
  }

  /** Removes expired grants; every request calls this first. */
  expire(): void {
    this.#sharing.expire();
  }

  /** Delays the audit log entries of later actions; Infinity: they never appear. */
  setLateAudit(ms: number): void {
    this.state.settings.auditDelayMs = ms;
  }

  set(settings: Partial<GoogleSettings>): void {
    Object.assign(this.state.settings, settings);
  }

  /** Makes later calls fail as Google does, for example if a quota is used up. */
  refuse(rule: InjectedErrorRule): void {
    this.state.injectedErrors.add(rule);
  }

  clearRefusals(): void {
    this.state.injectedErrors.clear();
  }

  /** Invalidates all issued tokens of a change log, named by an email or a drive's ID. */
  loseChangeTokens(of: string, status: LostTokenStatus): void {
    this.state.changes.kept(of).lose(status);
  }

  /** The next `count` responses of changes.list are empty pages with a next page token. */
  giveEmptyPages(count: number): void {
    this.state.changes.emptyPages += count;
  }

  addServiceAccount(options: ServiceAccountOptions): void {
    this.state.credentials.addServiceAccount(options);
  }

  /** Sets the scopes that domain-wide delegation grants to every service account. */
  setScopes(scopes: readonly string[]): void {
    for (const account of this.state.credentials.serviceAccounts) account.scopes = scopes;
  }

  addOAuthClient(client: OAuthClient): void {
    this.state.credentials.addClient(client);
  }

  /** Issues a refresh token, as the consent screen does. */
  issueRefreshToken(consent: Consent): string {
    return this.state.credentials.issueRefreshToken(consent);
  }

  revokeRefreshToken(refreshToken: string): void {
    this.state.credentials.revokeRefreshToken(refreshToken);
  }

  /** Invalidates every access token: later calls return 401. */
  expireSessions(): void {
    this.state.credentials.endSessions();
  }

  /** Adds a computed company for a benchmark. Can be called once. */
  generate(company: GeneratedCompany): void {
    const generated = new Generated(this.domain, company);
    const { directory, items, audit } = this.state;
    directory.generated = generated;
    items.generated = generated;
    audit.generated = generated;
  }

  get calls(): GoogleCalls {
    return this.state.callCounts.calls;
  }

  resetCalls(): void {
    this.state.callCounts.reset();
  }

  #action({ by, at }: ActionOptions): Action {
    return { by: by.toLowerCase(), at: at ?? this.state.now() };
  }

  #member(address: string): Grantee {
    const isGroup = this.state.directory.isGroup(address.toLowerCase());
    return addresseeOf(isGroup ? 'group' : 'user', address);
  }

  #drive(id: string): SharedDrive {
    const drive = this.state.items.drive(id);
    if (!drive) throw new TypeError(`there is no shared drive ${id}`);
    return drive;
  }
}
