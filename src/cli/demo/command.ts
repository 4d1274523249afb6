import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfigIn } from '../../config/load-process-config.ts';
import type { TenantConfig } from '../../config/types.ts';
import type { RunReport } from '../../db/run-report.ts';
import { LIST_LIMITS } from '../../operator/limits.ts';
import { reportJson } from '../../operator/report-json.ts';
import { listEvents } from '../../outbox/list-events.ts';
import { type AppContext, openContext } from '../../runs/app-context.ts';
import { followProgress } from '../../runs/progress.ts';
import { runSync } from '../../runs/sync.ts';
import { writeSandboxConfiguration } from '../../sandbox/configuration-folder.ts';
import { createSandbox, type Sandbox } from '../../sandbox/sandbox.ts';
import {
  type FirstDay,
  seedDriveDay,
  seedFirstDay,
  seedNextDay,
} from '../../sandbox/scenario/index.ts';
import { type CommandInput, EXIT, type ExitCode, type Handler } from '../command.ts';
import { logLevel } from '../command-line/input-options.ts';
import { openLogger } from '../logging/logger.ts';
import { startProgress } from '../terminal/progress-line.ts';
import { writeJson } from '../terminal/write.ts';
import {
  writeDemoEnd,
  writeIntroduction,
  writeNotReported,
  writeRun,
  writeTimeline,
} from './print-demo.ts';

const DAY_MS = 24 * 60 * 60_000;

/** A running demo: the simulated companies, and the real product that works on them. */
interface Demo {
  readonly input: CommandInput;
  readonly sandbox: Sandbox;
  readonly context: AppContext;
  readonly tenant: TenantConfig;
}

export const demo: Handler = async (input) => {
  const folder = await mkdtemp(join(tmpdir(), 'sharetrail-demo-'));
  const sandbox = await createSandbox();
  try {
    return await withContext(input, { sandbox, folder }, runDemo);
  } finally {
    await sandbox.stop();
    await rm(folder, { recursive: true, force: true });
  }
};

/** Except for the vendors, all is as for a real tenant: files, database, clients. */
async function withContext(
  input: CommandInput,
  { sandbox, folder }: { readonly sandbox: Sandbox; readonly folder: string },
  work: (running: Demo) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { clock } = sandbox;
  const settings = { start: clock.now() - DAY_MS, timezone: 'UTC', googleDrive: true } as const;
  await writeSandboxConfiguration(folder, sandbox, settings);
  const config = await loadConfigIn({ folder, workingDirectory: folder, environment: {} });
  const [tenant] = config.tenants;
  if (!tenant) throw new Error('the sandbox wrote no tenant');
  const log = await openLogger({ io: input.io, clock, level: logLevel(input) ?? 'warn' });
  const random = () => Math.random();
  const context = await openContext({
    config,
    clock,
    random,
    log,
    asTyped: input.io.asTyped,
    access: 'write',
  });
  try {
    return await work({ input, sandbox, context, tenant });
  } finally {
    await context.close();
  }
}

async function runDemo(running: Demo): Promise<ExitCode> {
  const { input, sandbox } = running;
  const { io } = input;
  const json = input.options['json'] === true;
  const first = seedFirstDay(sandbox.salesforce, sandbox.clock);
  const grants = seedDriveDay(sandbox.google, sandbox.clock);
  if (!json) {
    const { deliveries } = first;
    await writeIntroduction(io, { origins: sandbox.origins, deliveries, grants });
  }
  const firstRun = await sync(running);
  input.signal.throwIfAborted();
  if (!json) await writeRun(io, 'First run', firstRun);
  const secondRun = await nextDay(running, first);
  input.signal.throwIfAborted();
  if (!json) await writeRun(io, 'Second run, one day later', secondRun);
  const runs = [firstRun, secondRun];
  if (json) {
    const gong = sandbox.gong.events.map(({ body }) => body);
    await writeJson(io, { runs: runs.map((report) => reportJson(report, io.asTyped)), gong });
  } else {
    await printOutcomes(running);
  }
  return runs.every(succeeded) ? EXIT.success : EXIT.needsAttention;
}

async function nextDay(running: Demo, first: FirstDay): Promise<RunReport> {
  const { clock, salesforce } = running.sandbox;
  const since = clock.now();
  clock.advance(DAY_MS);
  seedNextDay(salesforce, { clock, first, since });
  return sync(running);
}

async function sync({ input, context, tenant }: Demo): Promise<RunReport> {
  using progress = startProgress({ io: input.io, clock: context.clock });
  return runSync(context, {
    tenant,
    reach: 'new',
    push: 'send',
    backfillUntil: Number.POSITIVE_INFINITY,
    signal: input.signal,
    listeners: [
      followProgress(({ settled, queued }) =>
        progress.update({ label: 'events sent', done: settled, total: queued }),
      ),
    ],
  });
}

async function printOutcomes({ input, sandbox, context, tenant }: Demo): Promise<void> {
  const windows = [{ tenants: [tenant.tenant] }];
  const events = await listEvents(context.db, { windows, limit: LIST_LIMITS.eventsMax });
  await writeTimeline(input.io, sandbox);
  await writeNotReported(input.io, events);
  await writeDemoEnd(input.io);
}

function succeeded({ outcome, pending }: RunReport): boolean {
  return outcome === 'ok' && pending === 0;
}
