/** What can be set about the made-up Google while it runs. */
export interface GoogleSettings {
  /** Google's clock is ahead of ours by so much; negative: behind */
  clockAheadMs: number;
  /** an act is seen in the audit log so much later than it happened; Infinity: never */
  auditDelayMs: number;
  /** lists give at most so many a page, whatever is asked for: "may return fewer" */
  pageSizeMax: number;
  /** so many activities stand again at the head of the next page of the audit log */
  auditRepeats: number;
  /** which children get an entry of their own when a My Drive folder is shared: not documented */
  childEntries: 'none' | 'some' | 'all';
  /** whether items of My Drive carry `permissionDetails`, as those of shared drives do */
  myDriveDetails: 'shown' | 'missing';
  /** Admin SDK, "Reports API: Limits and quotas" */
  reportsPerMinute: number;
  /** likewise, for queries with `filters` */
  filteredReportsPerMinute: number;
}

export function defaultSettings(): GoogleSettings {
  return {
    clockAheadMs: 0,
    auditDelayMs: 0,
    pageSizeMax: Number.POSITIVE_INFINITY,
    auditRepeats: 0,
    childEntries: 'all',
    myDriveDetails: 'shown',
    reportsPerMinute: 2_400,
    filteredReportsPerMinute: 250,
  };
}
