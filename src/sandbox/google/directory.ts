/** An administrator's privileges: read the directory, the audit log, all shared drives. */
export type Privilege = 'directory' | 'reports' | 'drives';

export interface NewUser {
  readonly email: string;
  /** default: derived from the address */
  readonly givenName?: string;
  readonly familyName?: string;
  /** other addresses of the user */
  readonly aliases?: readonly string[];
  /** default: none */
  readonly privileges?: readonly Privilege[];
  /** false: an edition whose files are not in the audit log */
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

/** Users computed from a number: thousands of them take no memory. */
export interface ComputedUsers {
  readonly userCount: number;
  user(number: number): User;
  userWith(email: string): User | undefined;
}

export function newUser(options: NewUser, createdAt: number): User {
  const email = options.email.toLowerCase();
  const local = email.slice(0, email.indexOf('@'));
  return {
    email,
    givenName: options.givenName ?? local.charAt(0).toUpperCase() + local.slice(1),
    familyName: options.familyName ?? 'Tester',
    aliases: options.aliases ?? [],
    privileges: new Set(options.privileges),
    audited: options.audited ?? true,
    createdAt,
    suspended: false,
    archived: false,
  };
}

/** The users, groups, and domains of the company. */
export class Directory {
  readonly #users = new Map<string, User>();
  readonly #groups = new Map<string, readonly string[]>();
  readonly #domains: Domain[] = [];
  readonly #deleted = new Set<string>();
  /** computed users; set once for a benchmark */
  generated: ComputedUsers | undefined;

  add(user: User): void {
    this.#users.set(user.email, user);
  }

  /** Deletes the account. Its grants remain, as those of a deleted account. */
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

  /** The user, stored from now on even if computed. Throws for an unknown email. */
  kept(email: string): User {
    const user = this.find(email.toLowerCase());
    if (!user) throw new TypeError(`there is no user ${email}`);
    this.#users.set(user.email, user);
    return user;
  }

  /** Up to `count` users from a position, in the order in which they were added. */
  slice(from: number, count: number): readonly User[] {
    const stored = [...this.#users.values()];
    const computed = this.generated?.userCount ?? 0;
    const until = Math.min(from + count, stored.length + computed);
    const users: User[] = [];
    for (let position = from; position < until; position += 1) {
      const user = stored[position] ?? this.generated?.user(position - stored.length);
      // A computed user who was stored is listed with the stored users.
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
