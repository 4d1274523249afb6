import { digitsOf, type Grantee, permissionIdOf } from './grantees.ts';

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
  /** the primary address */
  readonly email: string;
  /** unique name of the account, which renaming does not change: Google's ids derive from it */
  readonly account: string;
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
    account: email,
    givenName: options.givenName ?? local.charAt(0).toUpperCase() + local.slice(1),
    familyName: options.familyName ?? 'Tester',
    aliases: (options.aliases ?? []).map((alias) => alias.toLowerCase()),
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
  readonly #accounts = new Set<string>();
  /** accounts by the present address of a renamed user */
  readonly #renamed = new Map<string, string>();
  /** computed users; set once for a benchmark */
  generated: ComputedUsers | undefined;

  /** A new user with the address of a deleted or renamed one has another account. */
  add(user: User): User {
    const { account: name } = user;
    let account = name;
    for (let number = 2; this.#accounts.has(account); number += 1) account = `${name} ${number}`;
    const added = { ...user, account };
    this.#accounts.add(account);
    this.#deleted.delete(user.email);
    this.#users.set(user.email, added);
    if (account !== user.email) this.#renamed.set(user.email, account);
    return added;
  }

  /** Gives a user another primary address; the old one becomes an alias or is free again. */
  rename(from: string, to: string, old: 'alias' | 'released'): User {
    const user = this.kept(from);
    const aliases = user.aliases.filter((alias) => alias !== to);
    const renamed: User = {
      ...user,
      email: to,
      aliases: old === 'alias' ? [...aliases, from] : aliases,
    };
    const others = [...this.#users.values()].map((each) => (each === user ? renamed : each));
    this.#users.clear();
    for (const each of others) this.#users.set(each.email, each);
    this.#renamed.delete(from);
    this.#renamed.set(to, user.account);
    return renamed;
  }

  setAliases(email: string, aliases: readonly string[]): void {
    const user = this.kept(email);
    this.#users.set(user.email, { ...user, aliases });
  }

  /** Drive reference, Permission.id: the same for a grantee on every item and after renaming. */
  permissionIdOf(grantee: Grantee): string {
    const account = 'email' in grantee ? this.#renamed.get(grantee.email) : undefined;
    return account === undefined
      ? permissionIdOf(grantee)
      : permissionIdOf({ type: 'user', email: account });
  }

  /** The id in the Directory and in the audit log. */
  profileIdOf(email: string): string {
    return digitsOf(`profile ${this.find(email)?.account ?? email}`).slice(0, 21);
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

  /** The user with this primary address or alias. */
  findByAny(address: string): User | undefined {
    const byAlias = () => this.#users.values().find(({ aliases }) => aliases.includes(address));
    return this.find(address) ?? byAlias();
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

  isGroup(email: string): boolean {
    return this.#groups.has(email);
  }

  membersOf(group: string): readonly string[] {
    return this.#groups.get(group) ?? [];
  }

  addDomain(domain: Domain): void {
    this.#domains.push(domain);
  }

  removeDomain(name: string): void {
    const index = this.#domains.findIndex((domain) => domain.name === name);
    if (index >= 0) this.#domains.splice(index, 1);
  }

  get domains(): readonly Domain[] {
    return this.#domains;
  }
}
