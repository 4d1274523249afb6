import { UserError } from '../../lib/errors.ts';
import type { SourcePage } from '../source.ts';
import { backfillPartition } from './audit-partition.ts';
import { actPages } from './audit-share-pages.ts';
import { domainHistory } from './domains.ts';
import type { Drive, DriveOptions } from './drive.ts';
import { ItemReader } from './item-reader.ts';
import { DRIVE_LIMITS } from './limits.ts';
import { auditPages } from './read-audit-log.ts';
import { findScope } from './scope.ts';
import { asSource, isOfUserWithoutDrive } from './stream-failures.ts';

export interface DriveHistoryOptions extends Omit<DriveOptions, 'start' | 'full'> {
  /** part of the database: what the streams of the window's cursors begin with */
  readonly stream: string;
  /** epoch milliseconds, inclusive and exclusive */
  readonly since: number;
  readonly until: number;
}

/**
 * The acts of a past window, as the audit log tells them, with cursors of their own. What a window
 * tells goes into the same record of grants as every night's reading, in whatever order it comes:
 * what one has reported, the other finds on record. Its pages throw UserError where there is no audit
 * log to read: a change log says how things stand, not how they came to be so.
 */
export async function openDriveHistory(options: DriveHistoryOptions): Promise<Drive> {
  const { client, config, internalDomains, record, clock, log } = options;
  const scope = await asSource(() => findScope({ client, config, internalDomains, log }));
  const { wasInside } = await domainHistory(record, scope.domains, clock.now());
  const { since, until, onFailure, stream } = options;
  const now = clock.now();
  const lane = backfillPartition(stream);
  async function* pages(): AsyncGenerator<SourcePage> {
    if (!config.detect.includes('audit-log')) throw withoutAuditLog();
    // An act that began before the window may reach into it, and one that begins in it beyond it.
    const start = Math.max(since - DRIVE_LIMITS.historyMarginMs, now - DRIVE_LIMITS.auditLogKeptMs);
    const end = Math.min(now, until + DRIVE_LIMITS.actMsMax);
    // Google has forgotten all of it.
    if (start >= end) return;
    yield* auditPages({ client, record, scope, lane, start, full: false, now: end });
    const isPassedOver = (error: unknown) => isOfUserWithoutDrive(config, error);
    const items = new ItemReader({ client, scope, now, isPassedOver, onFailure });
    yield* actPages({ record, scope, items, wasInside, lane, window: { since, until } });
  }
  return {
    source: { name: 'google-drive', stream, pace: 'in-step', pull: pages },
    internalDomains: scope.domains,
    isAuditLogRead: false,
  };
}

function withoutAuditLog(): UserError {
  return new UserError('Google Drive has no history without the audit log', {
    hint:
      'Only the audit log knows who shared what, and when. Add audit-log to googleDrive.detect ' +
      '(it needs a service account), or leave Drive out with --source salesforce.',
  });
}
