import pLimit from 'p-limit';
import type { Clock } from '../../lib/clock.ts';
import { messageOf, UserError } from '../../lib/errors.ts';
import { silentLogger } from '../../lib/log.ts';
import { FaultyRowReport } from '../../runs/faulty-row-report.ts';
import { type ChangeLog, changeLogsOf } from '../../sources/drive/change-logs.ts';
import { isGoogleFailure, isUserWithoutDrive } from '../../sources/drive/classify-errors.ts';
import { findScope, type Scope } from '../../sources/drive/scope.ts';
import { GroupOnlyDrive } from '../../sources/drive/shared-drive-readers.ts';
import type { SetAside } from '../../sources/set-aside.ts';
import type { FaultyRow } from '../../vendors/faulty-row.ts';
import type { GoogleClient, GoogleFinder } from '../../vendors/google/google-client.ts';
import type { AreaChecks } from './area-checks.ts';
import type { GoogleOptions } from './google-options.ts';
import { CHECK_LIMITS } from './limits.ts';
import { shortLists } from './short-lists.ts';
import { type Finding, failed, ok, warning } from './types.ts';

/** A Drive that was opened, or why it could not be. */
interface Opened {
  readonly title: string;
  readonly as: string;
  readonly error?: unknown;
}

/** Finds the users and drives as a run does, and opens their Drives as the accounts that read them. */
export async function checkReaders(
  checks: AreaChecks,
  client: GoogleClient,
  options: GoogleOptions,
): Promise<void> {
  const { finder, wasCut } = shortLists(client);
  const faultyRows = new FaultyRowReport();
  const setAside = { add: (row: FaultyRow) => faultyRows.add(row) };
  const found = await findOrFail(checks, () => scopeOf(client, { finder, setAside }, options));
  const unreadable = faultyRows.errorOf('google-drive');
  if (unreadable) checks.add('rows', failed(unreadable.message, unreadable.hint));
  if (found === undefined) {
    return checks.skip(['shared drives'], 'the users could not be found');
  }
  await checkUsers(checks, client, { scope: found, isCut: wasCut(), options });
  if (found.drives.length === 0) {
    checks.add('shared drives', ok(noDrives(options)));
  } else if (wasCut()) {
    checks.add('shared drives', TOO_MANY);
  } else {
    await checkDrives(checks, client, found);
  }
}

const TOO_MANY = warning(
  'the company has too many users or drives to find the reader of each shared drive here',
  'After the first run, `sharetrail status --verbose` names the drives that no one can read.',
);

function noDrives({ config }: GoogleOptions): string {
  return config.sharedDrives === 'all' ? 'the company has none' : 'none are read';
}

async function findOrFail(
  checks: AreaChecks,
  work: () => Promise<Scope>,
): Promise<Scope | undefined> {
  try {
    return await work();
  } catch (error) {
    checks.fail('users', error);
    return undefined;
  }
}

function scopeOf(
  google: GoogleClient,
  { finder, setAside }: { readonly finder: GoogleFinder; readonly setAside: Pick<SetAside, 'add'> },
  options: GoogleOptions,
): Promise<Scope> {
  const { tenant, config, db, clock: own } = options;
  const { internalDomains } = tenant;
  const sharesAwaitingAuditLog = async () => new Map();
  const store = { db, tenant: tenant.tenant, sharesAwaitingAuditLog };
  const clock: Clock = { now: () => google.now(), sleep: (ms, stop) => own.sleep(ms, stop) };
  return findScope({
    client: finder,
    config,
    internalDomains,
    store,
    clock,
    log: silentLogger,
    setAside,
  });
}

async function checkUsers(
  checks: AreaChecks,
  client: GoogleClient,
  {
    scope,
    isCut,
    options: { config },
  }: {
    readonly scope: Scope;
    readonly isCut: boolean;
    readonly options: GoogleOptions;
  },
): Promise<void> {
  const isListed = config.users !== 'all';
  const countMax = isListed ? CHECK_LIMITS.usersProbedMax : CHECK_LIMITS.usersSampled;
  const users = firstLogs(scope, 'user', countMax);
  const opened = await openAll(users, async (log) => {
    const as = log.kind === 'user' ? log.email : '';
    await client.startPageToken(as);
    return as;
  });
  const withoutDrive = opened.filter(({ error }) => isUserWithoutDrive(config, error));
  const broken = opened.filter((each) => each.error !== undefined && !withoutDrive.includes(each));
  const { readable, leavers } = scope.users.counts();
  const count = `${isCut ? 'at least ' : ''}${readable}`;
  if (broken.length > 0) return addBroken(checks, 'user', broken);
  if (readable === 0) return checks.add('users', NO_USERS);
  if (withoutDrive.length === opened.length) {
    return checks.fail('users', withoutDrive[0]?.error);
  }
  const who = `${count} active ${readable === 1 ? 'user is' : 'users are'} read, each as themselves`;
  const others = leavers === 0 ? '' : `; ${leavers} suspended or archived are not`;
  const tried = opened.length < readable ? `; ${opened.length} were tried` : '';
  const titles = users.map(({ title }) => title);
  const names = isListed ? `: ${namesOf(titles, readable)}` : '';
  checks.add('users', ok(`${who}${names}${others}${tried}`));
}

