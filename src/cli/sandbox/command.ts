import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  sandboxTenantYaml,
  writeSandboxConfiguration,
} from '../../sandbox/configuration-folder.ts';
import { createSandbox, type Sandbox } from '../../sandbox/sandbox.ts';
import { seedDriveDay, seedFirstDay } from '../../sandbox/scenario/index.ts';
import { type CommandInput, EXIT, type Handler } from '../command.ts';
import { textOption } from '../options.ts';
import { writeJson, writeText } from '../render.ts';

const DAY_MS = 24 * 60 * 60_000;

export const sandbox: Handler = async (input) => {
  const { options, signal } = input;
  const kept = textOption(input, 'write');
  const served = await createSandbox({
    ports: {
      salesforce: Number(options['portSalesforce']),
      google: Number(options['portGoogle']),
      gong: Number(options['portGong']),
    },
    latencyMs: Number(options['latency']),
  });
  const dir = kept ? resolve(kept) : await mkdtemp(join(tmpdir(), 'sharetrail-sandbox-'));
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
    if (!kept) await rm(dir, { recursive: true, force: true });
  }
  return EXIT.done;
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
  io.err(
    `A made-up Salesforce is at ${salesforce}, a made-up Google at ${google}, a made-up Gong at ` +
      `${gong}; all end with Ctrl-C.\n` +
      `In another terminal: sharetrail sync --config ${dir}\n` +
      `What arrived: curl ${gong}/_sandbox/events\n`,
  );
}

function untilStopped(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done();
    else signal.addEventListener('abort', () => done(), { once: true });
  });
}
