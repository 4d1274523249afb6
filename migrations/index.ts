import type { Migration } from 'kysely/migration';
import { outbox } from './0001-outbox.ts';
import { drive } from './0002-drive.ts';
import { alerts } from './0003-alerts.ts';
import { backfill } from './0004-backfill.ts';
import { driveUsers } from './0005-drive-users.ts';
import { driveGrants } from './0006-drive-grants.ts';
import { tenantBindings } from './0007-tenant-bindings.ts';
import { setAsideRows } from './0008-set-aside-rows.ts';
import { search } from './0010-search.ts';
import { forgotten } from './0011-forgotten.ts';
import { callTotal } from './0012-call-total.ts';
import { eventCounts } from './0013-event-counts.ts';
import { workers } from './0014-workers.ts';
import { housekeeping } from './0015-housekeeping.ts';

/**
 * All migrations by name, in order. The map is explicit, because a folder that is read at run time
 * differs between the checkout and the published package. Released migrations are frozen: fix a
 * mistake with a new one.
 */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-outbox': outbox,
  '0002-drive': drive,
  '0003-alerts': alerts,
  '0004-backfill': backfill,
  '0005-drive-users': driveUsers,
  '0006-drive-grants': driveGrants,
  '0007-tenant-bindings': tenantBindings,
  '0008-set-aside-rows': setAsideRows,
  '0010-search': search,
  '0011-forgotten': forgotten,
  '0012-call-total': callTotal,
  '0013-event-counts': eventCounts,
  '0014-workers': workers,
  '0015-housekeeping': housekeeping,
};
