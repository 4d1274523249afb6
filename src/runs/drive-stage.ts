import type { TenantConfig } from '../config/types.ts';
import { backfillStream } from '../db/backfills.ts';
import type { Database } from '../db/schema.ts';
import { awaitingShares } from '../outbox/events.ts';
import { openDriveBackfill } from '../sources/drive/backfill-source.ts';
import { storedDomains } from '../sources/drive/internal-domains.ts';
import { DRIVE_LIMITS } from '../sources/drive/limits.ts';
import {
  type DriveSyncOptions,
  type OpenedDrive,
  openDriveSync,
} from '../sources/drive/sync-source.ts';
import { type BackfillWindow, backfillOf } from './backfill-window.ts';
import type { AppContext } from './context.ts';
import type { RunCounters } from './counters.ts';
import {
  type DriveKnowledge,
  type ReadContext,
  readSource,
  reopenBeforeStart,
} from './read-source.ts';
import { inStage, runError } from './stage-errors.ts';
import { tryStage } from './try-stage.ts';

const DAY_MS = 24 * 60 * 60_000;

interface DriveParts {
  readonly context: AppContext;
  readonly counters: RunCounters;
  /** where what is known of Drive is kept: a dry run has a copy of its own */
  readonly record: Database;
}

export interface ReadDriveOptions extends DriveParts {
  /** epoch milliseconds: shares before it are not looked for */
  readonly start: number;
  readonly reach: 'new' | 'all';
}

export interface ReadHistoryOptions extends DriveParts {
  readonly window: BackfillWindow;
}

/** What came of reading Drive; `drive` is there once it was found whose files count. */
export interface DriveReading {
  readonly outcome: 'none' | 'read' | 'failed';
  readonly drive?: OpenedDrive;
  /** without `drive`: what counted as inside when it was last found */
  readonly keptDomains?: readonly string[];
}

/**
 * Reads a tenant's Drive, if it has one. What goes wrong with single users and drives stands in the
 * counters's errors, and so does what ended the whole reading.
 */
export async function readDrive(
  reading: ReadContext,
  options: ReadDriveOptions,
): Promise<DriveReading> {
  if (reading.tenant.googleDrive === undefined) return { outcome: 'none' };
  let drive: OpenedDrive | undefined;
  const isRead = await tryStage(options.counters, async () => {
    const opened = await inStage('google-drive', async () => {
      const { start, reach } = options;
      const parts = await partsOf(reading, options);
      return openDriveSync({ ...parts, start, full: reach === 'all' });
    });
    drive = opened;
    await readSource(withDomains(reading, opened), opened.source);
  });
  const outcome = isRead ? 'read' : 'failed';
  if (drive !== undefined) return { outcome, drive };
  const kept = await storedDomains({ db: options.record, tenant: reading.tenant.tenant });
  return { outcome, ...(kept && { keptDomains: kept }) };
}

/**
 * Reads a past window of a tenant's Drive, what a sync passed over as too old included. Throws as its
 * stages do.
 */
export async function readDriveHistory(
  reading: ReadContext,
  options: ReadHistoryOptions,
): Promise<void> {
  const { window, context } = options;
  const { tenant } = reading;
  const drive = await inStage('google-drive', async () => {
    tellWhatIsKept(reading, options);
    const parts = await partsOf(reading, options);
    return openDriveBackfill({
      ...parts,
      stream: backfillStream(backfillOf(tenant, window, 'google-drive')),
      since: window.since,
      until: window.until ?? context.clock.now(),
    });
  });
  const ofDrive = withDomains(reading, drive);
  // On record already, so no page brings it as a new one.
  await reopenBeforeStart(ofDrive, { ...window, source: 'google-drive' });
  await readSource(ofDrive, drive.source);
}

/** Who counts as inside is known once Drive is open. */
function withDomains(reading: ReadContext, { internalDomains }: OpenedDrive): ReadContext {
  return { ...reading, rules: { ...reading.rules, driveDomains: internalDomains } };
}

/** Google: the audit log is kept 180 days; what it has forgotten is nowhere else. */
function tellWhatIsKept({ tenant }: ReadContext, { window, context }: ReadHistoryOptions): void {
  const kept = context.clock.now() - DRIVE_LIMITS.auditLogKeptMs;
  const { since, until = Number.POSITIVE_INFINITY } = window;
  if (since >= kept || !tenant.googleDrive?.detect.includes('audit-log')) return;
  const days = DRIVE_LIMITS.auditLogKeptMs / DAY_MS;
  context.log.warn(
    `Google keeps ${days} days of the audit log: of Drive there is nothing to be had from before ` +
      `${new Date(kept).toISOString().slice(0, 10)}; ` +
      (until <= kept ? 'the whole window is older' : 'what there is since comes'),
    { tenant: tenant.tenant },
  );
}

/**
 * What the run knows when it looks at held shares again; undefined where it may judge none. While
 * the Directory cannot be read, what it said last has to do: a share waits no longer than it must.
 */
export function driveKnowledge(
  { internalDomains, googleDrive }: TenantConfig,
  { drive, keptDomains: kept }: DriveReading,
): DriveKnowledge | undefined {
  if (drive !== undefined) return drive;
  if (googleDrive !== undefined && kept !== undefined) {
    return { internalDomains: kept, isAuditLogRead: false };
  }
  // Drive was taken out of the configuration: nothing is to be waited for.
  return googleDrive === undefined ? { internalDomains, isAuditLogRead: true } : undefined;
}

async function partsOf(
  reading: ReadContext,
  options: DriveParts,
): Promise<Omit<DriveSyncOptions, 'start' | 'full'>> {
  const { tenant, signal } = reading;
  const { context, counters, record } = options;
  const { clock, random, log } = context;
  const { googleDrive: config, tenant: name } = tenant;
  if (config === undefined) throw new Error(`${name} has no Drive`);
  // Google's library takes its time to load, and only tenants with Drive need it.
  const { createGoogleClient } = await import('../vendors/google/client.ts');
  const client = createGoogleClient({
    config,
    clock,
    random,
    signal,
    onCall: () => {
      counters.calls.google += 1;
    },
    onWarning: (message) => log.warn(message, { tenant: name }),
  });
  return {
    client,
    config,
    internalDomains: tenant.internalDomains,
    store: {
      db: record,
      tenant: name,
      sharesAwaitingAuditLog: (eventIds) => awaitingShares(reading.db, name, eventIds),
    },
    clock,
    log: log.child({ tenant: name }),
    onFailure: (where, error) => {
      const entry = runError('google-drive', error);
      counters.addError({ ...entry, message: `${where}: ${entry.message}` });
    },
  };
}
