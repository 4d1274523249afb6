/**
 * Simulates the vendors of many tenants in a separate process: one Salesforce org for all tenants,
 * and one Gong per tenant, or another process that receives all events. Arguments: the folder for the
 * configuration, and `TenantsOptions` as JSON. Prints "ready" on standard output and serves until it
 * is killed.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import {
  SANDBOX_TENANT,
  writeSandboxConfiguration,
} from '../../src/sandbox/configuration-folder.ts';
import { createGong } from '../../src/sandbox/gong/index.ts';
import { createSandbox } from '../../src/sandbox/sandbox.ts';
import { startSandbox } from '../../src/sandbox/server.ts';

const HOUR_MS = 3_600_000;
const SECOND_MS = 1_000;
const NO_LIMITS = {
  callsPerSecond: Number.POSITIVE_INFINITY,
  callsPerDay: Number.POSITIVE_INFINITY,
};

export interface TenantsOptions {
  readonly tenants: number;
  readonly deliveries: number;
  /** in UTC */
  readonly schedule: string;
  /** the start of reported shares, before now */
  readonly hours: number;
  /** of Salesforce, added to each response */
  readonly latencyMs?: number;
  /** absent: a simulated Gong for each tenant */
  readonly receiver?: { readonly origin: string; readonly accounts: 'own' | 'one' };
  readonly callsPerSecond?: number;
}

const [folder = '', json = ''] = process.argv.slice(2);
const options = JSON.parse(json) as TenantsOptions;
const { tenants, deliveries: count, schedule, hours, latencyMs = 0, receiver } = options;
const { callsPerSecond = 1_000 } = options;
const sandbox = await createSandbox({ latencyMs });
const { clock } = sandbox;
if (count > 0) {
  const firstAt = clock.now() - HOUR_MS;
  sandbox.salesforce.generatedDeliveries({ count, firstAt, everyMs: SECOND_MS, contacts: 10 });
}
const start = clock.now() - hours * HOUR_MS;
await writeSandboxConfiguration(folder, sandbox, { start, timezone: 'UTC' });
const file = join(folder, 'tenants', `${SANDBOX_TENANT}.yaml`);
const { googleDrive: _, ...settings } = parse(readFileSync(file, 'utf8'));
rmSync(file);
mkdirSync(join(folder, 'secrets'), { recursive: true });
for (let number = 0; number < tenants; number += 1) {
  const tenant = `tenant-${number}`;
  const account = receiver?.accounts === 'one' ? 0 : number;
  const key = { accessKey: `BENCHACCESSKEY${account}`, accessKeySecret: `bench-secret-${account}` };
  for (const [name, text] of Object.entries(key)) {
    writeFileSync(join(folder, 'secrets', `${name}-${number}`), text);
  }
  const auth = {
    flow: 'access-key',
    accessKey: `\${file:secrets/accessKey-${number}}`,
    accessKeySecret: `\${file:secrets/accessKeySecret-${number}}`,
  };
  const baseUrl = receiver?.origin ?? (await gongOf(key));
  const gong = { baseUrl, auth, callsPerSecond, callsPerDay: 1_000_000 };
  const text = stringify({ ...settings, tenant, schedule, gong });
  writeFileSync(join(folder, 'tenants', `${tenant}.yaml`), text);
}
process.stdout.write('ready\n');

/** If there are no deliveries, no tenant calls Gong: one is enough for all. */
async function gongOf(key: { accessKey: string; accessKeySecret: string }): Promise<string> {
  if (count === 0) return sandbox.origins.gong;
  const { vendor } = createGong({ clock, keys: [key], keepBodies: false, limits: NO_LIMITS });
  const { origins } = await startSandbox({ vendors: { gong: vendor }, clock });
  return origins.gong;
}
