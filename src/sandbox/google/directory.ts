/** What an administrator may do: read the directory, the audit log, every shared drive. */
export type Privilege = 'directory' | 'reports' | 'drives';

export interface NewUser {
  readonly email: string;
  /** default: from the address */
  readonly givenName?: string;
  readonly familyName?: string;
  /** further addresses */
  readonly aliases?: readonly string[];
  /** default none */
  readonly privileges?: readonly Privilege[];
  /** false: an edition whose files leave no trace in the audit log */
  readonly audited?: boolean;
}

export interface User {
  readonly email: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly aliases: readonly string[];
  readonly privileges: Set<Privilege>;
  readonly audited: boolean;
  readonly createdAt: number;
  suspended: boolean;
  archived: boolean;
}

export interface Domain {
  readonly name: string;
  readonly isPrimary: boolean;
  readonly aliases: readonly string[];
  readonly createdAt: number;
}

/** People who follow from a number: a thousand of them take no memory. */
export interface ComputedUsers {
  readonly userCount: number;
  user(number: number): User;
  userWith(email: string): User | undefined;
}

export function newUser(given: NewUser, createdAt: number): User {
  const email = given.email.toLowerCase();
  const local = email.slice(0, email.indexOf('@'));
  return {
    email,
    givenName: given.givenName ?? local.charAt(0).toUpperCase() + local.slice(1),
    familyName: given.familyName ?? 'Tester',
    aliases: given.aliases ?? [],
    privileges: new Set(given.privileges),
    audited: given.audited ?? true,
    createdAt,
    suspended: false,
    archived: false,
  };
}

/** The people, groups and domains of the company. */
export class Directory {
  readonly #users = new Map<string, User>();
  readonly #groups = new Map<string, readonly string[]>();
  readonly #domains: Domain[] = [];
  readonly #deleted = new Set<string>();
  /** people who are computed; set once for a benchmark */
  generated: ComputedUsers | undefined;

  add(user: User): void {
    this.#users.set(user.email, user);
  }

  /** The account is gone: what it was given stands there as a deleted account's. */
  remove(email: string): void {
    this.#users.delete(email);
    this.#deleted.add(email);
  }

  isDeleted(email: string): boolean {
    return this.#deleted.has(email);
  }

  find(email: string): User | undefined {
    if (this.#deleted.has(email)) return undefined;
    return this.#users.get(email) ?? this.generated?.userWith(email);
  }

  /** The user, from now on stored even if computed. Throws where there is none. */
  kept(email: string): User {
    const user = this.find(email.toLowerCase());
    if (!user) throw new TypeError(`there is no user ${email}`);
    this.#users.set(user.email, user);
    return user;
  }

  /** Up to `count` users from a position in the order in which they were added. */
  slice(from: number, count: number): readonly User[] {
    const stored = [...this.#users.values()];
    const computed = this.generated?.userCount ?? 0;
    const until = Math.min(from + count, stored.length + computed);
    const users: User[] = [];
    for (let position = from; position < until; position += 1) {
      const user = stored[position] ?? this.generated?.user(position - stored.length);
      // A computed user who is stored stands among the stored.
      const isComputed = position >= stored.length;
      const isElsewhere = user && (this.#users.has(user.email) || this.#deleted.has(user.email));
      if (user && !(isComputed && isElsewhere)) users.push(user);
    }
    return users;
  }

  get size(): number {
    return this.#users.size + (this.generated?.userCount ?? 0);
  }

  addGroup(email: string, members: readonly string[]): void {
    this.#groups.set(email.toLowerCase(), members);
  }

  membersOf(group: string): readonly string[] {
    return this.#groups.get(group) ?? [];
  }

  addDomain(domain: Domain): void {
    this.#domains.push(domain);
  }

  get domains(): readonly Domain[] {
    return this.#domains;
  }
}
