import type { GoogleDriveConfig } from '../../config/types.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import type { Insiders } from '../../share/address.ts';
import type { GoogleClient } from '../../vendors/google/google-client.ts';
import type { SetAside } from '../set-aside.ts';
import type { Source, SourcePage } from '../source.ts';
import { SYNC_PARTITION } from './audit-partition.ts';
import type { OnFailure } from './change-log-failures.ts';
import { asRetryable, isGoogleFailure } from './classify-errors.ts';
import type { DriveStore } from './drive-store.ts';
import { type DomainHistory, readDomainHistory } from './internal-domain-history.ts';
import { ItemDetailsReader } from './item-details.ts';
import { warnOfNotQueried } from './not-queried.ts';
import { processAuditEntries } from './process-audit-entries.ts';
import { isFirstReading, readAuditLog } from './read-audit-log.ts';
import { retryActivities } from './retry-rows.ts';
import { findScope, type Scope } from './scope.ts';
import { DRIVE_STREAM } from './stream-names.ts';
import { ChangeLogSync } from './sync-change-logs.ts';

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
  /** what Google does not let anyone read */
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
    const { leavers } = this.#scope.users.counts();
    return { leavers, items: this.#items?.unreadable ?? 0 };
  }

  async *pages(): AsyncGenerator<SourcePage> {
    const { detect } = this.#options.config;
    if (this.#domains.page !== undefined) yield this.#domains.page;
    yield* pagesOf(await this.#scope.users.page());
    if (detect.includes('audit-log')) yield* this.#auditLog();
    if (detect.includes('changes')) {
      const found = { scope: this.#scope, domains: this.#domains };
      yield* new ChangeLogSync(this.#options, found).pages();
    }
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
      yield* pagesOf(await scope.users.page());
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
}

function pagesOf(page: SourcePage | undefined): SourcePage[] {
  return page === undefined ? [] : [page];
}
