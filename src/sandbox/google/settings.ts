/** Settings of the simulated Google that can change while it runs. */
export interface GoogleSettings {
  /** how far Google's clock is ahead of the sandbox's; negative: behind */
  clockAheadMs: number;
  /** the id of the Workspace */
  customerId: string;
  /** delay until an action appears in the audit log; Infinity: it never appears */
  auditDelayMs: number;
  /** maximum page size of lists, even if the request allows more: Google "may return fewer" */
  pageSizeMax: number;
  /** number of activities repeated at the start of the next audit log page */
  auditRepeats: number;
  /** which children of a shared My Drive folder get their own change entries: not documented */
  childEntries: 'none' | 'some' | 'all';
  /** whether My Drive items have `permissionDetails`, as items on shared drives do */
  myDriveDetails: 'shown' | 'missing';
  /** whether a sign-in can name an alias instead of the primary address: not documented */
  aliasSignIn: 'accepted' | 'refused';
  /** whether calls of the Drive API can be sent together */
  batches: 'offered' | 'missing';
  /** Admin SDK, "Reports API: Limits and quotas" */
  reportsPerMinute: number;
  /** the same quota for queries with `filters` */
  filteredReportsPerMinute: number;
}

export function defaultSettings(): GoogleSettings {
  return {
    clockAheadMs: 0,
    customerId: 'C03sandbox',
    auditDelayMs: 0,
    pageSizeMax: Number.POSITIVE_INFINITY,
    auditRepeats: 0,
    childEntries: 'all',
    myDriveDetails: 'shown',
    aliasSignIn: 'refused',
    batches: 'offered',
    reportsPerMinute: 2_400,
    filteredReportsPerMinute: 250,
  };
}
