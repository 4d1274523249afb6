import type { GoogleDriveConfig } from '../../config/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { RetryableError } from '../../lib/errors.ts';
import type { Turn } from '../../lib/turn.ts';
import type { ParsedRows } from '../faulty-row.ts';
import { ByteBudget } from '../http/byte-budget.ts';
import {
  readActivities,
  readCustomerId,
  readDomains,
  readRequestedUser,
  readUsers,
} from './admin-responses.ts';
import { ApiCalls, type PagedCall, type Scoped } from './api-calls.ts';
import {
  readAbout,
  readChanges,
  readDrives,
  readFiles,
  readPermissions,
  readRequestedFile,
  readStartPageToken,
} from './drive-responses.ts';
import { GoogleError, NotFound } from './errors.ts';
import {
  ABOUT_FIELDS,
  ACTIVITIES_CUSTOMER_FIELDS,
  ACTIVITIES_FIELDS,
  CHANGES_FIELDS,
  DOMAINS_FIELDS,
  DRIVES_FIELDS,
  FILE_FIELDS,
  FILES_FIELDS,
  PERMISSIONS_FIELDS,
  USER_FIELDS,
  USERS_CUSTOMER_FIELDS,
  USERS_FIELDS,
} from './field-masks.ts';
import { filesInBatches } from './files-in-batches.ts';
import type { GoogleClient, RequestedFile } from './google-client.ts';
import { GOOGLE_LIMITS } from './limits.ts';
import { Requests } from './requests.ts';
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

export interface GoogleClientOptions {
  readonly config: Pick<GoogleDriveConfig, 'auth' | 'endpoint'>;
  readonly clock: Clock;
  /** from 0 to 1, as Math.random */
  readonly random: () => number;
  /** called as each request is sent, except for token requests */
  readonly onCall: () => void;
  readonly onWarning?: (message: string) => void;
  readonly signal: AbortSignal;
  /** default: GOOGLE_LIMITS.requestsAtOnceMax */
  readonly requestsAtOnceMax?: number;
  /** for one request and its body, in milliseconds; default: GOOGLE_LIMITS.responseMsMax */
  readonly responseMsMax?: number;
  /** shared with the run's other vendors; default: this client's own */
  readonly budget?: ByteBudget;
}

export function createGoogleClient(options: GoogleClientOptions): GoogleClient {
  const { config, clock, budget = new ByteBudget() } = options;
  const requests = new Requests({
    ...options,
    budget,
    onWarning: options.onWarning ?? (() => {}),
    requestsAtOnceMax: options.requestsAtOnceMax ?? GOOGLE_LIMITS.requestsAtOnceMax,
    responseMsMax: options.responseMsMax ?? GOOGLE_LIMITS.responseMsMax,
  });
  const calls = new ApiCalls({ requests, clock, budget });
  return new ApiClient({ requests, calls, auth: config.auth });
}

const ONE_USER = { customer: 'my_customer', maxResults: 1, fields: USERS_CUSTOMER_FIELDS };
const ONE_ACTIVITY = {
  userKey: 'all',
  applicationName: 'drive',
  maxResults: 1,
  fields: ACTIVITIES_CUSTOMER_FIELDS,
};

interface ApiClientOptions {
  readonly requests: Requests;
  readonly calls: ApiCalls;
  readonly auth: GoogleDriveConfig['auth'];
}

class ApiClient implements GoogleClient {
  readonly #options: ApiClientOptions;
  readonly #auth: GoogleDriveConfig['auth'];
  readonly #calls: ApiCalls;

  constructor(options: ApiClientOptions) {
    this.#options = options;
    this.#auth = options.auth;
    this.#calls = options.calls;
  }

  inTurn(turn: Turn): GoogleClient {
    return new ApiClient({ ...this.#options, calls: this.#calls.inTurn(turn) });
  }

  now(): number {
    return this.#options.requests.now();
  }

  learnTime(scopeSet: 'reports' | 'directory'): Promise<void> {
    return this.#options.requests.learnTime(this.#asAdmin(scopeSet));
  }

  async signIn(scopeSet: ScopeSet, subject?: string): Promise<void> {
    const access = subject === undefined ? this.#asAdmin(scopeSet) : { subject, scopeSet };
    await this.#options.requests.signIn(access);
  }

  whoAmI(subject: string): Promise<Account> {
    return this.#calls.send({
      ...asUser(subject),
      paged: false,
      invoke: ({ drive }, options) => drive.about.get({ fields: ABOUT_FIELDS }, options),
      read: readAbout,
    });
  }

