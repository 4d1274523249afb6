import { userAccessEvent } from './audit-events.ts';
import type { Activity, ComputedActivities } from './audit-log.ts';
import { type ComputedUsers, type NewUser, newUser, type User } from './directory.ts';
import { type Grant, permissionIdOf } from './grantees.ts';
import type { ComputedFiles, Item } from './items.ts';

/** A company of any size, computed on request, so that it takes no memory. */
export interface GeneratedCompany {
  /** number of users without privileges, named `user0000123@DOMAIN` */
  readonly users: number;
  /** number of files, spread evenly over the users */
  readonly files: number;
  /** number of files, spread evenly, that are shared with one external person each */
  readonly outsideGrants: number;
  /** creation time of all files, epoch milliseconds */
  readonly filesAt: number;
  /** number of shares in the audit log, each of one file with one external person */
  readonly activities: number;
  /** time of the first activity, epoch milliseconds */
  readonly activitiesAt: number;
  readonly activityEveryMs: number;
  /** grantee of file or activity number N; default: buyerN@customerM.example */
  readonly granteeOf?: (number: number) => string;
}

const CUSTOMERS = 5_000;
const USER_NAME = /^user(\d{7})@(.+)$/;
const FILE_ID = /^1computed(\d{9})sharetrailSandboxFile$/;

export class Generated implements ComputedUsers, ComputedFiles, ComputedActivities {
  readonly userCount: number;
  readonly activityCount: number;
  readonly #options: GeneratedCompany;
  readonly #domain: string;

  constructor(domain: string, options: GeneratedCompany) {
    this.#options = options;
    this.userCount = options.users;
    this.activityCount = options.activities;
    this.#domain = domain;
  }

  user(number: number): User {
    const named: NewUser = {
      email: `user${String(number).padStart(7, '0')}@${this.#domain}`,
      givenName: 'User',
      familyName: String(number),
    };
    return newUser(named, this.#options.filesAt);
  }

  userWith(email: string): User | undefined {
    const [, number, domain] = USER_NAME.exec(email) ?? [];
    const isOne = domain === this.#domain && Number(number) < this.#options.users;
    return isOne ? this.user(Number(number)) : undefined;
  }

  filesOf(email: string): { readonly from: number; readonly until: number } {
    const number = Number(USER_NAME.exec(email)?.[1]);
    if (!this.userWith(email)) return { from: 0, until: 0 };
    const { users, files } = this.#options;
    const firstOf = (user: number) => Math.ceil((user * files) / users);
    return { from: firstOf(number), until: firstOf(number + 1) };
  }

  file(number: number): Item {
    const { users, files, filesAt } = this.#options;
    const grant = this.#grantOf(number);
    return {
      id: `1computed${String(number).padStart(9, '0')}sharetrailSandboxFile`,
      mimeType: 'application/pdf',
      createdAt: filesAt,
      modifiedAt: filesAt,
      hasLink: true,
      grants: new Map(grant ? [[permissionIdOf(grant.grantee), grant]] : []),
      name: `Proposal ${number}.pdf`,
      owner: this.user(Math.floor((number * users) / files)).email,
      driveId: undefined,
      parent: undefined,
      trashed: false,
      deleted: false,
    };
  }

  fileWithId(id: string): Item | undefined {
    const number = Number(FILE_ID.exec(id)?.[1]);
    return number < this.#options.files ? this.file(number) : undefined;
  }

  countBefore(at: number): number {
    const { activities, activitiesAt, activityEveryMs } = this.#options;
    const passed = Math.ceil((at - activitiesAt) / activityEveryMs);
    return Math.max(0, Math.min(activities, passed));
  }

  activity(number: number): Activity {
    const item = this.file(number % this.#options.files);
    const at = this.#options.activitiesAt + number * this.#options.activityEveryMs;
    const grantee = { type: 'user', email: this.#granteeOf(number) } as const;
    const about = { item, drive: undefined };
    const event = userAccessEvent({ about, grantee, from: undefined, to: 'reader' });
    return { at, order: number, actor: item.owner ?? '', events: [event], visibleAt: at };
  }

  #grantOf(number: number): Grant | undefined {
    const { files, outsideGrants } = this.#options;
    const rank = (place: number) => Math.floor((place * outsideGrants) / files);
    if (rank(number) === rank(number + 1)) return undefined;
    return { grantee: { type: 'user', email: this.#granteeOf(number) }, role: 'reader' };
  }

  #granteeOf(number: number): string {
    const { granteeOf } = this.#options;
    return granteeOf?.(number) ?? `buyer${number}@customer${number % CUSTOMERS}.example`;
  }
}
