import type { AuditLog } from './audit-log.ts';
import type { CallCounts, MethodName } from './call-counts.ts';
import type { ChangeLogs } from './change-log.ts';
import type { Credentials } from './credentials.ts';
import type { Directory } from './directory.ts';
import type { EffectivePermissions } from './effective-permissions.ts';
import type { InjectedErrors } from './injected-errors.ts';
import type { Items } from './items.ts';
import type { RowChange } from './row-changes.ts';
import type { GoogleSettings } from './settings.ts';

/** The state and services of the simulated Google. Tests and scenarios use `Workspace`. */
export interface WorkspaceState {
  /** Google's clock, epoch milliseconds */
  readonly now: () => number;
  readonly settings: GoogleSettings;
  readonly credentials: Credentials;
  readonly directory: Directory;
  readonly items: Items;
  readonly access: EffectivePermissions;
  readonly changes: ChangeLogs;
  readonly audit: AuditLog;
  readonly injectedErrors: InjectedErrors;
  readonly callCounts: CallCounts;
  /** by method: changes each row of its lists before it is sent */
  readonly rowChanges: Map<MethodName, RowChange>;
}
