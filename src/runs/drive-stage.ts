import { backfillStream } from '../db/backfills.ts';
import type { OrgIdentity } from '../db/bindings.ts';
import { sharesAwaitingAuditLog } from '../outbox/awaiting-audit-log.ts';
import type { Insiders } from '../share/address.ts';
import { openDriveBackfill } from '../sources/drive/backfill-source.ts';
import { storedInsiders } from '../sources/drive/stored-insiders.ts';
import {
  type DriveSyncOptions,
  type OpenedDrive,
  openDriveSync,
} from '../sources/drive/sync-source.ts';
import { backfillOf } from './backfill-window.ts';
import type { Rules } from './decide-share.ts';
import { driveNotes } from './drive-notes.ts';
import { readSource } from './read-source.ts';
import {
  type StageReading,
  type SyncReading,
  startOfSource,
  type WindowReading,
} from './reading-context.ts';
import { reopenBeforeStart } from './reopen-before-start.ts';
import type { ReadingRun } from './run-lifecycle.ts';
import { sandboxIdOf } from './sandbox-event-ids.ts';
import { withSetAside } from './set-aside-rows.ts';
import { inStage, runError } from './stage-errors.ts';
import { identified } from './verify-accounts.ts';

/** Reads what is new in the tenant's Drive. Failures of single users and drives go into the report. */
export async function readDrive(reading: SyncReading): Promise<void> {
  const { reach } = reading;
  const start = startOfSource(reading, 'google-drive');
  const retry = reach === 'all' ? 'all' : 'of earlier versions';
  await withSetAside(reading, { source: 'google-drive', retry }, async (kept, setAside) => {
    const drive = await inStage('google-drive', async () =>
      openDriveSync({ ...(await optionsOf(kept)), setAside, start, full: reach === 'all' }),
    );
    reading.drive = drive;
    await readOpened(withInsiders(kept, drive), drive);
  });
}

/** Reads a past window of the tenant's Drive, including what a sync skipped as too old. */
export async function readDriveWindow(reading: WindowReading): Promise<void> {
  const { tenant, window } = reading;
  const options = { source: 'google-drive', retry: 'none' } as const;
  await withSetAside(reading, options, async (kept, setAside) => {
    const drive = await inStage('google-drive', async () =>
      openDriveBackfill({
        ...(await optionsOf(kept)),
        setAside,
        stream: backfillStream(backfillOf(tenant, window, 'google-drive')),
        since: window.since,
        until: window.until,
      }),
    );
    const ofDrive = withInsiders(kept, drive);
    // They are on record already, so no page brings them as new ones.
    await reopenBeforeStart(ofDrive, { ...window, source: 'google-drive' });
    await readOpened(ofDrive, drive);
  });
}

/** Says what could not be read, even if reading ends early. */
async function readOpened(reading: StageReading, drive: OpenedDrive): Promise<void> {
  const { run, tenant } = reading;
  try {
    await readSource(reading, drive.source);
  } finally {
    run.counters.notes.push(...driveNotes(drive.unreadable, tenant.googleDrive?.detect ?? []));
  }
}

/** What deciding again on Drive's held shares requires. */
export interface DriveKnowledge {
  readonly insiders: Insiders;
  /** if so, nothing has to wait for it */
  readonly isAuditLogRead: boolean;
}

/**
 * What the run knows of Drive; undefined if it may not decide on Drive's shares. If the Directory
 * could not be read, its last known domains and users count, so that no share waits longer than
 * necessary.
 */
export async function driveKnowledge(reading: SyncReading): Promise<DriveKnowledge | undefined> {
  const { drive, driveDatabase } = reading;
  const { tenant, internalDomains, googleDrive } = reading.tenant;
  if (drive !== undefined) return drive;
  // Drive was removed from the configuration: there is nothing to wait for.
  if (googleDrive === undefined) {
    const insiders = { domains: internalDomains, addresses: new Set<string>() };
    return { insiders, isAuditLogRead: true };
  }
  const insiders = await storedInsiders(await driveDatabase(), tenant);
  return insiders && { insiders, isAuditLogRead: false };
}

/** Who is internal is known once Drive is open, and the run can find out more. */
function withInsiders(reading: StageReading, drive: OpenedDrive): StageReading {
  const rules: Rules = {
    ...reading.rules,
    get driveInsiders() {
      return drive.insiders;
    },
  };
  return { ...reading, rules };
}

async function optionsOf(
  reading: StageReading,
): Promise<Omit<DriveSyncOptions, 'start' | 'full' | 'setAside'>> {
  const { run, db, clock, driveDatabase } = reading;
  const { tenant, internalDomains, googleDrive: config } = reading.tenant;
  const log = run.context.log.child({ stage: 'google-drive' });
  if (config === undefined) throw new Error(`${tenant} has no Drive`);
  // Fails if the sign-in may lead to another Workspace than the tenant's.
  await run.connections.accounts.workspace();
  const client = await run.connections.google();
  return {
    client,
    config,
    internalDomains,
    store: {
      db: await driveDatabase(),
      tenant,
      ...sandboxIdOf(await orgOf(run)),
      forgotten: run.forgotten,
      sharesAwaitingAuditLog: (eventIds) => sharesAwaitingAuditLog(db, tenant, eventIds),
    },
    // What is stored about Drive is in Google's time, however wrong this machine's clock is.
    clock: { now: () => client.now(), sleep: (ms, stop) => clock.sleep(ms, stop) },
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
