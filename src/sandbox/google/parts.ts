import type { Access } from './access.ts';
import type { Accounts } from './accounts.ts';
import type { AuditLog } from './audit-log.ts';
import type { ChangeLogs } from './change-log.ts';
import type { Directory } from './directory.ts';
import type { Items } from './items.ts';
import type { Refusals } from './refusals.ts';
import type { GoogleSettings } from './settings.ts';
import type { Usage } from './usage.ts';

/** The parts of the made-up Google that answer requests; a story needs none of them. */
export interface Parts {
  /** Google's own clock, epoch milliseconds */
  readonly now: () => number;
  readonly settings: GoogleSettings;
  readonly accounts: Accounts;
  readonly directory: Directory;
  readonly items: Items;
  readonly access: Access;
  readonly changes: ChangeLogs;
  readonly audit: AuditLog;
  readonly refusals: Refusals;
  readonly usage: Usage;
}
