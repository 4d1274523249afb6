import type { Share, SourceName } from '../share/share.ts';

/** Shares that are looked up, built and committed together, with the cursor after them. */
export interface SourcePage {
  readonly shares: readonly Share[];
  /** JSON text: the cursor once this page is committed */
  readonly position: string;
}

/** Where shares come from. What is new to the database is not for the source to know. */
export interface Source {
  readonly name: SourceName;
  /** whose cursor `position` is; part of the database */
  readonly stream: string;
  /**
   * What there is after `position` (undefined: from the beginning), in the order in which the
   * cursor moves. A share may come again; none is left out. Ending the
   * iteration ends the reading too.
   */
  pull(position: string | undefined): AsyncIterable<SourcePage>;
}
