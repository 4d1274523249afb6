import { NotFound, PageTokenLost } from '../../src/vendors/google/errors.ts';
import type { GoogleClient } from '../../src/vendors/google/google-client.ts';
import type {
  Activity,
  ActivityEvent,
  ActivityQuery,
  Change,
  ChangesPage,
  File,
  Page,
  Permission,
  SharedDrive,
  User,
} from '../../src/vendors/google/rows.ts';
import { accessEvents, itemParameters, permission, userAccess } from './drive-company-rows.ts';

export const DOMAIN = 'acme.example';
export const ANN = `ann@${DOMAIN}`;
export const BOB = `bob@${DOMAIN}`;
export const DRIVE: SharedDrive = { id: 'drive-1', name: 'Deals' };

interface Item {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  owner: string | undefined;
  driveId: string | undefined;
  readonly folder: string | undefined;
  gone: boolean;
  /** by grantee's key: an email, `anyone`, `domain:NAME` */
  readonly grants: Map<string, string>;
}

interface Logged extends Activity {
  readonly visibleAt: number;
}

/** Page size, failures, and the delay of the audit log. */
export interface Conditions {
  pageSize: number;
  auditDelayMs: number;
  /** the audit log shows a grant to a person who has it */
  logsGrantsAgain?: boolean;
  /** Can throw to let the n-th call (from 1) of the client fail. */
  beforeCall: (call: number) => void;
}

/**
 * An in-memory Google with two users and a shared drive. What its people do appears page by page in
 * change logs, which keep only the latest entry per item, and in an audit log. Independent of the
 * sandbox, and faster.
 */