  customerId(from: 'directory' | 'reports'): Promise<string | undefined> {
    return this.#calls.send<string | undefined>({
      ...this.#asAdmin(from),
      paged: false,
      invoke: ({ directory, reports }, options) =>
        from === 'directory'
          ? directory.users.list(ONE_USER, options)
          : reports.activities.list(ONE_ACTIVITY, options),
      read: readCustomerId,
    });
  }

  findUser(address: string): Promise<User | undefined> {
    return unlessNotFound(
      this.#calls.send({
        ...this.#asAdmin('directory'),
        paged: false,
        invoke: ({ directory }, options) =>
          directory.users.get({ userKey: address, fields: USER_FIELDS }, options),
        read: (body) => rowIn(readRequestedUser(body), USER_UNREADABLE),
      }),
    );
  }

  listUsers(): AsyncGenerator<Page<User>> {
    const query = {
      customer: 'my_customer',
      fields: USERS_FIELDS,
    };
    return this.#calls.pages({
      ...this.#asAdmin('directory'),
      invoke: ({ directory }, options, page) =>
        directory.users.list({ ...query, ...page }, options),
      read: readUsers,
      size: { maxResults: GOOGLE_LIMITS.usersPerPageMax },
    });
  }

  listDomains(): Promise<Domains> {
    const query = { customer: 'my_customer', fields: DOMAINS_FIELDS };
    return this.#calls.send({
      ...this.#asAdmin('directory'),
      paged: false,
      invoke: ({ directory }, options) => directory.domains.list(query, options),
      read: readDomains,
    });
  }

  startPageToken(subject: string, driveId?: string): Promise<string> {
    const query = { ...inDrive(driveId), supportsAllDrives: true, fields: 'startPageToken' };
    return this.#calls.send({
      ...asUser(subject),
      paged: false,
      invoke: ({ drive }, options) => drive.changes.getStartPageToken(query, options),
      read: readStartPageToken,
    });
  }

  listChanges(subject: string, pageToken: string, driveId?: string): AsyncGenerator<ChangesPage> {
    const query = {
      ...inDrive(driveId),
      // The user's own log omits the items of shared drives: each drive has its own log.
      includeItemsFromAllDrives: driveId !== undefined,
      supportsAllDrives: true,
      // A file that moved into a shared drive leaves this log, but the subject still sees it.
      includeCorpusRemovals: true,
      includeRemoved: true,
      spaces: 'drive',
      fields: CHANGES_FIELDS,
    };
    const list = {
      ...asUser(subject),
      invoke: ({ drive }, options, page) =>
        drive.changes.list({ ...query, ...page, pageToken: page.pageToken ?? pageToken }, options),
      read: readChanges,
      size: { pageSize: GOOGLE_LIMITS.filesPerPageMax },
    } satisfies PagedCall<ChangesPage>;
    return this.#calls.pages(list, pageToken);
  }

  listOwnedFiles(subject: string, pageToken?: string): AsyncGenerator<Page<File>> {
    return this.#files(subject, { corpora: 'user', q: "'me' in owners" }, pageToken);
  }

  listDriveFiles(subject: string, driveId: string, pageToken?: string): AsyncGenerator<Page<File>> {
    const query = { corpora: 'drive', driveId, includeItemsFromAllDrives: true };
    return this.#files(subject, query, pageToken);
  }

  getFile(subject: string, fileId: string): Promise<File | undefined> {
    const query = { fileId, supportsAllDrives: true, fields: FILE_FIELDS };
    return unlessNotFound(
      this.#calls.send({
        ...asUser(subject),
        paged: false,
        invoke: ({ drive }, options) => drive.files.get(query, options),
        read: (body) => requestedFile(body, fileId),
      }),
    );
  }

  getFilesTogether(
    files: readonly RequestedFile[],
  ): Promise<ReadonlyMap<string, File | undefined>> {
    return filesInBatches(this.#calls, files);
  }

  listPermissions(subject: string, fileId: string): AsyncGenerator<Page<Permission>> {
    return this.#permissions(asUser(subject), { fileId });
  }

  listDrives(): AsyncGenerator<Page<SharedDrive>> {
    const query = {
      useDomainAdminAccess: true,
      fields: DRIVES_FIELDS,
    };
    return this.#calls.pages({
      ...this.#asAdmin('allDrives'),
      invoke: ({ drive }, options, page) => drive.drives.list({ ...query, ...page }, options),
      read: readDrives,
      size: { pageSize: GOOGLE_LIMITS.drivesPerPageMax },
    });
  }

  listDriveMembers(driveId: string): AsyncGenerator<Page<Permission>> {
    const query = { fileId: driveId, useDomainAdminAccess: true };
    return this.#permissions(this.#asAdmin('drive'), query);
  }

  listActivities(query: ActivityQuery): AsyncGenerator<Page<Activity>> {
    const parameters = {
      userKey: 'all',
      applicationName: 'drive',
      eventName: query.eventName,
      startTime: new Date(query.startTime).toISOString(),
      endTime: new Date(query.endTime).toISOString(),
      fields: ACTIVITIES_FIELDS,
    };
    const list = {
      ...this.#asAdmin('reports'),
      invoke: ({ reports }, options, page) =>
        reports.activities.list({ ...parameters, ...page }, options),
      read: (body) => readActivities(body, this.now()),
      size: { maxResults: GOOGLE_LIMITS.activitiesPerPageMax },
    } satisfies PagedCall<Page<Activity>>;
    return this.#calls.pages(list, query.pageToken);
  }

  #files(
    subject: string,
    query: Readonly<Record<string, string | boolean>>,
    pageToken: string | undefined,
  ): AsyncGenerator<Page<File>> {
    const parameters = {
      ...query,
      supportsAllDrives: true,
      spaces: 'drive',
      fields: FILES_FIELDS,
    };
    const list = {
      ...asUser(subject),
      invoke: ({ drive }, options, page) => drive.files.list({ ...parameters, ...page }, options),
      read: readFiles,
      size: { pageSize: GOOGLE_LIMITS.filesPerPageMax },
    } satisfies PagedCall<Page<File>>;
    return this.#calls.pages(list, pageToken);
  }

  #permissions(
    scoped: Scoped,
    query: { readonly fileId: string; readonly useDomainAdminAccess?: boolean },
  ): AsyncGenerator<Page<Permission>> {
    const parameters = {
      ...query,
      supportsAllDrives: true,
      fields: PERMISSIONS_FIELDS,
    };
    return this.#calls.pages({
      ...scoped,
      invoke: ({ drive }, options, page) =>
        drive.permissions.list({ ...parameters, ...page }, options),
      read: readPermissions,
      size: { pageSize: GOOGLE_LIMITS.permissionsPerPageMax },
    });
  }

  #asAdmin(scopeSet: ScopeSet): Scoped {
    if (this.#auth.flow !== 'service-account') {
      throw new Error("one user's refresh token cannot act as administrator");
    }
    const service = scopeSet === 'reports' || scopeSet === 'directory' ? scopeSet : 'drive';
    return { service, subject: this.#auth.adminSubject, scopeSet };
  }
}

