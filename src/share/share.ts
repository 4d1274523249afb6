/** The source of a share. The names are part of the external contract. */
export type SourceName = 'salesforce' | 'google-drive';

/** A fact about the content or the share, for Gong's generic properties. */
export type Property =
  | { readonly name: string; readonly dataType: 'string' | 'url'; readonly value: string }
  | { readonly name: string; readonly dataType: 'number'; readonly value: number }
  /** `value` in epoch milliseconds */
  | { readonly name: string; readonly dataType: 'date'; readonly value: number };

/** The person who shared the content, as far as the source knows. */
export interface Sharer {
  /** the person's id in the source */
  readonly id?: string;
  readonly email?: string;
  readonly name?: string;
  /** Salesforce username; `ignoreCreatedBy` can list it */
  readonly username?: string;
  /** an automation of the source, not a person */
  readonly isAutomation?: true;
}

/** The Salesforce record that a delivery relates to; `id` in the 18-character form. */
export interface RelatedRecord {
  readonly id: string;
  /** the object's API name, such as Contact or My_Object__c; absent if Salesforce hides it */
  readonly type?: string;
}

/** An external person or group with access to a Drive item. */
export interface Grantee {
  readonly kind: 'user' | 'group';
  /** lower case */
  readonly email: string;
  readonly name?: string;
  /** Drive's term: reader, commenter, writer, …; '' if unknown */
  readonly role: string;
  /** epoch milliseconds */
  readonly expiresAt?: number;
}

/** Facts that only Drive shares have; see `Share.drive`. */
export interface DriveFacts {
  readonly detector: 'audit-log' | 'changes';
  /** a file, a folder, or an entire shared drive */
  readonly item: 'file' | 'folder' | 'drive';
  /** unique by email; empty if no external grantee has an address */
  readonly grantees: readonly Grantee[];
  /** also shared by link with anyone, or with an entire external domain */
  readonly link?: 'anyone' | 'domain';
  /**
   * why `grantees` is empty: only forgotten people, only a link, accounts of programs, or grantees
   * without an address
   */
  readonly unnamed?: 'forgotten' | 'link-only' | 'service-account' | 'no-address';
}

/** Content that one action made available to people outside the company. Vendor-neutral. */
export interface Share {
  readonly source: SourceName;
  /**
   * Derived only from facts of the source, so that the same share read again (by another run, after
   * a crash, into a rebuilt database) has the same id. Changing how a source derives it reports
   * every share a second time.
   */
  readonly eventId: string;
  /** the source's own id: the delivery's Id in Salesforce; for Drive, stable for its grants */
  readonly shareId: string;
  /** epoch milliseconds */
  readonly sharedAt: number;
  readonly sharer?: Sharer;
  readonly content: {
    readonly id: string;
    /** the version of the file that was shared, if the source has one; operators search by it */
    readonly versionId?: string;
    readonly title: string;
    /** absent if the source has no link that a recipient could open */
    readonly url?: string;
    /** a page with more about the share, for the salesperson */
    readonly infoUrl?: string;
  };
  readonly related?: RelatedRecord;
  readonly drive?: DriveFacts;
  readonly contentProperties: readonly Property[];
  readonly eventProperties: readonly Property[];
}
