import type { GoogleDriveConfig } from '../../config/types.ts';
import { listCursors } from '../../db/cursors.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import { readInOrder } from '../../lib/read-in-order.ts';
import type { Insiders } from '../../share/address.ts';
import type { GoogleClient } from '../../vendors/google/google-client.ts';
import type { SetAside } from '../set-aside.ts';
import type { Source, SourcePage } from '../source.ts';
import { SYNC_PARTITION } from './audit-partition.ts';
import { ChangeLogFailures, type OnFailure } from './change-log-failures.ts';
import type { ChangeLogPage } from './change-log-readers.ts';
import { type ChangeLog, changeLogsOf } from './change-logs.ts';
import {
  asRetryable,
  concernsOneOwner,
  isGoogleFailure,
  isUserWithoutDrive,
  mayBeMissingScope,
} from './classify-errors.ts';
import { type ChangeLogPosition, parseChangeLogPosition } from './cursor-positions.ts';
import { GroupOnlyDrive } from './drive-members.ts';
import type { DriveStore } from './drive-store.ts';
import { type DomainHistory, readDomainHistory } from './internal-domain-history.ts';
import { ItemDetailsReader } from './item-details.ts';
import { DRIVE_LIMITS } from './limits.ts';
import { warnOfNotQueried } from './not-queried.ts';
import { processAuditEntries } from './process-audit-entries.ts';
import { isFirstReading, readAuditLog } from './read-audit-log.ts';
import { readChangeLog } from './read-change-log.ts';
import { retryActivities } from './retry-rows.ts';
import { findScope, type Scope } from './scope.ts';
import { isUnread, ScopeHistory } from './scope-history.ts';
import { sharesFromChangeLog } from './shares-from-change-log.ts';
import { CHANGE_LOG_STREAM_PREFIX, DRIVE_STREAM } from './stream-names.ts';
import { storedUnreadDrives, updateUnreadDrives } from './unread-drives.ts';

export interface DriveSyncOptions {
  readonly client: GoogleClient;
  readonly config: GoogleDriveConfig;
  readonly internalDomains: readonly string[];
  readonly store: DriveStore;
  /** Google's time */
  readonly clock: Clock;
  /** epoch milliseconds: earlier shares are not needed */
  readonly start: number;
  /** read everything again and compare it with the grants on record */
  readonly full: boolean;
  /** Reports a failure of one user, drive or detector; the others are still read. */
  readonly onFailure: OnFailure;
  readonly setAside: SetAside;
  readonly log: Logger;
}

/** A tenant's Drive after its scope was found. */
export interface OpenedDrive {
  readonly source: Source;
  /** who is internal: at the configured domains or the Directory's, or a user */
  readonly insiders: Insiders;
  /** true if no share needs to wait for the audit log, because it was read or is not used */
  readonly isAuditLogRead: boolean;
  /** what the run could not read, and no one can help it */
  readonly unreadable: Unreadable;
}

export interface Unreadable {
  /** suspended and archived users, whose change logs Google does not show */
  readonly leavers: number;
  /** shared items of which only the audit log's facts are known */
  readonly items: number;
}

/**
 * Finds the scope. The source then yields, in this order:
 * 1. pages that stage entries of the audit log;
 * 2. shares from these entries;
 * 3. shares from each change log that the audit log did not contain.
 *
 * Reports a user or drive that cannot be read, and continues. Throws what the client throws if none
 * can be read.
 */
export async function openDriveSync(options: DriveSyncOptions): Promise<OpenedDrive> {
  const { store, clock } = options;
  await learnGoogleTime(options);
  const scope = await asRetryable(() => findScope(options));
  const domains = await readDomainHistory(store, scope.insiders.domains, clock.now());
  const sync = new DriveSync(options, { scope, domains });
  return {
    source: {
      name: 'google-drive',
      stream: DRIVE_STREAM,
      allowsReadAhead: false,
      pull: () => sync.pages(),
    },
    get insiders() {
      return scope.insiders;
    },
    get unreadable() {
      return sync.unreadable;
    },
    get isAuditLogRead() {
      return sync.isAuditLogRead;
    },
  };
}

