import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { shellQuoted } from '../../lib/shell-quote.ts';
import {
  sandboxTenantYaml,
  writeSandboxConfiguration,
} from '../../sandbox/configuration-folder.ts';
import { createSandbox, type Sandbox } from '../../sandbox/sandbox.ts';
import { seedDriveDay, seedFirstDay } from '../../sandbox/scenario/index.ts';
import { type CommandInput, EXIT, type Handler } from '../command.ts';
import { textOption } from '../command-line/input-options.ts';
import { writeError, writeJson, writeText } from '../terminal/write.ts';

const DAY_MS = 24 * 60 * 60_000;

export const sandbox: Handler = async (input) => {
  const { options, signal } = input;
  const folder = textOption(input, 'write');
  const served = await createSandbox({
    ports: {
      salesforce: Number(options['portSalesforce']),
      google: Number(options['portGoogle']),
      gong: Number(options['portGong']),
    },
    latencyMs: Number(options['latency']),
  });
  const dir = folder ? resolve(folder) : await mkdtemp(join(tmpdir(), 'sharetrail-sandbox-'));
  try {
    if (options['empty'] !== true) {
      seedFirstDay(served.salesforce, served.clock);
      seedDriveDay(served.google, served.clock);
    }
    const start = served.clock.now() - DAY_MS;
    const settings = { start, timezone: 'UTC', googleDrive: true } as const;
    await writeSandboxConfiguration(dir, served, settings);
    await introduce(input, { served, dir, yaml: sandboxTenantYaml(served, settings) });
    await untilStopped(signal);
  } finally {
    await served.stop();
    if (!folder) await rm(dir, { recursive: true, force: true });
  }
  return EXIT.success;
};

async function introduce(
  { io, options }: CommandInput,
  { served, dir, yaml }: { readonly served: Sandbox; readonly dir: string; readonly yaml: string },
): Promise<void> {
  const { origins } = served;
  const { salesforce, google, gong } = origins;
  if (options['json'] === true) {
    await writeJson(io, { config: dir, origins: { salesforce, google, gong } });
  } else {
    await writeText(io, `# ${join(dir, 'tenants', 'sandbox.yaml')}\n${yaml}`);
  }
  writeError(
    io,
    `Simulated Salesforce: ${salesforce}\nSimulated Google: ${google}\nSimulated Gong: ${gong}\n` +
      `Press Ctrl-C to stop all three.\n` +
      `In another terminal, run \`sharetrail sync --config ${shellQuoted(dir)}\`.\n` +
      `To see what arrived, run: curl ${gong}/_sandbox/events`,
  );
}

function untilStopped(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done();
    else signal.addEventListener('abort', () => done(), { once: true });
  });
}
