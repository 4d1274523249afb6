import type { TenantConfig } from '../config/types.ts';
import { zonedTimeText } from '../lib/format.ts';
import type { Attempt, StoredEvent } from '../outbox/outbox-event.ts';

/** What the sentences about one event are made of. All times are epoch milliseconds. */
export interface ExplainedEvent {
  readonly event: StoredEvent;
  readonly attempts: readonly Attempt[];
  readonly tenant: Pick<TenantConfig, 'timezone' | 'schedule' | 'crm'>;
  readonly gong: GongWait;
  readonly now: number;
}

/** Why nothing can be sent to the tenant's Gong account at the moment. */
export interface GongWait {
  /** the end of a pause that Gong requested */
  readonly pausedUntil?: number;
  /** absent if the credentials, which name the account, cannot be read here */
  readonly callsLeft?: number;
  readonly callsPerDay: number;
}

/** The time in the tenant's timezone. */
export function at(time: number, { tenant }: Pick<ExplainedEvent, 'tenant'>): string {
  return zonedTimeText(time, tenant.timezone);
}
