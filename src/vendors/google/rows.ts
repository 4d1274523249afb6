import type { FaultyRow, ParsedRows } from '../faulty-row.ts';

/**
 * Google's data, parsed: times in epoch milliseconds, domains and the addresses of users in lower case.
 * The addresses of grantees, owners, and actors have the case as given, because they are sent.
 */

/** One page of a list; `nextPageToken` links to the next page and is absent on the last. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  /** rows that cannot be read; they are not among `rows` */
  readonly faulty?: readonly FaultyRow[];
  readonly nextPageToken?: string;
}

/** One page of a change log. The last has `newStartPageToken`, every other `nextPageToken`. */
export interface ChangesPage extends Page<Change> {
  /** where to resume once every page is applied; it does not expire */
  readonly newStartPageToken?: string;
}

export interface Person {
  readonly email: string;
  readonly name?: string;
}

/** The user whom a token is for. */
export interface Account extends Person {
  /** Drive's own id of the account; it does not change with the address */
  readonly permissionId?: string;
}

/** A user of the Workspace's directory. */
export interface User extends Person {
  /** it does not change with the address, and a new user with an old address has another */
  readonly id: string;
  /** other addresses of the same person */
  readonly aliases: readonly string[];
  readonly suspended: boolean;
  readonly archived: boolean;
  readonly createdTime?: number;
}

/** The domains of a Workspace and their aliases. */
export interface Domains extends ParsedRows<string> {
  /** false: a faulty row does not even name its domain */
  readonly areAllNamed: boolean;
}

export interface SharedDrive {
  readonly id: string;
  readonly name: string;
  readonly createdTime?: number;
}

/** A file or folder, as the subject sees it. */
export interface File {
  readonly id: string;
  /** can be empty */
  readonly name: string;
  readonly mimeType: string;
  readonly webViewLink?: string;
  readonly createdTime?: number;
  readonly trashed: boolean;
  /** the shared drive that contains it */
  readonly driveId?: string;
  /** its folder, if the subject sees it; can be a shared drive, or My Drive's root */
  readonly parents: readonly string[];
  readonly ownedByMe: boolean;
  /** `email` as given */
  readonly owners: readonly Partial<Person>[];
  readonly shared: boolean;
  /** on a shared drive: others than the drive's members have access; absent: unknown */
  readonly hasAugmentedPermissions?: boolean;
  readonly permissionIds: readonly string[];
  /** absent on shared drives, and if the subject may not share the file */
  readonly permissions?: readonly Permission[];
  /** permissions that cannot be read; they are not among `permissions` */
  readonly faultyPermissions?: readonly FaultyRow[];
}

/** One grantee's access to one item. It has neither a time nor a grantor. */
export interface Permission {
  /** the same for the same grantee everywhere */
  readonly id: string;
  readonly type: 'user' | 'group' | 'domain' | 'anyone';
  /** owner, organizer, fileOrganizer, writer, commenter, reader */
  readonly role: string;
  /** as given; can be absent for a user */
  readonly email?: string;
  readonly name?: string;
  readonly domain?: string;
  /** the grantee's account is deleted */
  readonly deleted: boolean;
  readonly pendingOwner: boolean;
  readonly expirationTime?: number;
  /** `published`: for a published view only; `metadata`: sees that the item exists */
  readonly view?: string;
  /** exists only by inheritance from a folder or a drive */
  readonly inherited: boolean;
  /** false: Google did not report whether it is inherited */
  readonly isOriginKnown: boolean;
}

/** An entry of a change log: the item's current state, not what happened to it. */
export type Change =
  | {
      readonly kind: 'file';
      readonly fileId: string;
      readonly time: number;
      /** no longer in this log; has `file` if it only moved and the subject still sees it */
      readonly removed: boolean;
      readonly file?: File;
    }
  | {
      readonly kind: 'drive';
      readonly driveId: string;
      readonly time: number;
      readonly removed: boolean;
      readonly name?: string;
    };

/** An entry of the audit log. It can be returned again; its key is time, qualifier and index. */
export interface Activity {
  readonly time: number;
  /** a 64-bit number, digit for digit */
  readonly uniqueQualifier: string;
  readonly actor: {
    /** as given */
    readonly email?: string;
    readonly profileId?: string;
    /** the actor, if it was not a user */
    readonly key?: string;
  };
  /** of one action, including events that were not queried */
  readonly events: readonly ActivityEvent[];
}

export interface ActivityEvent {
  readonly name: string;
  readonly type: string;
  /** always a list, whether Google sent one value or several; booleans as 'true' and 'false' */
  readonly parameters: Readonly<Record<string, readonly string[]>>;
}

export interface ActivityQuery {
  readonly eventName: string;
  /** epoch milliseconds; Google rejects a time more than 180 days ago */
  readonly startTime: number;
  readonly endTime: number;
  readonly pageToken?: string;
}
