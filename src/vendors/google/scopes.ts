const ROOT = 'https://www.googleapis.com/auth';

/**
 * A token request with one scope that was not granted fails whole: so each set is asked for on its
 * own, and only when something of it is read.
 */
export const SCOPES = {
  drive: [`${ROOT}/drive.metadata.readonly`],
  /** drives.list takes no smaller one */
  allDrives: [`${ROOT}/drive.readonly`],
  reports: [`${ROOT}/admin.reports.audit.readonly`],
  directory: [`${ROOT}/admin.directory.user.readonly`, `${ROOT}/admin.directory.domain.readonly`],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type ScopeSet = keyof typeof SCOPES;
