import { readCursor } from '../../db/cursors.ts';
import type { SourcePage } from '../source.ts';
import type { ChangeLog } from './change-logs.ts';
import {
  type ChangeLogPosition,
  formatPosition,
  parseScopePosition,
  type ScopePosition,
} from './cursor-positions.ts';
import type { DriveStore } from './drive-store.ts';
import { SCOPE_STREAM } from './stream-names.ts';

/**
 * Since when users and shared drives are in scope. The files of a user who is added to the
 * configuration are no news, even those from after `start`.
 */
export class ScopeHistory {
  readonly #before: ScopePosition | undefined;
  /** by stream, since when the change logs that were not read yet are in scope */
  readonly #unreadSince: ReadonlyMap<string, number>;
  /** epoch milliseconds */
  readonly #start: number;

  private constructor(before: ScopePosition | undefined, start: number) {
    this.#before = before;
    const unread = before?.unread ?? [];
    this.#unreadSince = new Map(unread.map(({ stream, since }) => [stream, since]));
    this.#start = start;
  }

  /** `start`: epoch milliseconds; earlier shares are not needed. */
  static async read({ db, tenant }: DriveStore, start: number): Promise<ScopeHistory> {
    const stored = await readCursor(db, { tenant, stream: SCOPE_STREAM });
    return new ScopeHistory(stored === undefined ? undefined : parseScopePosition(stored), start);
  }

  /**
   * Epoch milliseconds: grants on files that were created before are a baseline. A change log that
   * the last sync did not have is new in scope since then.
   */
  baselineEndOf(
    { stream }: Pick<ChangeLog, 'stream'>,
    position: ChangeLogPosition | undefined,
  ): number {
    if (this.#before === undefined || !isUnread(position)) return this.#start;
    const since = this.#unreadSince.get(stream) ?? this.#before.readAt;
    return Math.max(this.#start, since);
  }

  /** The page that stores what a sync which began at `now` (epoch milliseconds) had in scope. */
  pageAfter(unreadStreams: readonly string[], now: number): SourcePage {
    const unread = unreadStreams.map((stream) => ({
      stream,
      since: this.baselineEndOf({ stream }, undefined),
    }));
    return {
      shares: [],
      stream: SCOPE_STREAM,
      position: formatPosition({ readAt: now, unread }),
    };
  }
}

/** True until the first reading of a change log is complete. */
export function isUnread(position: ChangeLogPosition | undefined): boolean {
  return position === undefined || position.sweep?.kind === 'baseline';
}
