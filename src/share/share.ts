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

/** Somebody outside whom a Drive item was given to. */
export interface Grantee {
  readonly kind: 'user' | 'group';
  /** lower case */
  readonly email: string;
  readonly name?: string;
  /** in Drive's words: reader, commenter, writer, … */
  readonly role: string;
  /** epoch milliseconds */
  readonly expiresAt?: number;
}

/** What only Drive shares have; see `Share.drive`. */
export interface DriveFacts {
  readonly detector: 'audit-log' | 'changes';
  /** a file, a folder, or a whole shared drive */
  readonly item: 'file' | 'folder' | 'drive';
  /** each once, by email; empty where nobody outside is named */
  readonly grantees: readonly Grantee[];
  /** also given by link to anyone, or to a whole foreign domain */
  readonly link?: 'anyone' | 'domain';
  /** why nobody is named: only a link, or only grantees without an address */
  readonly unnamed?: 'link-only' | 'no-address';
  /** the facts that the eventId is made from: file, grantees, actor and time as detected */
  readonly identity: string;
}

/** One act of giving one piece of content to people outside, in the words of no vendor. */
export interface Share {
  readonly source: SourceName;
  /** the source's own id of the act: the delivery's Id in Salesforce; for Drive stable for its grants */
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
  readonly drive?: DriveFacts;
  readonly contentProperties: readonly Property[];
  readonly eventProperties: readonly Property[];
}
