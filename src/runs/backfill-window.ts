import type { TenantConfig } from '../config/types.ts';
import type { Backfill } from '../db/backfills.ts';
import type { SourceName } from '../share/share.ts';

/** The past shares that a user asked for. Times are epoch milliseconds. */
export interface BackfillWindow {
  readonly since: number;
  /** exclusive; absent: until now */
  readonly until?: number;
  /** absent: every source that the tenant reads */
  readonly source?: SourceName;
}

export function backfillOf(
  { tenant }: TenantConfig,
  { since, until }: BackfillWindow,
  source: SourceName,
): Backfill {
  return { tenant, source, since, ...(until !== undefined && { until }) };
}
