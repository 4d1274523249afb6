import type { GoogleDriveConfig } from '../../config/types.ts';
import { listCursors } from '../../db/cursors.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import { readInOrder } from '../../lib/read-in-order.ts';
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
import { sharesFromChangeLog } from './shares-from-change-log.ts';
import { CHANGE_LOG_STREAM_PREFIX, DRIVE_STREAM } from './stream-names.ts';

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
  /** the configured domains and the Directory's */
  readonly internalDomains: readonly string[];
  /** true if no share needs to wait for the audit log, because it was read or is not used */
  readonly isAuditLogRead: boolean;
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
  const scope = await asRetryable(() => findScope(options));
  const domains = await readDomainHistory(store, scope.domains, clock.now());
  const sync = new DriveSync(options, { scope, domains });
  return {
    source: {
      name: 'google-drive',
      stream: DRIVE_STREAM,
      allowsReadAhead: false,
      pull: () => sync.pages(),
    },
    internalDomains: scope.domains,
    get isAuditLogRead() {
      return sync.isAuditLogRead;
    },
  };
}

class DriveSync {
  isAuditLogRead: boolean;
  readonly #options: DriveSyncOptions;
  readonly #scope: Scope;
  readonly #domains: DomainHistory;

  constructor(
    options: DriveSyncOptions,
    found: { readonly scope: Scope; readonly domains: DomainHistory },
  ) {
    this.#options = options;
    this.#scope = found.scope;
    this.#domains = found.domains;
    this.isAuditLogRead = !options.config.detect.includes('audit-log');
  }

  async *pages(): AsyncGenerator<SourcePage> {
    const { detect } = this.#options.config;
    if (this.#domains.page !== undefined) yield this.#domains.page;
    if (detect.includes('audit-log')) yield* this.#auditLog();
    if (detect.includes('changes')) yield* this.#changeLogs();
  }

  /** If it fails, the change logs are still read, and their shares wait for the audit log. */
  async *#auditLog(): AsyncGenerator<SourcePage> {
    const { client, config, store, start, full, clock, onFailure, log } = this.#options;
    const scope = this.#scope;
    const partition = SYNC_PARTITION;
    try {
      await client.learnTime();
      const now = clock.now();
      const readsAll = full || (await isFirstReading(store, partition));
      if (readsAll) warnOfNotQueried(log, { since: start, now });
      // Actions are formed only after the audit log is read completely.
      const retried = retryActivities({ ...this.#options, scope, partition });
      if (retried !== undefined) yield retried;
      yield* readAuditLog({ ...this.#options, scope, partition, start, full, now });
      const items = new ItemDetailsReader({ client, config, scope, now, onFailure });
      const { wasInternal } = this.#domains;
      yield* processAuditEntries({ store, scope, items, wasInternal, partition });
      this.isAuditLogRead = true;
    } catch (error) {
      if (!isGoogleFailure(error)) throw error;
      onFailure('the audit log', error);
    }
  }

  async *#changeLogs(): AsyncGenerator<SourcePage> {
    const { store, onFailure, log } = this.#options;
    const failures = new ChangeLogFailures(onFailure);
    const positions = await positionsOf(store);
    const deferred: ChangeLog[] = [];
    yield* this.#readAll(changeLogsOf(this.#scope), {
      positions,
      failures,
      defer: (changeLog, error) => {
        const isFull = deferred.length === DRIVE_LIMITS.changeLogsDeferredMax;
        if (isFull || !mayBeMissingScope(error)) return false;
        deferred.push(changeLog);
        return true;
      },
    });
    yield* this.#readAll(deferred, { positions, failures, defer: () => false });
    failures.finish();
    const { skipped } = failures;
    if (skipped > 0) log.info('Google users without Drive', { skipped });
  }

  /** `defer` returns true if it takes a change log that failed, to be read again at the end. */
  async *#readAll(
    changeLogs: readonly ChangeLog[],
    options: {
      readonly positions: ReadonlyMap<string, ChangeLogPosition>;
      readonly failures: ChangeLogFailures;
      readonly defer: (changeLog: ChangeLog, error: unknown) => boolean;
    },
  ): AsyncGenerator<SourcePage> {
    const { positions, failures, defer } = options;
    const { config } = this.#options;
    const domainsAt = this.#domains.changedAt;
    const reading = { ...this.#options, scope: this.#scope, domainsAt };
    const outcomes = readInOrder(changeLogs, DRIVE_LIMITS.changeLogsAtOnceMax, (changeLog) =>
      readChangeLog(reading, changeLog, positions.get(changeLog.stream)),
    );
    for await (const outcome of outcomes) {
      const { item: changeLog } = outcome;
      if ('value' in outcome) {
        failures.addSuccess();
        yield await this.#compare(changeLog, outcome.value, positions.get(changeLog.stream));
      } else if (changeLog.kind === 'user' && isUserWithoutDrive(config, outcome.error)) {
        failures.addSkipped(outcome.error);
      } else if (concernsOneOwner(outcome.error)) {
        failures.add(changeLog.title, outcome.error);
      } else if (!defer(changeLog, outcome.error)) {
        throw outcome.error;
      }
    }
  }

  #compare(
    changeLog: ChangeLog,
    page: ChangeLogPage,
    position: ChangeLogPosition | undefined,
  ): Promise<SourcePage> {
    const { store, start, clock, config } = this.#options;
    return sharesFromChangeLog(
      store,
      { changeLog, page },
      {
        start,
        formerDomains: this.#domains.formerSince(position?.domainsAt),
        now: clock.now(),
        awaitsAuditLog: config.detect.includes('audit-log'),
      },
    );
  }
}

async function positionsOf({ db, tenant }: DriveStore): Promise<Map<string, ChangeLogPosition>> {
  const cursors = await listCursors(db, tenant);
  return new Map(
    cursors
      .filter(({ stream }) => stream.startsWith(CHANGE_LOG_STREAM_PREFIX))
      .map(({ stream, position }) => [stream, parseChangeLogPosition(position)]),
  );
}
