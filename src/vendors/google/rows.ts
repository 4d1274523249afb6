/** What Google's answers become: times in epoch milliseconds, addresses and domains lower case. */

/** One page of a list; `nextPageToken` leads to the page after it and is absent on the last. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly nextPageToken?: string;
}

/** One page of a change log; the last has `newStartPageToken`, each other `nextPageToken`. */
export interface ChangesPage extends Page<Change> {
  /** from where the log goes on, once every page is applied; it does not expire */
  readonly newStartPageToken?: string;
}

export interface Account {
  readonly email: string;
  readonly name?: string;
}

/** A user of the Workspace's directory. */
export interface User extends Account {
  readonly id: string;
  /** other addresses of the same person */
  readonly aliases: readonly string[];
  readonly suspended: boolean;
  readonly archived: boolean;
}

export interface SharedDrive {
  readonly id: string;
  readonly name: string;
  readonly createdTime?: number;
}

/** A file or folder, as the subject sees it. */
export interface File {
  readonly id: string;
  /** may be empty */
  readonly name: string;
  readonly mimeType: string;
  readonly webViewLink?: string;
  readonly createdTime?: number;
  readonly trashed: boolean;
  /** the shared drive that it is on */
  readonly driveId?: string;
  /** the folder that it is in, as far as the subject sees it; a shared drive, or My Drive's root */
  readonly parents: readonly string[];
  readonly ownedByMe: boolean;
  readonly owners: readonly Partial<Account>[];
  readonly shared: boolean;
  /** on a shared drive: somebody has access beside the drive's members; absent: not told */
  readonly hasAugmentedPermissions?: boolean;
  readonly permissionIds: readonly string[];
  /** absent where Google gives none: on shared drives, and where the subject may not share */
  readonly permissions?: readonly Permission[];
}

/** One grantee's access to one item. It has no time and no giver. */
export interface Permission {
  /** the same for the same grantee everywhere */
  readonly id: string;
  readonly type: 'user' | 'group' | 'domain' | 'anyone';
  /** owner, organizer, fileOrganizer, writer, commenter, reader */
  readonly role: string;
  /** a user may lack it */
  readonly email?: string;
  readonly name?: string;
  readonly domain?: string;
  /** the account behind it is deleted */
  readonly deleted: boolean;
  readonly pendingOwner: boolean;
  readonly expirationTime?: number;
  /** `published`: for a published view only; `metadata`: sees that the item exists */
  readonly view?: string;
  /** there only by inheritance from a folder or a drive */
  readonly inherited: boolean;
  /** false: Google did not say whether it is inherited */
  readonly isOriginKnown: boolean;
}

/** An entry of a change log: how the item is now, not what happened to it. */
export type Change =
  | {
      readonly kind: 'file';
      readonly fileId: string;
      readonly time: number;
      /** out of this log; with `file` where it only moved away and the subject still sees it */
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

/** An entry of the audit log. The same one can come again; its key is time, qualifier, index. */
export interface Activity {
  readonly time: number;
  /** a 64-bit number, digit for digit */
  readonly uniqueQualifier: string;
  readonly actor: {
    readonly email?: string;
    readonly profileId?: string;
    /** who or what acted where it was no user */
    readonly key?: string;
  };
  /** of one act; also such as were not asked for */
  readonly events: readonly ActivityEvent[];
}

export interface ActivityEvent {
  readonly name: string;
  readonly type: string;
  /** each one a list, whether Google sent one value or several; truth values as true, false */
  readonly parameters: Readonly<Record<string, readonly string[]>>;
}

export interface ActivityQuery {
  readonly eventName: string;
  /** epoch milliseconds; older than 180 days: the last 180 days come */
  readonly startTime: number;
  readonly endTime: number;
  readonly pageToken?: string;
}
