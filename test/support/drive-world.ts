import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GoogleDriveConfig, TenantConfig } from '../../src/config/types.ts';
import type { RunReport } from '../../src/db/run-report.ts';
import { type Clock, ShiftedClock } from '../../src/lib/clock.ts';
import { type Logger, silentLogger } from '../../src/lib/log.ts';
import { Secret } from '../../src/lib/secret.ts';
import { listEvents } from '../../src/outbox/list-events.ts';
import type { StoredEvent } from '../../src/outbox/outbox-event.ts';
import { type AppContext, openContext } from '../../src/runs/app-context.ts';
import { type BackfillOptions, runBackfill } from '../../src/runs/backfill.ts';
import type { BackfillWindow } from '../../src/runs/backfill-window.ts';
import type { RunOptions } from '../../src/runs/execute-run.ts';
import { runSync, type SyncOptions } from '../../src/runs/sync.ts';
import type { Workspace } from '../../src/sandbox/google/workspace.ts';
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { configOf } from './config-of.ts';
import { newDatabase, providedServer } from './database.ts';

const DAY_MS = 86_400_000;
/** A fake Google, Salesforce and Gong on loopback, and one tenant that reads its Drive. */
export interface DriveWorld {
  /** the vendors' clock */
  readonly clock: ShiftedClock;
  /** how far the clock of this machine is ahead of the vendors' */
  aheadMs: number;
  readonly sandbox: Sandbox;
  readonly google: Workspace;
  /** the company's domain */
  readonly domain: string;
  /** epoch milliseconds */
  readonly start: number;
  tenant: TenantConfig;
  context(): Promise<AppContext>;
  /** Runs a sync that only queues. */
  sync(options?: Partial<SyncOptions>): Promise<RunReport>;
  /** Runs a backfill that only queues. */
  backfill(window: BackfillWindow, options?: Partial<BackfillOptions>): Promise<RunReport>;
  /** the logged warnings */
  readonly warnings: string[];
  /** Overrides keys of the tenant's Drive configuration. */
  configure(drive: Partial<GoogleDriveConfig>): void;
  /** The outbox, newest share first. */
  events(): Promise<StoredEvent[]>;
  /** A second tenant that reads the same company from `start` on, with its own database. */
  openReader(drive: Partial<GoogleDriveConfig>, start: number): Promise<DriveReader>;
  close(): Promise<void>;
}

export interface DriveReader {
  sync(): Promise<RunReport>;
  events(): Promise<StoredEvent[]>;
}

