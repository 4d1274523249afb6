import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TenantConfig } from '../../src/config/types.ts';
import type { RunReport } from '../../src/db/run-report.ts';
import { ShiftedClock } from '../../src/lib/clock.ts';
import { type Logger, silentLogger } from '../../src/lib/log.ts';
import { Secret } from '../../src/lib/secret.ts';
import { type AppContext, openContext } from '../../src/runs/app-context.ts';
import { type BackfillOptions, runBackfill } from '../../src/runs/backfill.ts';
import type { BackfillWindow } from '../../src/runs/backfill-window.ts';
import type { RunOptions } from '../../src/runs/execute-run.ts';
import { runSync, type SyncOptions } from '../../src/runs/sync.ts';
import { createGong, type GongControl, type GongOptions } from '../../src/sandbox/gong/index.ts';
import type { Org, OrgOptions } from '../../src/sandbox/salesforce/org.ts';
import { createSalesforce } from '../../src/sandbox/salesforce/salesforce.ts';
import { type SandboxServer, startSandbox } from '../../src/sandbox/server.ts';
import { configOf } from './config-of.ts';
import { newDatabase, providedServer } from './database.ts';

const CLIENT_ID = '3MVG9.test.client';
const GONG_KEY = { accessKey: 'TESTKEY123456', accessKeySecret: 'test-secret-123456' };
const keys = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

/** A simulated Salesforce and Gong on loopback, and one tenant that uses them. */
export interface World {
  readonly clock: ShiftedClock;
  readonly org: Org;
  readonly gong: GongControl;
  readonly server: SandboxServer<'salesforce' | 'gong'>;
  readonly tenant: TenantConfig;
  /** folder of this world's database; removed at the end */
  readonly folder: string;
  /** opens a context on the world's database file; closed at the end */
  context(): Promise<AppContext>;
  sync(options?: Partial<SyncOptions>): Promise<RunReport>;
  backfill(window: BackfillWindow, options?: Partial<BackfillOptions>): Promise<RunReport>;
  close(): Promise<void>;
}

export interface WorldOptions {
  readonly gong?: Partial<GongOptions>;
  readonly org?: Partial<OrgOptions>;
  /** replaces parts of the tenant's configuration */
  readonly tenant?: Partial<TenantConfig>;
  readonly log?: Logger;
}

/** Starts a world without Gong's limits, since most tests are not about pacing. */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const clock = new ShiftedClock();
  const { vendor: salesforce, org } = createSalesforce({ clock, ...options.org });
  org.addClient({ clientId: CLIENT_ID, publicKey: keys.publicKey });
  const limits = { callsPerSecond: 100_000, callsPerDay: 1_000_000 };
  const { vendor, gong } = createGong({ clock, keys: [GONG_KEY], limits, ...options.gong });
  const server = await startSandbox({ vendors: { salesforce, gong: vendor }, clock });
  const tenant = { ...tenantOf(server, org), ...options.tenant };
  const folder = mkdtempSync(join(tmpdir(), 'sharetrail-world-'));
  const { database, drop } = await newDatabase(folder, providedServer());
  const contexts: AppContext[] = [];
  const context = async () => {
    const opened = await openContext({
      config: configOf({ folder, database }, [tenant]),
      clock,
      // Makes the jittered waits between attempts short.
      random: () => 0.01,
      log: options.log ?? silentLogger,
      access: 'write',
    });
    contexts.push(opened);
    return opened;
  };
  return {
    clock,
    org,
    gong,
    server,
    tenant,
    folder,
    context,
    sync: async (override = {}) => {
      const opened = await context();
      return runSync(opened, { ...runDefaults(tenant), reach: 'new', ...override });
    },
    backfill: async (window, override = {}) => {
      const opened = await context();
      return runBackfill(opened, { ...runDefaults(tenant), window, ...override });
    },
    close: async () => {
      await Promise.all(contexts.map((opened) => opened.close()));
      await server.stop();
      await drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function runDefaults(tenant: TenantConfig): RunOptions {
  return {
    tenant,
    push: 'send',
    backfillUntil: Number.POSITIVE_INFINITY,
    signal: new AbortController().signal,
    listeners: [],
  };
}

function tenantOf(server: SandboxServer<'salesforce' | 'gong'>, org: Org): TenantConfig {
  return {
    tenant: 'acme',
    timezone: 'UTC',
    start: Date.parse('2026-01-01T00:00:00Z'),
    internalDomains: ['acme.example'],
    salesforce: {
      loginUrl: server.origins.salesforce,
      apiVersion: '62.0',
      auth: {
        flow: 'jwt-bearer',
        clientId: CLIENT_ID,
        username: org.username,
        privateKey: new Secret(keys.privateKey),
      },
      contentDistributions: true,
      contentUrl: 'public-link',
      ignoreCreatedBy: [],
    },
    crm: {
      objectTypes: ['Opportunity', 'Account', 'Contact', 'Lead'],
      matchAccountByDomain: false,
      unmatched: 'send',
      holdDays: 3,
    },
    gong: {
      baseUrl: server.origins.gong,
      auth: {
        flow: 'access-key',
        accessKey: new Secret(GONG_KEY.accessKey),
        accessKeySecret: new Secret(GONG_KEY.accessKeySecret),
      },
      reportingSystem: 'sharetrail',
      actionName: 'Content Shared',
      callsPerSecond: 1_000,
      callsPerDay: 1_000_000,
      concurrency: 4,
    },
  };
}
