import type { Statement } from '../db/schema.ts';
import type { Share, SourceName } from '../share/share.ts';

/** Shares that are looked up, built and committed together with the cursor position after them. */
export interface SourcePage {
  readonly shares: readonly Share[];
  /** JSON text: the cursor's position once this page is committed */
  readonly position: string;
  /** the cursor's stream, for a source that reads several; default: `Source.stream` */
  readonly stream?: string;
  /** Writes the source's own rows (Drive's grants) in the page's transaction; uses only `trx`. */
  readonly writeInTransaction?: (trx: Statement) => Promise<void>;
  /** the page records grants that were given before they were first seen, and that no event names */
  readonly recordsBaseline?: boolean;
  /** eventIds of held events that this page's shares replace; they are removed */
  readonly replaced?: readonly string[];
  /** hold the page's shares until the audit log supplies actor and time */
  readonly awaitsAuditLog?: boolean;
}

/** Produces shares. It may yield shares that are already in the database. */
export interface Source {
  readonly name: SourceName;
  /** the cursor's stream, as stored in the database */
  readonly stream: string;
  /** false: a page depends on what the previous page wrote, so commit each page before the next */
  readonly allowsReadAhead: boolean;
  /**
   * Yields everything after `position` (undefined: from the beginning), in cursor order. It may
   * yield a share again and never omits one. Ending the iteration stops the reading.
   */
  pull(position: string | undefined): AsyncIterable<SourcePage>;
}
