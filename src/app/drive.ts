import type { TenantConfig } from '../config/types.ts';
import type { Database } from '../db/schema.ts';
import { awaitingShares } from '../outbox/events.ts';
import { keptDomains } from '../sources/drive/domains.ts';
import { type Drive, openDrive } from '../sources/drive/drive.ts';
import type { Context } from './context.ts';
import { inStage, runError } from './failures.ts';
import { type DriveKnowledge, type Reading, readSource } from './read.ts';
import { tryStage } from './stages.ts';
import type { Tally } from './tally.ts';

export interface ReadDriveOptions {
  readonly context: Context;
  readonly tally: Tally;
  /** epoch milliseconds: shares before it are not looked for */
  readonly start: number;
  readonly reach: 'new' | 'all';
  /** where what is known of Drive is kept: a dry run has a copy of its own */
  readonly record: Database;
}

/** What came of reading Drive; `drive` is there once it was found whose files count. */
export interface DriveReading {
  readonly outcome: 'none' | 'read' | 'failed';
  readonly drive?: Drive;
  /** without `drive`: what counted as inside when it was last found */
  readonly keptDomains?: readonly string[];
}

/**
 * Reads a tenant's Drive, if it has one. What goes wrong with single users and drives stands in the
 * tally's errors, and so does what ended the whole reading.
 */
export async function readDrive(
  reading: Reading,
  options: ReadDriveOptions,
): Promise<DriveReading> {
  if (reading.tenant.googleDrive === undefined) return { outcome: 'none' };
  let drive: Drive | undefined;
  const isRead = await tryStage(options.tally, async () => {
    const opened = await inStage('google-drive', () => openTenantDrive(reading, options));
    drive = opened;
    const rules = { ...reading.rules, driveDomains: opened.internalDomains };
    await readSource({ ...reading, rules }, opened.source);
  });
  const outcome = isRead ? 'read' : 'failed';
  if (drive !== undefined) return { outcome, drive };
  const kept = await keptDomains({ db: options.record, tenant: reading.tenant.tenant });
  return { outcome, ...(kept && { keptDomains: kept }) };
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

async function openTenantDrive(reading: Reading, options: ReadDriveOptions): Promise<Drive> {
  const { tenant, signal } = reading;
  const { context, tally, record } = options;
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
      tally.calls.google += 1;
    },
    onWarning: (message) => log.warn(message, { tenant: name }),
  });
  return openDrive({
    client,
    config,
    internalDomains: tenant.internalDomains,
    record: {
      db: record,
      tenant: name,
      awaitingAuditLog: (eventIds) => awaitingShares(reading.db, name, eventIds),
    },
    clock,
    start: options.start,
    full: options.reach === 'all',
    log: log.child({ tenant: name }),
    onFailure: (where, error) => {
      const entry = runError('google-drive', error);
      tally.addError({ ...entry, message: `${where}: ${entry.message}` });
    },
  });
}