async function unlessNotFound<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof NotFound) return undefined;
    throw error;
  }
}

function asUser(subject: string): Scoped {
  return { service: 'drive', subject, scopeSet: 'drive' };
}

interface Unreadable {
  readonly what: string;
  readonly concerns: 'item' | 'subject';
  readonly hint: string;
}

const FILE_UNREADABLE: Unreadable = {
  what: 'file',
  concerns: 'item',
  hint: 'Please report this message. The other files are read.',
};
const USER_UNREADABLE: Unreadable = {
  what: 'user',
  concerns: 'subject',
  hint: 'Please report this message. The other users are read.',
};

/** Another file's owner and access would decide about this one. */
function requestedFile(body: unknown, fileId: string): File {
  const file = rowIn(readRequestedFile(body), FILE_UNREADABLE);
  if (file.id === fileId) return file;
  throw new RetryableError(`Google returned another file than ${fileId}`);
}

/** The only row of a list of one. */
function rowIn<Row>({ rows, faulty }: ParsedRows<Row>, { what, concerns, hint }: Unreadable): Row {
  const [row] = rows;
  if (row !== undefined) return row;
  const problems = faulty.map(({ problem }) => problem).join('; ');
  const message = `Google's description of the ${what} cannot be read (${problems})`;
  throw new GoogleError(message, { reason: 'unreadableRow', concerns, hint });
}

function inDrive(driveId: string | undefined): { driveId?: string } {
  return driveId === undefined ? {} : { driveId };
}
