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
import type { Role } from './grantees.ts';
import { type InjectedErrorRule, InjectedErrors } from './injected-errors.ts';
import { FOLDER_TYPE, Items, type SharedDrive } from './items.ts';
import { defaultSettings, type GoogleSettings } from './settings.ts';
import { type Recipients, type Sharing, SharingActions } from './sharing-actions.ts';
import type { WorkspaceState } from './workspace-state.ts';

export interface GoogleOptions {
  readonly clock: { now(): number };
  /** default acme.example */
  readonly domain?: string;
  /** default admin@DOMAIN: the first user, with every privilege */
  readonly admin?: string;
  readonly serviceAccount?: ServiceAccountOptions;
}

/** Who does something, and when: default now. */
export interface ActionOptions {
  /** email */
  readonly by: string;
  /** epoch milliseconds */
  readonly at?: number;
}

export interface NewSharedDrive {
  readonly name: string;
  /** emails with their roles; the first organizer makes the drive */
  readonly members: Readonly<Record<string, Role>>;
  /** epoch milliseconds; default now */
  readonly at?: number;
}

/** The control surface of the made-up Google Workspace: what people and admins do in it. */
export class Workspace {
  readonly domain: string;
  /** email of the administrator that clients act as */
  readonly admin: string;
  readonly state: WorkspaceState;
  readonly #sharing: SharingActions;
  readonly #filing: FileActions;
  readonly #journal: ChangeRecorder;

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
    };
    this.#journal = new ChangeRecorder(this.state);
    this.#sharing = new SharingActions(this.state, this.#journal);
    this.#filing = new FileActions(this.state, this.#journal);
    this.domain = options.domain ?? 'acme.example';
    this.admin = (options.admin ?? `admin@${this.domain}`).toLowerCase();
    directory.addDomain({ name: this.domain, isPrimary: true, aliases: [], createdAt: now() });
    const privileges: readonly Privilege[] = ['directory', 'reports', 'drives'];
    this.addUser({ email: this.admin, privileges });
    if (options.serviceAccount) this.state.credentials.addServiceAccount(options.serviceAccount);
  }

  /** Adds somebody of the company; gives the email. */
  addUser(user: NewUser | string): string {
    const given = typeof user === 'string' ? { email: user } : user;
    const added = newUser(given, this.state.now());
    this.state.directory.add(added);
    return added.email;
  }

  /** `suspended` and `archived` users get no tokens, and keep what they own. */
  setUserState(email: string, state: 'active' | 'suspended' | 'archived'): void {
    const user = this.state.directory.kept(email);
    user.suspended = state === 'suspended';
    user.archived = state === 'archived';
  }

  /** Deletes an account, of the company or outside: its permissions remain, as `deleted`. */
  deleteAccount(email: string): void {
    this.state.directory.remove(email.toLowerCase());
  }

  /** Takes a privilege from an administrator. */
  deny(email: string, privilege: Privilege): void {
    this.state.directory.kept(email).privileges.delete(privilege);
  }

  allow(email: string, privilege: Privilege): void {
    this.state.directory.kept(email).privileges.add(privilege);
  }

  /** A further domain of the company, with domains that stand for it. */
  addDomain(name: string, aliases: readonly string[] = []): void {
    const createdAt = this.state.now();
    this.state.directory.addDomain({ name, isPrimary: false, aliases, createdAt });
  }

  /** Who is in a group is not visible to clients; members see what it is given. */
  addGroup(email: string, members: readonly string[] = []): void {
    this.state.directory.addGroup(email, members);
  }

  /** Gives the drive's id. Each first member stands in the audit log, too. */
  addSharedDrive({ name, members, at = this.state.now() }: NewSharedDrive): string {
    const id = this.#filing.makeId('0A');
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
    const grantee = { type: 'user', email: member.member.toLowerCase() } as const;
    const change = { ...this.#act(member), role: member.role };
    this.#sharing.setMember(this.#drive(driveId), grantee, change);
  }

  removeMember(
    driveId: string,
    { member, ...doing }: ActionOptions & { readonly member: string },
  ): void {
    const grantee = { type: 'user', email: member.toLowerCase() } as const;
    this.#sharing.setMember(this.#drive(driveId), grantee, this.#act(doing));
  }

  /** The drive vanishes with all that is on it. */
  deleteSharedDrive(driveId: string, doing: ActionOptions): void {
    const drive = this.#drive(driveId);
    this.#journal.changeDrive(drive, this.#act(doing).at, () => {
      drive.deleted = true;
    });
  }

  /** Gives the file's id. */
  createFile(file: NewFile): string {
    return this.#filing.create(file);
  }

  /** Gives the folder's id. */
  createFolder(folder: Omit<NewFile, 'mimeType'>): string {
    return this.#filing.create({ ...folder, mimeType: FOLDER_TYPE });
  }

  /** Gives access to a file or folder; for those who have it already: another role or expiry. */
  share(fileId: string, sharing: Sharing): void {
    this.#sharing.share(fileId, sharing);
  }

  revoke(fileId: string, from: Recipients & ActionOptions): void {
    this.#sharing.revoke(fileId, from);
  }

  move(fileId: string, to: Destination, doing: ActionOptions): void {
    this.#filing.move(fileId, to, this.#act(doing));
  }

  rename(fileId: string, name: string, doing: ActionOptions): void {
    this.#filing.rename(fileId, name, this.#act(doing));
  }

  /** A change of the content: it says nothing about sharing. */
  edit(fileId: string, doing: ActionOptions): void {
    this.#filing.edit(fileId, this.#act(doing));
  }

  trash(fileId: string, doing: ActionOptions): void {
    this.#filing.setTrashed(fileId, 'trash', this.#act(doing));
  }

  untrash(fileId: string, doing: ActionOptions): void {
    this.#filing.setTrashed(fileId, 'untrash', this.#act(doing));
  }

  /** Deletes for good. */
  remove(fileId: string, doing: ActionOptions): void {
    this.#filing.remove(fileId, this.#act(doing));
  }

  /** An invitee without a Google account: not in the audit log before `makesAccount`. */
  withoutAccount(email: string): void {
    this.#sharing.withoutAccount(email);
  }

  makesAccount(email: string): void {
    this.#sharing.makesAccount(email);
  }

  /** What runs out by now is gone; every request does this first. */
  expire(): void {
    this.#sharing.expire();
  }

  /** What is done from now on is seen so much later in the audit log; Infinity: never. */
  setLateAudit(ms: number): void {
    this.state.settings.auditDelayMs = ms;
  }

  set(settings: Partial<GoogleSettings>): void {
    Object.assign(this.state.settings, settings);
  }

  /** Refuses calls to come, as Google does when something is used up, broken or forbidden. */
  refuse(rule: InjectedErrorRule): void {
    this.state.injectedErrors.add(rule);
  }

  clearRefusals(): void {
    this.state.injectedErrors.clear();
  }

  /** The tokens given out so far for a change log (an email, or a drive's id) are lost. */
  loseChangeTokens(of: string, answer: LostTokenStatus): void {
    this.state.changes.kept(of).lose(answer);
  }

  /** The next so many answers of changes.list are empty, and lead on. */
  giveEmptyPages(count: number): void {
    this.state.changes.emptyPages += count;
  }

  addServiceAccount(options: ServiceAccountOptions): void {
    this.state.credentials.addServiceAccount(options);
  }

  /** What domain-wide delegation grants from now on, to every service account. */
  setScopes(scopes: readonly string[]): void {
    for (const account of this.state.credentials.serviceAccounts) account.scopes = scopes;
  }

  addOAuthClient(client: OAuthClient): void {
    this.state.credentials.addClient(client);
  }

  /** A refresh token as the consent screen would have given it. */
  issueRefreshToken(consent: Consent): string {
    return this.state.credentials.issueRefreshToken(consent);
  }

  revokeRefreshToken(refreshToken: string): void {
    this.state.credentials.revokeRefreshToken(refreshToken);
  }

  /** Every access token is answered 401 from now on. */
  expireSessions(): void {
    this.state.credentials.endSessions();
  }

  /** Adds a computed company for a benchmark; only once. */
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

  #act({ by, at }: ActionOptions): Action {
    return { by: by.toLowerCase(), at: at ?? this.state.now() };
  }

  #drive(id: string): SharedDrive {
    const drive = this.state.items.drive(id);
    if (!drive) throw new TypeError(`there is no shared drive ${id}`);
    return drive;
  }
}
