import type { GoogleDriveConfig } from '../../config/types.ts';
import { readCursor, readCursors } from '../../db/cursors.ts';
import { DATABASE_LIMITS } from '../../db/limits.ts';
import { chunksOf } from '../../lib/chunks.ts';
import type { Logger } from '../../lib/log.ts';
import { readInOrder } from '../../lib/read-in-order.ts';
import type { Turn } from '../../lib/turn.ts';
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
import { storedUnreadDrives, updateUnreadDrives } from './unread-drives.ts';

export interface ChangeLogSyncOptions
  extends Pick<ChangeLogReading, 'client' | 'clock' | 'full' | 'onFailure' | 'setAside'> {
  readonly config: GoogleDriveConfig;
  readonly store: DriveStore;
  /** epoch milliseconds: earlier shares are not needed */
  readonly start: number;
  readonly log: Logger;
}

/** A page, and what was known of its change log before it was read. */
interface ReadPage {
  readonly page: ChangeLogPage;
  readonly position: ChangeLogPosition | undefined;
  readonly baselineEnd: number;
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
    const history = await ScopeHistory.read(store, start);
    const reading = { failures, history };
    const deferred: ChangeLog[] = [];
    yield* this.#readAll(changeLogsOf(this.#scope), {
      ...reading,
      defer: (changeLog, error) => {
        const isFull = deferred.length === DRIVE_LIMITS.changeLogsDeferredMax;
        if (isFull || !mayBeMissingScope(error)) return false;
        deferred.push(changeLog);
        return true;
      },
    });
    yield* this.#readAll(deferred, { ...reading, defer: () => false });
    yield history.pageAfter(await this.#unread(), startedAt);
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
    changeLogs: Iterable<ChangeLog>,
    options: {
      readonly failures: ChangeLogFailures;
      readonly history: ScopeHistory;
      readonly defer: (changeLog: ChangeLog, error: unknown) => boolean;
    },
  ): AsyncGenerator<SourcePage> {
    const { failures, history, defer } = options;
    const { config } = this.#options;
    const { changeLogsAtOnceMax } = DRIVE_LIMITS;
    const outcomes = readInOrder(changeLogs, changeLogsAtOnceMax, (changeLog, turn) =>
      counted(this.#read(changeLog, history, turn), failures),
    );
    for await (const outcome of outcomes) {
      const { item: changeLog } = outcome;
      if ('value' in outcome) {
        failures.addSuccess();
        yield await this.#compare(changeLog, outcome.value);
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

  async *#read(changeLog: ChangeLog, history: ScopeHistory, turn: Turn): AsyncGenerator<ReadPage> {
    const { store, client } = this.#options;
    const { db, tenant } = store;
    const stored = await readCursor(db, { tenant, stream: changeLog.stream });
    const position = positionOf(stored);
    const baselineEnd = history.baselineEndOf(changeLog, position);
    const reading = {
      ...this.#options,
      client: client.inTurn(turn),
      scope: this.#scope,
      domainsAt: this.#domains.changedAt,
      baselineEnd,
    };
    const pages = readChangeLog(reading, changeLog, position);
    for await (const page of pages) yield { page, position, baselineEnd };
  }

  /** The streams of the change logs without a complete first reading, once all pages are committed. */
  async #unread(): Promise<string[]> {
    const { db, tenant } = this.#options.store;
    const unread: string[] = [];
    for (const changeLogs of chunksOf(changeLogsOf(this.#scope), DATABASE_LIMITS.idsPerQueryMax)) {
      const streams = changeLogs.map(({ stream }) => stream);
      const positions = await readCursors(db, { tenant, streams });
      unread.push(...streams.filter((stream) => isUnread(positionOf(positions.get(stream)))));
    }
    return unread;
  }

  #compare(changeLog: ChangeLog, read: ReadPage): Promise<SourcePage> {
    const { store, clock, config } = this.#options;
    const { page, position, baselineEnd } = read;
    return sharesFromChangeLog(
      store,
      { changeLog, page },
      {
        baselineEnd,
        formerDomains: this.#domains.formerSince(position?.domainsAt),
        now: clock.now(),
        awaitsAuditLog: config.detect.includes('audit-log'),
      },
    );
  }
}

async function* counted<Page>(
  pages: AsyncGenerator<Page>,
  failures: ChangeLogFailures,
): AsyncGenerator<Page> {
  yield* pages;
  failures.addCompleted();
}

function positionOf(stored: string | undefined): ChangeLogPosition | undefined {
  return stored === undefined ? undefined : parseChangeLogPosition(stored);
}
