import type { Match } from '../crm/match.ts';
import type { ContentShared } from '../event/contract.ts';
import type { Share, SourceName } from '../share/share.ts';
import type { State } from './states.ts';

/** Fresh shares go to Gong before those that a backfill brought in. */
export const PRIORITY = { fresh: 0, backfill: 1 } as const;

/** An event as a run hands it to the database: what became of one share. */
export interface NewEvent {
  readonly eventId: string;
  readonly share: Share;
  readonly state: State;
  readonly reason?: string;
  readonly match?: Match;
  /** Gong's body: there once the event is pending (or was refused by the local check) */
  readonly body?: ContentShared;
  /** held: when the wait ends, epoch milliseconds */
  readonly notBefore?: number;
  /** what the local check of the body found */
  readonly errors?: readonly string[];
}

/** One request about an event, and what came of it. */
export interface Attempt {
  readonly number: number;
  readonly at: number;
  readonly outcome: string;
  readonly status?: number;
  readonly requestId?: string;
  readonly errors: readonly string[];
}

/** An event as it stands in the database, for people who look into it. */
export interface StoredEvent {
  readonly tenant: string;
  readonly eventId: string;
  readonly source: SourceName;
  readonly state: State;
  readonly reason?: string;
  /** one of PRIORITY's */
  readonly priority: number;
  readonly sharedAt: number;
  readonly notBefore?: number;
  readonly share: Share;
  readonly match?: Match;
  readonly body?: ContentShared;
  readonly attempts: number;
  readonly lastStatus?: number;
  readonly requestId?: string;
  readonly integrationId?: string;
  readonly errors: readonly string[];
  /** when retention took its people, title, links, match and body; its share then is a husk */
  readonly erasedAt?: number;
}
