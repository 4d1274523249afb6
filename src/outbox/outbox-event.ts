import type { Match } from '../crm/match.ts';
import type { ContentShared } from '../event/contract.ts';
import type { Share, SourceName } from '../share/share.ts';
import type { State } from './states.ts';

/** Fresh shares are sent before backfilled ones. */
export const PRIORITY = { fresh: 0, backfill: 1 } as const;

/** An event as a run writes it: the decision about one share. */
export interface NewEvent {
  readonly eventId: string;
  readonly share: Share;
  readonly state: State;
  readonly reason?: string;
  readonly match?: Match;
  /** Gong's body: present if the event is pending, or was rejected by the local check */
  readonly body?: ContentShared;
  /** held: the end of the hold, in epoch milliseconds */
  readonly notBefore?: number;
  /** the problems that the local check of the body found */
  readonly errors?: readonly string[];
}

/** One request about an event, and its outcome. */
export interface Attempt {
  readonly number: number;
  readonly at: number;
  readonly outcome: string;
  readonly status?: number;
  readonly requestId?: string;
  readonly errors: readonly string[];
}

/** An event as it is in the database, for the operator. */
export interface StoredEvent {
  readonly tenant: string;
  readonly eventId: string;
  readonly source: SourceName;
  readonly state: State;
  readonly reason?: string;
  /** a value of PRIORITY */
  readonly priority: number;
  readonly sharedAt: number;
  /** when a run first recorded the share, and when its state or content last changed */
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly notBefore?: number;
  readonly share: Share;
  readonly match?: Match;
  readonly body?: ContentShared;
  readonly attempts: number;
  readonly lastStatus?: number;
  readonly requestId?: string;
  readonly integrationId?: string;
  readonly errors: readonly string[];
  /** when retention erased its people, title, links, match and body; only ids and times remain */
  readonly erasedAt?: number;
}