const NO_USERS: Finding = failed(
  'no user is read',
  'Set googleDrive.users to `all`, or list the users whose Drive is read.',
);

async function checkDrives(checks: AreaChecks, client: GoogleClient, scope: Scope): Promise<void> {
  const drives = firstLogs(scope, 'drive', CHECK_LIMITS.drivesProbedMax);
  const opened = await openAll(drives, async (log) => {
    if (log.kind !== 'drive') return '';
    return openDrive(client, log.driveId, await scope.readersOf(log.driveId));
  });
  const unread = opened.filter(({ error }) => error instanceof GroupOnlyDrive);
  const broken = opened.filter((each) => each.error !== undefined && !unread.includes(each));
  addBroken(checks, 'shared drive', broken);
  for (const { title, error } of unread) {
    const { message, hint = '' } = error as GroupOnlyDrive;
    checks.add(title, warning(`not read: ${message}`, hint));
  }
  const readable = opened.filter(({ error }) => error === undefined);
  if (readable.length === 0) return;
  const names = readable.map(({ title, as }) => `${title} as ${as}`);
  const rest = scope.drives.length - opened.length;
  const others = rest === 0 ? '' : `; ${rest} more were not tried`;
  checks.add(
    'shared drives',
    ok(`${readable.length} can be read: ${namesOf(names, names.length)}${others}`),
  );
}

/** Only those that are opened: a company has a change log for each user and each shared drive. */
function firstLogs(scope: Scope, kind: ChangeLog['kind'], max: number): ChangeLog[] {
  return changeLogsOf(scope)
    .filter((log) => log.kind === kind)
    .take(max)
    .toArray();
}

/** The first reader who can open it, as in a run. Throws the first reader's error. */
async function openDrive(
  client: GoogleClient,
  driveId: string,
  readers: readonly string[],
): Promise<string> {
  let first: unknown;
  for (const reader of readers) {
    try {
      await client.startPageToken(reader, driveId);
      // A member who can only read does not see who has access.
      await client.listPermissions(reader, driveId).next();
      return reader;
    } catch (error) {
      if (!isGoogleFailure(error)) throw error;
      first ??= error;
    }
  }
  throw first ?? new UserError(`shared drive ${driveId} has no reader`);
}

async function openAll(
  logs: readonly ChangeLog[],
  open: (log: ChangeLog) => Promise<string>,
): Promise<Opened[]> {
  const limit = pLimit(CHECK_LIMITS.drivesAtOnceMax);
  const results = await Promise.allSettled(logs.map((log) => limit(() => open(log))));
  return logs.map(({ title }, index) => {
    const result = results[index];
    if (result?.status === 'fulfilled') return { title, as: result.value };
    return { title, as: '', error: result?.reason ?? new Error('not tried') };
  });
}

/** Each of the first ones with its own remedy; the others are counted. */
function addBroken(checks: AreaChecks, what: string, broken: readonly Opened[]): void {
  for (const { title, error } of broken.slice(0, CHECK_LIMITS.namesShown)) {
    const name = title.includes(what) ? title : `${what} ${title}`;
    checks.fail(name, error);
  }
  const rest = broken.length - CHECK_LIMITS.namesShown;
  if (rest <= 0) return;
  const last = messageOf(broken.at(-1)?.error);
  checks.add(`${what}s`, failed(`${rest} more cannot be read; the last: ${last}`, 'See above.'));
}

/** `names`: at least the first ones of `total`. */
function namesOf(names: readonly string[], total: number): string {
  const shown = names.slice(0, CHECK_LIMITS.namesShown);
  const rest = total - shown.length;
  return rest > 0 ? `${shown.join(', ')} and ${rest} more` : shown.join(', ');
}
