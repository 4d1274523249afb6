import type { Turn } from '../../lib/turn.ts';
import type {
  Account,
  Activity,
  ActivityQuery,
  ChangesPage,
  Domains,
  File,
  Page,
  Permission,
  SharedDrive,
  User,
} from './rows.ts';
import type { ScopeSet } from './scopes.ts';

/** A file, and the account that reads it. */
export interface RequestedFile {
  readonly subject: string;
  readonly fileId: string;
}

/**
 * All requests to Google; nothing is written. Lists are read page by page, each page when it is
 * needed. To resume later, keep the `nextPageToken` of the current page.
 *
 * Every operation can throw GoogleError (a person must fix it), RetryableError (five attempts
 * failed), or the reason of the aborted signal. Lists can also throw PageTokenLost. If a file,
 * drive or user is gone or hidden, NotFound is thrown.
 *
 * With one user's refresh token, `subject` is ignored, and the administrator's operations throw.
 */
export interface GoogleClient {
  /** The same client for a source that is read while others are consumed first. */
  inTurn(turn: Turn): GoogleClient;
  /** Google's time in epoch milliseconds, from the Date headers of its responses. */
  now(): number;
  /**
   * Learns Google's time for `now()` from a sign-in for these scopes, unless a response contained it.
   * As administrator.
   */
  learnTime(scopeSet: 'reports' | 'directory'): Promise<void>;
  /** Signs in with one set of scopes, as `subject` (default: the administrator). */
  signIn(scopeSet: ScopeSet, subject?: string): Promise<void>;
  /** The account of `subject`, or of the refresh token. */
  whoAmI(subject: string): Promise<Account>;
  /**
   * The id of the Workspace, from a user in the directory or an entry of the audit log, whichever the
   * granted scopes allow. As administrator. Undefined if the response does not name it.
   */
  customerId(from: 'directory' | 'reports'): Promise<string | undefined>;
  /**
   * The user with this primary address or alias; undefined if no user has it. As administrator.
   */
  findUser(address: string): Promise<User | undefined>;
  /** All users of the Workspace, including suspended and archived ones. As administrator. */
  listUsers(): AsyncGenerator<Page<User>>;
  /** The verified domains of the Workspace and their aliases. As administrator. */
  listDomains(): Promise<Domains>;
  /** The current end of a change log, to read it from now on. */
  startPageToken(subject: string, driveId?: string): Promise<string>;
  /**
   * The change log of the subject, or of one shared drive as its member. PageTokenLost: read
   * everything again, and compare. An empty page is not necessarily the last.
   */
  listChanges(subject: string, pageToken: string, driveId?: string): AsyncGenerator<ChangesPage>;
  /** The files that the subject owns, in My Drive or elsewhere, including trash. */
  listOwnedFiles(subject: string, pageToken?: string): AsyncGenerator<Page<File>>;
  /** The items of one shared drive, including trash, as its member. */
  listDriveFiles(subject: string, driveId: string, pageToken?: string): AsyncGenerator<Page<File>>;
  /** undefined: it does not exist, or the subject may not see it */
  getFile(subject: string, fileId: string): Promise<File | undefined>;
  /**
   * As many of these files as requests with several calls can read, each as its own subject, with
   * undefined as in `getFile`. Each must have another id. A file that the result omits must be read
   * with `getFile`, which tells why it cannot be: this never fails because of Google.
   */
  getFilesTogether(files: readonly RequestedFile[]): Promise<ReadonlyMap<string, File | undefined>>;
  /** The permissions of an item or, by its id, of an entire shared drive. */
  listPermissions(subject: string, fileId: string): AsyncGenerator<Page<Permission>>;
  /** All shared drives of the Workspace. As administrator, with a separate scope. */
  listDrives(): AsyncGenerator<Page<SharedDrive>>;
  /** The members of any shared drive. As administrator. */
  listDriveMembers(driveId: string): AsyncGenerator<Page<Permission>>;
  /** The audit log of Drive, newest first. As administrator. */
  listActivities(query: ActivityQuery): AsyncGenerator<Page<Activity>>;
}

/** The requests that find out which users and shared drives are read, and as whom. */
export type GoogleFinder = Pick<
  GoogleClient,
  'whoAmI' | 'findUser' | 'listUsers' | 'listDomains' | 'listDrives' | 'listDriveMembers'
>;
