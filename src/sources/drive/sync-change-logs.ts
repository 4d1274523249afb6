import type { GoogleDriveConfig } from '../../config/types.ts';
import { listCursors } from '../../db/cursors.ts';
import type { Logger } from '../../lib/log.ts';
import { readInOrder } from '../../lib/read-in-order.ts';
import type { SourcePage } from '../source.ts';
import { ChangeLogFailures } from './change-log-failures.ts';
import { type ChangeLog, changeLogsOf } from './change-logs.ts';
import { concernsOneOwner, isUserWithoutDrive, mayBeMissingScope } from './classify-errors.ts';
import { type ChangeLogPosition, parseChangeLogPosition } from './cursor-positions.ts';
import type { DriveStore } from './drive-store.ts';
import type { DomainHistory } from './internal-domain-history.ts';
import { DRIVE_LIMITS } from './limits.ts';
import { readChangeLog } from './read-change-log.ts';
import type { ChangeLogPage, ChangeLogReading } from './reader-sessions.ts';
import type { Scope } from './scope.ts';
import { isUnread, ScopeHistory } from './scope-history.ts';
import { GroupOnlyDrive } from './shared-drive-readers.ts';
import { sharesFromChangeLog } from './shares-from-change-log.ts';
import { CHANGE_LOG_STREAM_PREFIX } from './stream-names.ts';
import { storedUnreadDrives, updateUnreadDrives } from './unread-drives.ts';

export interface ChangeLogSyncOptions
  extends Pick<ChangeLogReading, 'client' | 'clock' | 'full' | 'onFailure' | 'setAside'> {
  readonly config: GoogleDriveConfig;
  readonly store: DriveStore;
  /** epoch milliseconds: earlier shares are not needed */
  readonly start: number;
  readonly log: Logger;
}

/** Reads the change logs of all users and shared drives in scope, several at once. */
export class ChangeLogSync {
  readonly #options: ChangeLogSyncOptions;
  readonly #scope: Scope;
  readonly #domains: DomainHistory;
  readonly #unreadDrives: { readonly id: string; readonly name: string }[] = [];

  constructor(
    options: ChangeLogSyncOptions,
    found: { readonly scope: Scope; readonly domains: DomainHistory },
  ) {
    this.#options = options;
    this.#scope = found.scope;
    this.#domains = found.domains;
  }

  async *pages(): AsyncGenerator<SourcePage> {
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
    const { added, page } = updateUnreadDrives(stored, this.#unreadDrives, clock.now());
    for (const { id, name } of added) log.warn('shared drive without a reader', { id, name });
    if (page !== undefined) yield page;
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
        this.#unreadDrives.push({ id: changeLog.driveId, name: changeLog.driveName ?? '' });
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

async function positionsOf({ db, tenant }: DriveStore): Promise<Map<string, ChangeLogPosition>> {
  const cursors = await listCursors(db, tenant);
  return new Map(
    cursors
      .filter(({ stream }) => stream.startsWith(CHANGE_LOG_STREAM_PREFIX))
      .map(({ stream, position }) => [stream, parseChangeLogPosition(position)]),
  );
}