export class DriveCompany implements GoogleClient {
  readonly conditions: Conditions = { pageSize: 3, auditDelayMs: 0, beforeCall: () => {} };
  calls = 0;
  users: User[] = [ANN, BOB].map((email) => ({
    id: email,
    email,
    aliases: [],
    suspended: false,
    archived: false,
  }));
  readonly customerId = async () => 'C03company';
  readonly #now: () => number;
  readonly #items = new Map<string, Item>();
  readonly #members = new Map<string, string>([[ANN, 'organizer']]);
  readonly #logs = new Map<string, { at: number; id: string }[]>();
  readonly #lost = new Map<string, number>();
  readonly #audit: Logged[] = [];
  #activities = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  inTurn(): this {
    return this;
  }
  now(): number {
    return this.#now();
  }
  async learnTime(): Promise<void> {}
  async signIn(): Promise<void> {}

  // Actions of its people.

  create(id: string, where: { owner?: string; driveId?: string; folder?: string } = {}): string {
    const { driveId, folder } = where;
    const owner = where.owner ?? (driveId === undefined ? ANN : undefined);
    const createdAt = this.#now();
    this.#items.set(id, {
      id,
      name: `Name of ${id}`,
      createdAt,
      owner,
      driveId,
      folder,
      gone: false,
      grants: new Map(),
    });
    const members = [...this.#members].map(([email, role]) => userAccess(email, undefined, role));
    this.#logActivity(ANN, id, [
      { name: 'create', type: 'access', parameters: {} },
      ...(driveId === undefined ? [userAccess(owner ?? '', undefined, 'owner')] : members),
    ]);
    this.#logChanges(id);
    return id;
  }

  grant(id: string, keys: readonly string[], by: string, role = 'reader'): void {
    const item = this.#item(id);
    const events = keys.flatMap((key) => {
      const before = this.conditions.logsGrantsAgain ? undefined : item.grants.get(key);
      item.grants.set(key, role);
      return before === role ? [] : accessEvents(key, before, role);
    });
    if (events.length > 0) this.#logActivity(by, id, events);
    this.#logChanges(id);
  }

  revoke(id: string, keys: readonly string[], by: string): void {
    const item = this.#item(id);
    const events = keys.flatMap((key) => {
      const before = item.grants.get(key);
      item.grants.delete(key);
      return before === undefined ? [] : accessEvents(key, before, undefined);
    });
    if (events.length > 0) this.#logActivity(by, id, events);
    this.#logChanges(id);
  }

  setMember(email: string, role: string | undefined, by: string): void {
    const before = this.#members.get(email);
    if (before === role) return;
    if (role === undefined) this.#members.delete(email);
    else this.#members.set(email, role);
    this.#logActivity(by, DRIVE.id, [
      {
        name: 'shared_drive_membership_change',
        type: 'acl_change',
        parameters: {
          target_user: [email],
          added_role: [role ?? 'none'],
          removed_role: [before ?? 'none'],
          shared_drive_id: [DRIVE.id],
          doc_id: [DRIVE.id],
          doc_title: [DRIVE.name],
        },
      },
    ]);
    this.#addToLog(DRIVE.id, DRIVE.id);
  }

  /** A change that does not concern sharing. */
  edit(id: string): void {
    this.#logChanges(id);
  }

  transfer(id: string, to: string): void {
    const item = this.#item(id);
    this.#logChanges(id);
    item.owner = to;
    this.#logChanges(id);
  }

  remove(id: string): void {
    this.#item(id).gone = true;
    this.#logChanges(id);
  }

  /** Loses all tokens issued so far for the change log of a user or shared drive. */
  loseTokens(of: string): void {
    this.#lost.set(of, this.#logOf(of).length);
    this.#addToLog(of, 'lost');
  }

  // Responses to a client.

  async whoAmI(subject: string) {
    this.#count();
    const user = await this.findUser(subject || ANN);
    if (user === undefined) throw new NotFound(subject);
    return { email: user.email, permissionId: `drive-${user.id}` };
  }

  async findUser(address: string): Promise<User | undefined> {
    return this.users.find(({ email, aliases }) => email === address || aliases.includes(address));
  }

  async *listUsers(): AsyncGenerator<Page<User>> {
    yield* this.#pages(this.users);
  }

  async listDomains(): ReturnType<GoogleClient['listDomains']> {
    this.#count();
    return { rows: [DOMAIN], faulty: [], areAllNamed: true };
  }

  async startPageToken(subject: string, driveId?: string): Promise<string> {
    this.#count();
    return String(this.#logOf(driveId ?? subject).length);
  }

  async *listChanges(
    subject: string,
    pageToken: string,
    driveId?: string,
  ): AsyncGenerator<ChangesPage> {
    const name = driveId ?? subject;
    let place = Number(pageToken);
    for (;;) {
      this.#count();
      if (place < (this.#lost.get(name) ?? -1) + 1 && this.#lost.has(name)) {
        throw new PageTokenLost('lost');
      }
      const log = this.#logOf(name);
      const end = Math.min(place + this.conditions.pageSize, log.length);
      const latest = new Map(log.map(({ id }, index) => [id, index]));
      const rows = log
        .slice(place, end)
        .filter(({ id }, index) => latest.get(id) === place + index && id !== 'lost')
        .map(({ id, at }) => this.#change(subject, { id, at, driveId }));
      place = end;
      if (place === log.length) {
        yield { rows, newStartPageToken: String(place) };
        return;
      }
      yield { rows, nextPageToken: String(place) };
    }
  }

  async *listOwnedFiles(subject: string, pageToken?: string): AsyncGenerator<Page<File>> {
    const owned = [...this.#items.values()].filter(({ owner, gone }) => owner === subject && !gone);
    yield* this.#pages(
      owned.map((item) => this.#file(item, subject)),
      pageToken,
    );
  }

  async *listDriveFiles(
    subject: string,
    driveId: string,
    pageToken?: string,
  ): AsyncGenerator<Page<File>> {
    const items = [...this.#items.values()].filter(
      (item) => item.driveId === driveId && !item.gone,
    );
    yield* this.#pages(
      items.map((item) => this.#file(item, subject)),
      pageToken,
    );
  }

  async getFile(subject: string, fileId: string): Promise<File | undefined> {
    this.#count();
    const item = this.#items.get(fileId);
    return item === undefined || item.gone ? undefined : this.#file(item, subject);
  }

  /** This Google has no batches. */
  async getFilesTogether(): Promise<ReadonlyMap<string, File | undefined>> {
    return new Map();
  }

  async *listPermissions(_subject: string, fileId: string): AsyncGenerator<Page<Permission>> {
    if (fileId === DRIVE.id) {
      yield* this.#pages([...this.#members].map(([key, role]) => permission(key, role)));
      return;
    }
    const item = this.#items.get(fileId);
    if (item === undefined || item.gone) throw new NotFound(fileId);
    yield* this.#pages(this.#permissions(item));
  }

  async *listDrives(): AsyncGenerator<Page<SharedDrive>> {
    yield* this.#pages([DRIVE]);
  }

  async *listDriveMembers(): AsyncGenerator<Page<Permission>> {
    yield* this.#pages([...this.#members].map(([key, role]) => permission(key, role)));
  }

  async *listActivities(query: ActivityQuery): AsyncGenerator<Page<Activity>> {
    const { eventName, startTime, endTime, pageToken } = query;
    if (startTime >= endTime) throw new Error('Start time must be before the end time.');
    const seen = this.#audit.filter(
      ({ time, visibleAt, events }) =>
        time >= startTime &&
        time <= endTime &&
        visibleAt <= this.#now() &&
        events.some(({ name }) => name === eventName),
    );
    yield* this.#pages(seen.reverse(), pageToken);
  }

  async *#pages<Row>(rows: readonly Row[], pageToken = '0'): AsyncGenerator<Page<Row>> {
    let place = Number(pageToken);
    for (;;) {
      this.#count();
      const end = place + this.conditions.pageSize;
      const page = rows.slice(place, end);
      if (end >= rows.length) {
        yield { rows: page };
        return;
      }
      yield { rows: page, nextPageToken: String(end) };
      place = end;
    }
  }

  #count(): void {
    this.calls += 1;
    this.conditions.beforeCall(this.calls);
  }

  #change(
    subject: string,
    { id, at, driveId }: { id: string; at: number; driveId: string | undefined },
  ): Change {
    if (id === DRIVE.id) {
      return { kind: 'drive', driveId: id, time: at, removed: false, name: DRIVE.name };
    }
    const item = this.#items.get(id);
    if (item === undefined || item.gone) {
      return { kind: 'file', fileId: id, time: at, removed: true };
    }
    // A former owner no longer sees the item.
    const isVisible = driveId === item.driveId && (driveId !== undefined || item.owner === subject);
    return isVisible
      ? { kind: 'file', fileId: id, time: at, removed: false, file: this.#file(item, subject) }
      : { kind: 'file', fileId: id, time: at, removed: true };
  }

  #file(item: Item, subject: string): File {
    const permissions = this.#permissions(item);
    return {
      id: item.id,
      name: item.name,
      mimeType: 'application/pdf',
      webViewLink: `https://drive.google.com/file/d/${item.id}`,
      createdTime: item.createdAt,
      trashed: false,
      parents: item.folder === undefined ? [] : [item.folder],
      ownedByMe: item.owner === subject,
      owners: item.owner === undefined ? [] : [{ email: item.owner, name: 'Owner' }],
      shared: permissions.length > 0,
      hasAugmentedPermissions: item.driveId !== undefined && item.grants.size > 0,
      permissionIds: permissions.map(({ id }) => id),
      ...(item.driveId === undefined ? { permissions } : { driveId: item.driveId }),
    };
  }

  #permissions({ grants, folder, driveId }: Item): Permission[] {
    const own = [...grants].map(([key, role]) => permission(key, role));
    const above = folder === undefined ? [] : [...this.#item(folder).grants];
    const members = driveId === undefined ? [] : [...this.#members];
    const inherited = [...above, ...members]
      .filter(([key]) => !grants.has(key))
      .map(([key, role]) => ({ ...permission(key, role), inherited: true }));
    return [...own, ...inherited];
  }

  #item(id: string): Item {
    const item = this.#items.get(id);
    if (item === undefined) throw new Error(`no item ${id}`);
    return item;
  }

  #logOf(name: string): { at: number; id: string }[] {
    const log = this.#logs.get(name) ?? [];
    this.#logs.set(name, log);
    return log;
  }

  #addToLog(name: string, id: string): void {
    this.#logOf(name).push({ id, at: this.#now() });
  }

  /** Adds a change of the item, and of each item in it. */
  #logChanges(id: string): void {
    const inside = [...this.#items.values()].filter(({ folder }) => folder === id);
    for (const { id: each, owner, driveId } of [this.#item(id), ...inside]) {
      this.#addToLog(driveId ?? owner ?? '', each);
    }
  }

  #logActivity(actor: string, id: string, events: readonly ActivityEvent[]): void {
    const time = this.#now();
    this.#activities += 1;
    const about = itemParameters(id, this.#items.get(id), DRIVE.name);
    this.#audit.push({
      time,
      uniqueQualifier: String(-this.#activities),
      actor: { email: actor },
      visibleAt: time + this.conditions.auditDelayMs,
      events: events.map((event) => ({ ...event, parameters: { ...about, ...event.parameters } })),
    });
  }
}
