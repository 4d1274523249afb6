import type { GoogleDriveConfig } from '../../config/types.ts';
import { listCursors } from '../../db/cursors.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import { readInOrder } from '../../lib/read-in-order.ts';
import type { GoogleClient } from '../../vendors/google/google-client.ts';
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
import { processAuditEntries } from './process-audit-entries.ts';
import { readAuditLog } from './read-audit-log.ts';
import { readChangeLog } from './read-change-log.ts';
import { findScope, type Scope } from './scope.ts';
import { isUnread, ScopeHistory } from './scope-history.ts';
import { sharesFromChangeLog } from './shares-from-change-log.ts';
import { CHANGE_LOG_STREAM_PREFIX, DRIVE_STREAM } from './stream-names.ts';

export interface DriveSyncOptions {
  readonly client: GoogleClient;
  readonly config: GoogleDriveConfig;
  readonly internalDomains: readonly string[];
  readonly store: DriveStore;
  readonly clock: Clock;
  /** epoch milliseconds: earlier shares are not needed */
  readonly start: number;
  /** read everything again and compare it with the grants on record */
  readonly full: boolean;
  /** Reports a failure of one user, drive or detector; the others are still read. */
  readonly onFailure: OnFailure;
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
  const { client, config, internalDomains, store, clock, log } = options;
  const scope = await asRetryable(() => findScope({ client, config, internalDomains, log }));
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
    const { client, config, store, start, full, clock, onFailure } = this.#options;
    const scope = this.#scope;
    const now = clock.now();
    const partition = SYNC_PARTITION;
    try {
      // Actions are formed only after the audit log is read completely.
      yield* readAuditLog({ client, store, scope, partition, start, full, now });
      const items = new ItemDetailsReader({ client, config, scope, now, onFailure });
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
    const { skipped } = failures;
    if (skipped > 0) log.info('Google users without Drive', { skipped });
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
    const { client, clock, config, full, onFailure } = this.#options;
    const domainsAt = this.#domains.changedAt;
    const reading = { client, clock, scope: this.#scope, full, domainsAt, onFailure };
    const outcomes = readInOrder(changeLogs, DRIVE_LIMITS.changeLogsAtOnceMax, (changeLog) => {
      const position = positions.get(changeLog.stream);
      const baselineEnd = history.baselineEndOf(changeLog, position);
      return readChangeLog({ ...reading, baselineEnd }, changeLog, position);
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

async function positionsOf({ db, tenant }: DriveStore): Promise<Map<string, ChangeLogPosition>> {
  const cursors = await listCursors(db, tenant);
  return new Map(
    cursors
      .filter(({ stream }) => stream.startsWith(CHANGE_LOG_STREAM_PREFIX))
      .map(({ stream, position }) => [stream, parseChangeLogPosition(position)]),
  );
}
