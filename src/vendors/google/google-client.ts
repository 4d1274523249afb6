import type {
  Account,
  Activity,
  ActivityQuery,
  ChangesPage,
  File,
  Page,
  Permission,
  SharedDrive,
  User,
} from './rows.ts';

/**
 * Everything that is asked of Google; nothing is written. Lists come page by page, the next one
 * asked for when it is wanted; to go on later, keep the `nextPageToken` of the page at hand.
 *
 * Every operation may throw GoogleError (a person must mend it), RetryableError (five tries are
 * used up), or the reason of the aborted signal; lists also PageTokenLost; and where a file, drive
 * or user is gone or hidden, NotFound.
 *
 * With one user's refresh token `subject` has no meaning, and the operations of an administrator
 * throw.
 */
export interface GoogleClient {
  /** The account behind `subject`, or behind the refresh token. */
  whoAmI(subject: string): Promise<Account>;
  /** All users of the Workspace, suspended and archived ones included. As administrator. */
  listUsers(): AsyncGenerator<Page<User>>;
  /** The verified domains of the Workspace and their aliases. As administrator. */
  listDomains(): Promise<string[]>;
  /** From where a change log can be read from now on. */
  startPageToken(subject: string, driveId?: string): Promise<string>;
  /**
   * The change log of the subject, or of one shared drive as its member. PageTokenLost: read
   * everything anew, and compare. A page may be empty without being the last.
   */
  listChanges(subject: string, pageToken: string, driveId?: string): AsyncGenerator<ChangesPage>;
  /** What the subject owns, in My Drive and out of it, trash included. */
  listOwnedFiles(subject: string, pageToken?: string): AsyncGenerator<Page<File>>;
  /** The items of one shared drive, trash included, as its member. */
  listDriveFiles(subject: string, driveId: string, pageToken?: string): AsyncGenerator<Page<File>>;
  /** undefined: there is none, or none that the subject may see. */
  getFile(subject: string, fileId: string): Promise<File | undefined>;
  /** Who has access to an item or, by its id, to a whole shared drive. */
  listPermissions(subject: string, fileId: string): AsyncGenerator<Page<Permission>>;
  /** All shared drives of the Workspace. As administrator, with a scope of its own. */
  listDrives(): AsyncGenerator<Page<SharedDrive>>;
  /** The members of a shared drive, whoever they are. As administrator. */
  listDriveMembers(driveId: string): AsyncGenerator<Page<Permission>>;
  /** The audit log of Drive, newest first. As administrator. */
  listActivities(query: ActivityQuery): AsyncGenerator<Page<Activity>>;
}
