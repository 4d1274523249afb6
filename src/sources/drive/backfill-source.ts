import { UserError } from '../../lib/errors.ts';
import type { SourcePage } from '../source.ts';
import { backfillPartition } from './audit-partition.ts';
import { earliestQueryable } from './audit-window.ts';
import { asRetryable } from './classify-errors.ts';
import { readDomainHistory } from './internal-domain-history.ts';
import { ItemDetailsReader } from './item-details.ts';
import { DRIVE_LIMITS } from './limits.ts';
import { warnOfNotQueried } from './not-queried.ts';
import { processAuditEntries } from './process-audit-entries.ts';
import { readAuditLog } from './read-audit-log.ts';
import { findScope } from './scope.ts';
import { type DriveSyncOptions, learnGoogleTime, type OpenedDrive } from './sync-source.ts';

export interface DriveBackfillOptions extends Omit<DriveSyncOptions, 'start' | 'full'> {
  /** stored: the streams of the backfill's cursors start with it */
  readonly stream: string;
  /** epoch milliseconds, inclusive */
  readonly since: number;
  /** epoch milliseconds, exclusive; undefined: until now, by Google's clock */
  readonly until: number | undefined;
}

/**
 * Reads the audit log of a past window, with its own cursors. Backfills and syncs share the grants on
 * record and can run in any order: neither reports what the other has reported. The pages throw
 * UserError if the audit log is not configured: a change log shows the present access only, without
 * actor and time.
 */
export async function openDriveBackfill(options: DriveBackfillOptions): Promise<OpenedDrive> {
  const { client, config, store, clock, log, since, onFailure, stream } = options;
  await learnGoogleTime(options);
  const scope = await asRetryable(() => findScope(options));
  const { wasInternal } = await readDomainHistory(store, scope.insiders.domains, clock.now());
  let items: ItemDetailsReader | undefined;
  const partition = backfillPartition(stream);
  async function* pages(): AsyncGenerator<SourcePage> {
    if (!config.detect.includes('audit-log')) throw withoutAuditLog();
    await client.learnTime('reports');
    const now = clock.now();
    const { until = now } = options;
    warnOfNotQueried(log, { since, until, now });
    // An action that began before the window can reach into it, and one in it can end after it.
    const start = since - DRIVE_LIMITS.backfillMarginMs;
    const end = until + DRIVE_LIMITS.actionMsMax;
    // Google no longer has any entry of the window.
    if (earliestQueryable(now) >= end) return;
    yield* readAuditLog({ ...options, scope, partition, start, full: false, now, end });
    items = new ItemDetailsReader({ client, config, scope, now, onFailure });
    const window = { since, until };
    yield* processAuditEntries({ client, store, scope, items, wasInternal, partition, window });
  }
  return {
    source: { name: 'google-drive', stream, allowsReadAhead: false, pull: pages },
    get insiders() {
      return scope.insiders;
    },
    isAuditLogRead: false,
    get unreadable() {
      return { leavers: 0, items: items?.unreadable ?? 0 };
    },
  };
}

function withoutAuditLog(): UserError {
  return new UserError('Google Drive has no history without the audit log', {
    hint:
      'Only the audit log records who shared what, and when. Add audit-log to googleDrive.detect ' +
      '(it needs a service account), or leave Drive out with --source salesforce.',
  });
}
