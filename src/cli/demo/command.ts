import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfigIn } from '../../config/load-process-config.ts';
import type { TenantConfig } from '../../config/types.ts';
import type { RunReport } from '../../db/run-report.ts';
import { LIST_LIMITS } from '../../operator/limits.ts';
import { listEvents } from '../../outbox/queries.ts';
import { type AppContext, openContext } from '../../runs/context.ts';
import { followProgress } from '../../runs/progress.ts';
import { printedReport } from '../../runs/report.ts';
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
  writeDay,
  writeDemoEnd,
  writeIntroduction,
  writeTimeline,
  writeUnreported,
} from './print-demo.ts';

const DAY_MS = 24 * 60 * 60_000;

/** A demonstration under way: the made-up companies, and the real product beside them. */
interface Stage {
  readonly input: CommandInput;
  readonly sandbox: Sandbox;
  readonly context: AppContext;
  readonly tenant: TenantConfig;
}

export const demo: Handler = async (input) => {
  const folder = await mkdtemp(join(tmpdir(), 'sharetrail-demo-'));
  const sandbox = await createSandbox();
  try {
    return await withContext(input, { sandbox, folder }, play);
  } finally {
    await sandbox.stop();
    await rm(folder, { recursive: true, force: true });
  }
};

/** Everything but the two vendors is what a real tenant uses: files, database, clients. */
async function withContext(
  input: CommandInput,
  { sandbox, folder }: { readonly sandbox: Sandbox; readonly folder: string },
  work: (stage: Stage) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { clock } = sandbox;
  const settings = { start: clock.now() - DAY_MS, timezone: 'UTC', googleDrive: true } as const;
  await writeSandboxConfiguration(folder, sandbox, settings);
  const config = await loadConfigIn({ folder, workingDirectory: folder, environment: {} });
  const [tenant] = config.tenants;
  if (!tenant) throw new Error('the sandbox wrote no tenant');
  const log = await openLogger({ io: input.io, clock, level: logLevel(input) ?? 'warn' });
  const random = () => Math.random();
  const context = await openContext({ config, clock, random, log, access: 'write' });
  try {
    return await work({ input, sandbox, context, tenant });
  } finally {
    await context.close();
  }
}

async function play(stage: Stage): Promise<ExitCode> {
  const { input, sandbox } = stage;
  const { io } = input;
  const quiet = input.options['json'] === true;
  const first = seedFirstDay(sandbox.salesforce, sandbox.clock);
  const grants = seedDriveDay(sandbox.google, sandbox.clock);
  if (!quiet) {
    const { deliveries } = first;
    await writeIntroduction(io, { origins: sandbox.origins, deliveries, grants });
  }
  const firstRun = await sync(stage);
  input.signal.throwIfAborted();
  if (!quiet) await writeDay(io, 'The first run', firstRun);
  const secondRun = await nextDay(stage, first);
  input.signal.throwIfAborted();
  if (!quiet) await writeDay(io, 'A day of sharing later, the second run', secondRun);
  const runs = [firstRun, secondRun];
  if (quiet)
    await writeJson(io, {
      runs: runs.map(printedReport),
      gong: sandbox.gong.events.map(({ body }) => body),
    });
  else await tellWhatArrived(stage);
  return runs.every(wentWell) ? EXIT.success : EXIT.needsAttention;
}

async function nextDay(stage: Stage, first: FirstDay): Promise<RunReport> {
  const { clock, salesforce } = stage.sandbox;
  const since = clock.now();
  clock.advance(DAY_MS);
  seedNextDay(salesforce, { clock, first, since });
  return sync(stage);
}

async function sync({ input, context, tenant }: Stage): Promise<RunReport> {
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

async function tellWhatArrived({ input, sandbox, context, tenant }: Stage): Promise<void> {
  const windows = [{ tenants: [tenant.tenant] }];
  const events = await listEvents(context.db, { windows, limit: LIST_LIMITS.eventsMax });
  await writeTimeline(input.io, sandbox);
  await writeUnreported(input.io, events);
  await writeDemoEnd(input.io);
}

function wentWell({ outcome, pending }: RunReport): boolean {
  return outcome === 'ok' && pending === 0;
}
