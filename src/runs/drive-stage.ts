import { backfillStream } from '../db/backfills.ts';
import type { OrgIdentity } from '../db/bindings.ts';
import { sharesAwaitingAuditLog } from '../outbox/events.ts';
import { openDriveBackfill } from '../sources/drive/backfill-source.ts';
import { storedDomains } from '../sources/drive/internal-domain-history.ts';
import { DRIVE_LIMITS } from '../sources/drive/limits.ts';
import {
  type DriveSyncOptions,
  type OpenedDrive,
  openDriveSync,
} from '../sources/drive/sync-source.ts';
import { backfillOf } from './backfill-window.ts';
import { readSource } from './read-source.ts';
import {
  type ReadContext,
  type StageReading,
  type SyncReading,
  startOfSource,
  type WindowReading,
} from './reading-types.ts';
import { reopenBeforeStart } from './reopen-before-start.ts';
import type { ReadingRun } from './run-lifecycle.ts';
import { sandboxIdOf } from './sandbox-event-ids.ts';
import { inStage, runError } from './stage-errors.ts';
import { identified } from './verify-accounts.ts';

const DAY_MS = 24 * 60 * 60_000;

/** Reads what is new in the tenant's Drive. Failures of single users and drives go into the report. */
export async function readDrive(reading: SyncReading): Promise<void> {
  const { reach } = reading;
  const start = startOfSource(reading, 'google-drive');
  const drive = await inStage('google-drive', async () =>
    openDriveSync({ ...(await optionsOf(reading)), start, full: reach === 'all' }),
  );
  reading.drive = drive;
  await readSource(withDomains(reading, drive), drive.source);
}

/** Reads a past window of the tenant's Drive, including what a sync skipped as too old. */
export async function readDriveWindow(reading: WindowReading): Promise<void> {
  const { tenant, window, clock } = reading;
  const drive = await inStage('google-drive', async () => {
    warnOfLostHistory(reading);
    return openDriveBackfill({
      ...(await optionsOf(reading)),
      stream: backfillStream(backfillOf(tenant, window, 'google-drive')),
      since: window.since,
      until: window.until ?? clock.now(),
    });
  });
  const ofDrive = withDomains(reading, drive);
  // They are on record already, so no page brings them as new ones.
  await reopenBeforeStart(ofDrive, { ...window, source: 'google-drive' });
  await readSource(ofDrive, drive.source);
}

/** What deciding again on Drive's held shares requires. */
export interface DriveKnowledge {
  /** the domains that count as internal */
  readonly internalDomains: readonly string[];
  /** if so, nothing has to wait for it */
  readonly isAuditLogRead: boolean;
}

/**
 * What the run knows of Drive; undefined if it may not decide on Drive's shares. If the Directory
 * could not be read, its last known domains count, so that no share waits longer than necessary.
 */
export async function driveKnowledge(reading: SyncReading): Promise<DriveKnowledge | undefined> {
  const { drive, driveDatabase } = reading;
  const { tenant, internalDomains, googleDrive } = reading.tenant;
  if (drive !== undefined) return drive;
  // Drive was removed from the configuration: there is nothing to wait for.
  if (googleDrive === undefined) return { internalDomains, isAuditLogRead: true };
  const kept = await storedDomains({ db: await driveDatabase(), tenant });
  return kept && { internalDomains: kept, isAuditLogRead: false };
}

/** Which domains count as internal is known once Drive is open. */
function withDomains(reading: StageReading, { internalDomains }: OpenedDrive): ReadContext {
  return { ...reading, rules: { ...reading.rules, driveDomains: internalDomains } };
}

/** Google deletes entries of the audit log after 180 days, and nothing else has them. */
function warnOfLostHistory({ tenant, window, clock, run }: WindowReading): void {
  const kept = clock.now() - DRIVE_LIMITS.auditLogKeptMs;
  const { since, until = Number.POSITIVE_INFINITY } = window;
  if (since >= kept || !tenant.googleDrive?.detect.includes('audit-log')) return;
  const days = DRIVE_LIMITS.auditLogKeptMs / DAY_MS;
  const date = new Date(kept).toISOString().slice(0, 10);
  run.context.log.warn(
    `Google keeps the audit log for ${days} days, so Drive has no history before ${date}; ` +
      (until <= kept ? 'the entire window is older' : 'the rest of the window is read'),
    { stage: 'google-drive' },
  );
}

async function optionsOf(reading: StageReading): Promise<Omit<DriveSyncOptions, 'start' | 'full'>> {
  const { run, db, clock, driveDatabase } = reading;
  const { tenant, internalDomains, googleDrive: config } = reading.tenant;
  const log = run.context.log.child({ stage: 'google-drive' });
  if (config === undefined) throw new Error(`${tenant} has no Drive`);
  // Fails if the sign-in may lead to another Workspace than the tenant's.
  await run.connections.accounts.workspace();
  return {
    client: await run.connections.google(),
    config,
    internalDomains,
    store: {
      db: await driveDatabase(),
      tenant,
      ...sandboxIdOf(await orgOf(run)),
      sharesAwaitingAuditLog: (eventIds) => sharesAwaitingAuditLog(db, tenant, eventIds),
    },
    clock,
    log,
    onFailure: (where, error) => {
      const entry = runError('google-drive', error);
      run.counters.addError({ ...entry, message: `${where}: ${entry.message}` });
    },
  };
}

/** If Salesforce is down, the org on record counts. Without one, no share gets past the lookup. */
async function orgOf({ bindings, connections }: ReadingRun): Promise<OrgIdentity | undefined> {
  return bindings.salesforce?.identity ?? identified(connections.accounts.org());
}
