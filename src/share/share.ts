/** Where a share was seen. The names are part of the outside contract. */
export type SourceName = 'salesforce' | 'google-drive';

/** A fact about the content or the act, for Gong's generic properties. */
export type Property =
  | { readonly name: string; readonly dataType: 'string' | 'url'; readonly value: string }
  | { readonly name: string; readonly dataType: 'number'; readonly value: number }
  /** `value` in epoch milliseconds */
  | { readonly name: string; readonly dataType: 'date'; readonly value: number };

/** Who gave the content away, as far as the source knows. */
export interface Sharer {
  /** the person's id in the source */
  readonly id?: string;
  readonly email?: string;
  readonly name?: string;
  /** Salesforce username: what `ignoreCreatedBy` may name */
  readonly username?: string;
}

/** The Salesforce record that a delivery relates to; `id` in the 18-character form. */
export interface RelatedRecord {
  readonly id: string;
  /** the object's API name, such as Contact or My_Object__c; absent where Salesforce hides it */
  readonly type?: string;
}

/** One act of giving one piece of content to people outside, in the words of no vendor. */
export interface Share {
  readonly source: SourceName;
  /** the source's own id of the act: the delivery's Id in Salesforce */
  readonly shareId: string;
  /** epoch milliseconds */
  readonly sharedAt: number;
  readonly sharer?: Sharer;
  readonly content: {
    readonly id: string;
    readonly title: string;
    /** absent where the source has no link that a recipient could open */
    readonly url?: string;
    /** a page that says more about the act, for the salesperson */
    readonly infoUrl?: string;
  };
  readonly related?: RelatedRecord;
  readonly contentProperties: readonly Property[];
  readonly eventProperties: readonly Property[];
}
