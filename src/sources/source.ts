import type { Statement } from '../db/schema.ts';
import type { Share, SourceName } from '../share/share.ts';

/** Shares that are looked up, built and committed together, with the cursor after them. */
export interface SourcePage {
  readonly shares: readonly Share[];
  /** JSON text: the cursor once this page is committed */
  readonly position: string;
  /** whose cursor it is, where a source reads several streams; default: the source's own stream */
  readonly stream?: string;
  /**
   * What the source itself has to write in the page's transaction (Drive's grants). Only `trx` may
   * be used in it.
   */
  readonly alongside?: (trx: Statement) => Promise<void>;
  /** eventIds of held events that the page's shares stand in place of: these are removed */
  readonly replaces?: readonly string[];
  /** the audit log may still say more about the page's shares: they wait for it */
  readonly awaitsAuditLog?: boolean;
}

/** Where shares come from. What is new to the database is not for the source to know. */
export interface Source {
  readonly name: SourceName;
  /** whose cursor `position` is; part of the database */
  readonly stream: string;
  /**
   * `ahead`: a page may be pulled before the one before it is committed; `in-step`: a page builds
   * on what the one before it wrote.
   */
  readonly pace: 'ahead' | 'in-step';
  /**
   * What there is after `position` (undefined: from the beginning), in the order in which the
   * cursor moves. A share may come again; none is left out. Ending the
   * iteration ends the reading too.
   */
  pull(position: string | undefined): AsyncIterable<SourcePage>;
}
