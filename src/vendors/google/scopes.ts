const ROOT = 'https://www.googleapis.com/auth';

/**
 * A token request with one ungranted scope fails entirely. So each set has its own token, which is
 * requested only when something of that set is read.
 */
export const SCOPES = {
  drive: [`${ROOT}/drive.metadata.readonly`],
  /** drives.list accepts no smaller one */
  allDrives: [`${ROOT}/drive.readonly`],
  reports: [`${ROOT}/admin.reports.audit.readonly`],
  directory: [`${ROOT}/admin.directory.user.readonly`, `${ROOT}/admin.directory.domain.readonly`],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type ScopeSet = keyof typeof SCOPES;
