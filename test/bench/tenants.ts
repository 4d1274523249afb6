/**
 * Simulates the vendors of many tenants in a separate process: one Salesforce org for all tenants,
 * and one Gong per tenant. Arguments: folder for the configuration, tenants, deliveries, schedule
 * (in UTC), and the start of reported shares in hours before now. Prints "ready" on standard output
 * and serves until it is killed.
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

const [folder = '', tenants = '1', deliveries = '0', schedule = '', hours = '12'] =
  process.argv.slice(2);
const sandbox = await createSandbox();
const { clock } = sandbox;
const count = Number(deliveries);
if (count > 0) {
  const firstAt = clock.now() - HOUR_MS;
  sandbox.salesforce.generatedDeliveries({ count, firstAt, everyMs: SECOND_MS, contacts: 10 });
}
const start = clock.now() - Number(hours) * HOUR_MS;
await writeSandboxConfiguration(folder, sandbox, { start, timezone: 'UTC' });
const file = join(folder, 'tenants', `${SANDBOX_TENANT}.yaml`);
const { googleDrive: _, ...settings } = parse(readFileSync(file, 'utf8'));
rmSync(file);
mkdirSync(join(folder, 'secrets'), { recursive: true });
for (let number = 0; number < Number(tenants); number += 1) {
  const tenant = `tenant-${number}`;
  const key = { accessKey: `BENCHACCESSKEY${number}`, accessKeySecret: `bench-secret-${number}` };
  for (const [name, text] of Object.entries(key)) {
    writeFileSync(join(folder, 'secrets', `${name}-${number}`), text);
  }
  const auth = {
    flow: 'access-key',
    accessKey: `\${file:secrets/accessKey-${number}}`,
    accessKeySecret: `\${file:secrets/accessKeySecret-${number}}`,
  };
  const gong = { baseUrl: await gongOf(key), auth, callsPerSecond: 1_000, callsPerDay: 1_000_000 };
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
