import type { GoogleDriveConfig, TenantConfig } from '../../config/types.ts';
import type { Database } from '../../db/schema.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Connections } from '../../runs/vendor-clients.ts';

export interface GoogleOptions {
  readonly tenant: TenantConfig;
  readonly config: GoogleDriveConfig;
  readonly connections: Pick<Connections, 'google' | 'accounts'>;
  readonly db: Database;
  readonly clock: Clock;
}