/** Google's time is stored with what is found, so a wrong clock of this machine does not count. */
export async function learnGoogleTime({
  client,
  config,
}: Pick<DriveSyncOptions, 'client' | 'config'>): Promise<void> {
  if (config.auth.flow !== 'service-account') return;
  try {
    if (config.users === 'all') await client.learnTime('directory');
    else if (config.detect.includes('audit-log')) await client.learnTime('reports');
  } catch (error) {
    // Reading with the same access reports the failure.
    if (!isGoogleFailure(error)) throw error;
  }
}

class DriveSync {
  isAuditLogRead: boolean;
  readonly #options: DriveSyncOptions;
  readonly #scope: Scope;
  readonly #domains: DomainHistory;
  readonly #unread: { readonly id: string; readonly name: string }[] = [];
  #items: ItemDetailsReader | undefined;

  constructor(
    options: DriveSyncOptions,
    found: { readonly scope: Scope; readonly domains: DomainHistory },
  ) {
    this.#options = options;
    this.#scope = found.scope;
    this.#domains = found.domains;
    this.isAuditLogRead = !options.config.detect.includes('audit-log');
  }

  get unreadable(): Unreadable {
    const { leavers } = this.#scope.people;
    return { leavers: leavers.length, items: this.#items?.unreadable ?? 0 };
  }

  async *pages(): AsyncGenerator<SourcePage> {
    const { detect } = this.#options.config;
    if (this.#domains.page !== undefined) yield this.#domains.page;
    yield* pagesOf(await this.#scope.people.page());
    if (detect.includes('audit-log')) yield* this.#auditLog();
    if (detect.includes('changes')) yield* this.#changeLogs();
  }

  /** If it fails, the change logs are still read, and their shares wait for the audit log. */
  async *#auditLog(): AsyncGenerator<SourcePage> {
    const { client, config, store, start, full, clock, onFailure, log } = this.#options;
    const scope = this.#scope;
    const partition = SYNC_PARTITION;
    try {
      await client.learnTime('reports');
      const now = clock.now();
      const readsAll = full || (await isFirstReading(store, partition));
      if (readsAll) warnOfNotQueried(log, { since: start, now });
      // Actions are formed only after the audit log is read completely.
      const retried = retryActivities({ ...this.#options, scope, partition });
      if (retried !== undefined) yield retried;
      yield* readAuditLog({ ...this.#options, scope, partition, start, full, now });
      yield* pagesOf(await scope.people.page());
      const items = new ItemDetailsReader({ client, config, scope, now, onFailure });
      this.#items = items;
      const { wasInternal } = this.#domains;
      yield* processAuditEntries({ client, store, scope, items, wasInternal, partition });
      this.isAuditLogRead = true;
    } catch (error) {
      if (!isGoogleFailure(error)) throw error;
      onFailure('the audit log', error);
    }
  }

  async *#changeLogs(): AsyncGenerator<SourcePage> {
    const { store, start, clock, onFailure, log } = this.#options;
    const failures = new ChangeLogFailures(onFailure);
    const startedAt = clock.now();
    const positions = await positionsOf(store);
    const history = await ScopeHistory.read(store, start);
    const changeLogs = changeLogsOf(this.#scope);
    const unread = new Set(changeLogs.filter(({ stream }) => isUnread(positions.get(stream))));
    const reading = { positions, failures, history, unread };
    const deferred: ChangeLog[] = [];
    yield* this.#readAll(changeLogs, {
      ...reading,
      defer: (changeLog, error) => {
        const isFull = deferred.length === DRIVE_LIMITS.changeLogsDeferredMax;
        if (isFull || !mayBeMissingScope(error)) return false;
        deferred.push(changeLog);
        return true;
      },
    });
    yield* this.#readAll(deferred, { ...reading, defer: () => false });
    yield history.pageAfter([...unread], startedAt);
    failures.finish();
    yield* this.#recordUnread();
    const { skipped } = failures;
    if (skipped > 0) log.info('Google users without Drive', { skipped });
  }

  /** Not an error of each night: `status` shows these drives until they are read. */
  async *#recordUnread(): AsyncGenerator<SourcePage> {
    const { store, log, clock } = this.#options;
    const stored = await storedUnreadDrives(store.db, store.tenant);
    const { added, page } = updateUnreadDrives(stored, this.#unread, clock.now());
    for (const { id, name } of added) log.warn('shared drive without a reader', { id, name });
    yield* pagesOf(page);
  }

  /** `defer` returns true if it takes a change log that failed, to be read again at the end. */
  async *#readAll(
    changeLogs: readonly ChangeLog[],
    options: {
      readonly positions: ReadonlyMap<string, ChangeLogPosition>;
      readonly failures: ChangeLogFailures;
      readonly history: ScopeHistory;
      /** change logs without a complete first reading; those that complete it are removed */
      readonly unread: Set<ChangeLog>;
      readonly defer: (changeLog: ChangeLog, error: unknown) => boolean;
    },
  ): AsyncGenerator<SourcePage> {
    const { positions, failures, history, unread, defer } = options;
    const { client, config } = this.#options;
    const domainsAt = this.#domains.changedAt;
    const reading = { ...this.#options, scope: this.#scope, domainsAt };
    const { changeLogsAtOnceMax } = DRIVE_LIMITS;
    const outcomes = readInOrder(changeLogs, changeLogsAtOnceMax, (changeLog, turn) => {
      const position = positions.get(changeLog.stream);
      const baselineEnd = history.baselineEndOf(changeLog, position);
      const inTurn = { ...reading, client: client.inTurn(turn), baselineEnd };
      return counted(readChangeLog(inTurn, changeLog, position), failures);
    });
    for await (const outcome of outcomes) {
      const { item: changeLog } = outcome;
      if ('value' in outcome) {
        failures.addSuccess();
        if (!isUnread(outcome.value.position)) unread.delete(changeLog);
        const position = positions.get(changeLog.stream);
        const baselineEnd = history.baselineEndOf(changeLog, position);
        yield await this.#compare({ changeLog, page: outcome.value }, { position, baselineEnd });
      } else if (changeLog.kind === 'user' && isUserWithoutDrive(config, outcome.error)) {
        failures.addSkipped(outcome.error);
      } else if (changeLog.kind === 'drive' && outcome.error instanceof GroupOnlyDrive) {
        this.#unread.push({ id: changeLog.driveId, name: changeLog.driveName ?? '' });
      } else if (concernsOneOwner(outcome.error)) {
        failures.add(changeLog.title, outcome.error);
      } else if (!defer(changeLog, outcome.error)) {
        throw outcome.error;
      }
    }
  }

  #compare(
    read: { readonly changeLog: ChangeLog; readonly page: ChangeLogPage },
    {
      position,
      baselineEnd,
    }: { readonly position: ChangeLogPosition | undefined; readonly baselineEnd: number },
  ): Promise<SourcePage> {
    const { store, clock, config } = this.#options;
    return sharesFromChangeLog(store, read, {
      baselineEnd,
      formerDomains: this.#domains.formerSince(position?.domainsAt),
      now: clock.now(),
      awaitsAuditLog: config.detect.includes('audit-log'),
    });
  }
}

async function* counted<Page>(
  pages: AsyncGenerator<Page>,
  failures: ChangeLogFailures,
): AsyncGenerator<Page> {
  yield* pages;
  failures.addCompleted();
}

function pagesOf(page: SourcePage | undefined): SourcePage[] {
  return page === undefined ? [] : [page];
}

async function positionsOf({ db, tenant }: DriveStore): Promise<Map<string, ChangeLogPosition>> {
  const cursors = await listCursors(db, tenant);
  return new Map(
    cursors
      .filter(({ stream }) => stream.startsWith(CHANGE_LOG_STREAM_PREFIX))
      .map(({ stream, position }) => [stream, parseChangeLogPosition(position)]),
  );
}