/** Starts a world whose `start` is a day ago. */
export async function startDriveWorld(drive: Partial<GoogleDriveConfig> = {}): Promise<DriveWorld> {
  const clock = new ShiftedClock();
  const sandbox = await createSandbox({ clock });
  const { google } = sandbox;
  const folder = mkdtempSync(join(tmpdir(), 'sharetrail-drive-'));
  const start = clock.now() - DAY_MS;
  const { database, drop } = await newDatabase(folder, providedServer());
  const drops = [drop];
  const readers: AppContext[] = [];
  let opened: Promise<AppContext> | undefined;
  const warnings: string[] = [];
  const log: Logger = {
    ...silentLogger,
    warn: (message) => void warnings.push(message),
    child: () => log,
  };
  const localClock: Clock = {
    now: () => clock.now() + world.aheadMs,
    sleep: (ms, signal) => clock.sleep(ms, signal),
  };
  const parts = { clock: localClock, random: () => 0.001, log, access: 'write' } as const;
  const world: DriveWorld = {
    clock,
    aheadMs: 0,
    sandbox,
    google,
    domain: google.domain,
    start,
    tenant: tenantOf(sandbox, { start, drive }),
    context: () => {
      opened ??= openContext({
        ...parts,
        config: configOf({ folder, database }, [world.tenant]),
      });
      return opened;
    },
    sync: async (options = {}) =>
      runSync(await world.context(), { ...runDefaults(world.tenant), reach: 'new', ...options }),
    backfill: async (window, options = {}) =>
      runBackfill(await world.context(), { ...runDefaults(world.tenant), window, ...options }),
    warnings,
    configure: (changes) => {
      const { googleDrive } = world.tenant;
      if (googleDrive === undefined) throw new Error('the tenant has no Drive');
      world.tenant = { ...world.tenant, googleDrive: { ...googleDrive, ...changes } };
    },
    events: async () => eventsOf(await world.context()),
    openReader: async (readerDrive, readerStart) => {
      const tenant = tenantOf(sandbox, { start: readerStart, drive: readerDrive });
      const own = mkdtempSync(join(folder, 'reader-'));
      const other = await newDatabase(own, providedServer());
      drops.push(other.drop);
      const config = configOf({ folder: own, database: other.database }, [tenant]);
      const context = await openContext({ ...parts, config });
      readers.push(context);
      return {
        sync: () => runSync(context, { ...runDefaults(tenant), reach: 'new' }),
        events: () => eventsOf(context),
      };
    },
    close: async () => {
      for (const context of readers) await context.close();
      await (await opened)?.close();
      await sandbox.stop();
      for (const dropEach of drops) await dropEach();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return world;
}

function runDefaults(tenant: TenantConfig): RunOptions {
  return {
    tenant,
    push: 'queue-only',
    backfillUntil: Number.POSITIVE_INFINITY,
    signal: new AbortController().signal,
    listeners: [],
  };
}

/** `detector state reason sharer -> recipients: title` */
export function summariesOf(events: readonly StoredEvent[]): string[] {
  return events
    .map(({ share, state, reason }) => {
      const { drive, sharer, content } = share;
      const grantees = [
        ...(drive?.grantees.map(({ email }) => email) ?? []),
        ...(drive?.link ? [drive.link] : []),
      ].join(' ');
      const what = [drive?.detector, state, reason].filter(Boolean).join(' ');
      return `${what}: ${sharer?.email ?? 'no one'} -> ${grantees}: ${content.title}`;
    })
    .sort();
}

function eventsOf({ db }: AppContext): Promise<StoredEvent[]> {
  return listEvents(db, { windows: [{ tenants: ['acme'] }], limit: 10_000 });
}

function tenantOf(
  { origins, credentials, google }: Sandbox,
  given: { readonly start: number; readonly drive: Partial<GoogleDriveConfig> },
): TenantConfig {
  const { accessKey, accessKeySecret } = credentials.gong;
  return {
    tenant: 'acme',
    timezone: 'UTC',
    start: given.start,
    internalDomains: [google.domain],
    salesforce: {
      loginUrl: origins.salesforce,
      apiVersion: '62.0',
      auth: {
        flow: 'jwt-bearer',
        clientId: credentials.salesforce.clientId,
        username: credentials.salesforce.username,
        privateKey: new Secret(credentials.salesforce.privateKey),
      },
      contentDistributions: false,
      contentUrl: 'public-link',
      ignoreCreatedBy: [],
    },
    googleDrive: {
      auth: {
        flow: 'service-account',
        key: new Secret(credentials.google.key),
        adminSubject: credentials.google.adminSubject,
      },
      users: 'all',
      sharedDrives: 'all',
      detect: ['audit-log', 'changes'],
      linkShares: 'skip',
      endpoint: origins.google,
      ...given.drive,
    },
    crm: {
      objectTypes: ['Opportunity', 'Account', 'Contact', 'Lead'],
      matchAccountByDomain: false,
      unmatched: 'send',
      holdDays: 0,
    },
    gong: {
      baseUrl: origins.gong,
      auth: {
        flow: 'access-key',
        accessKey: new Secret(accessKey),
        accessKeySecret: new Secret(accessKeySecret),
      },
      reportingSystem: 'sharetrail',
      actionName: 'Content Shared',
      callsPerSecond: 1_000,
      callsPerDay: 1_000_000,
      concurrency: 4,
    },
  };
}
