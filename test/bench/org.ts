/**
 * Simulates Salesforce and Gong in a separate process, so that a benchmark measures only the
 * product. Arguments: folder for the configuration, deliveries, contacts, "limits" or "no-limits",
 * milliseconds between two deliveries. Prints "ready" on standard output and serves until it is killed.
 */
import { writeSandboxConfiguration } from '../../src/sandbox/configuration-folder.ts';
import { createSandbox } from '../../src/sandbox/sandbox.ts';

const HOUR_MS = 3_600_000;
const [folder = '', deliveries = '0', contacts = '1', limits = 'limits', every = '50'] =
  process.argv.slice(2);
const count = Number(deliveries);
const everyMs = Number(every);

const noLimits = {
  callsPerSecond: Number.POSITIVE_INFINITY,
  callsPerDay: Number.POSITIVE_INFINITY,
};
const sandbox = await createSandbox({
  gong: { keepBodies: false, ...(limits === 'no-limits' && { limits: noLimits }) },
});
const firstAt = sandbox.clock.now() - count * everyMs - HOUR_MS;
sandbox.salesforce.generatedDeliveries({ count, firstAt, everyMs, contacts: Number(contacts) });
await writeSandboxConfiguration(folder, sandbox, { start: firstAt - HOUR_MS, timezone: 'UTC' });
process.stdout.write('ready\n');
