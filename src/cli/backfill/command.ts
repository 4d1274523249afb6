import type { TenantConfig } from '../../config/types.ts';
import type { PacedBacklog } from '../../operator/sending-days.ts';
import { countBackfilled } from '../../outbox/event-counts.ts';
import { runBackfill } from '../../runs/backfill.ts';
import type { BackfillWindow } from '../../runs/backfill-window.ts';
import { dryBackfill } from '../../runs/dry-run.ts';
import { callsForBackfill } from '../../runs/gong-call-reserve.ts';
import { followProgress } from '../../runs/progress.ts';
import { tenantsWithSource } from '../../runs/tenant-sources.ts';
import { nextDueOf } from '../../scheduler/schedule-state.ts';
import { runTenants } from '../../service/run-tenants.ts';
import type { SourceName } from '../../share/share.ts';
import type { CommandInput, ExitCode, Handler } from '../command.ts';
import { textOption } from '../command-line/input-options.ts';
import { parseWhen } from '../command-line/parse-date-or-time.ts';
import { UsageError } from '../command-line/usage-error.ts';
import { type CommandSession, withCommandSession } from '../command-session.ts';
import { printDryRuns } from '../runs/print-dry-runs.ts';
import { printRuns } from '../runs/print-runs.ts';
import { startRunsProgress } from '../runs/runs-progress.ts';

type WindowOf = (tenant: TenantConfig) => BackfillWindow;

export const backfill: Handler = (input) => {
  if (textOption(input, 'since') === undefined) throw sinceMissing();
  const access = input.options['dryRun'] === true ? 'read' : 'write';
  return withCommandSession(input, { access }, (session) => {
    const tenants = tenantsWithSource(session.tenants, sourceOf(input));
    const selected = { ...session, tenants };
    return access === 'read' ? dryRunAll(selected) : backfillAll(selected);
  });
};

async function backfillAll(session: CommandSession): Promise<ExitCode> {
  const { context, tenants, input } = session;
  const { signal } = input;
  const push = input.options['push'] === false ? 'queue-only' : 'send';
  const windows = windowsOf(session);
  const backlogs = await backlogsOf(session, windows);
  using progress = startRunsProgress(session, { push, backlogs });
  const runs = await runTenants(context, tenants, {
    kind: 'backfill',
    signal,
    run: (tenant) => {
      const listeners = [followProgress(progress.of(tenant.tenant))];
      const window = windows(tenant);
      const backfillUntil = nextDueOf(tenant, context.clock.now());
      return runBackfill(context, { tenant, window, push, backfillUntil, signal, listeners });
    },
  });
  progress.end();
  return printRuns(session, runs);
}

function dryRunAll(session: CommandSession): Promise<ExitCode> {
  const { context, input } = session;
  const { signal } = input;
  const windows = windowsOf(session);
  return printDryRuns(session, (options) =>
    dryBackfill(context, { ...options, window: windows(options.tenant), signal }),
  );
}

/**
 * Each tenant has its own window, because a date means midnight in the tenant's timezone. All
 * windows are checked before any run starts. Throws UserError, UsageError.
 */
function windowsOf({ tenants, input, context }: CommandSession): WindowOf {
  const now = context.clock.now();
  const windows = new Map(tenants.map((tenant) => [tenant, windowOf(input, tenant, now)]));
  return (tenant) => {
    const window = windows.get(tenant);
    if (window === undefined) throw new Error(`${tenant.tenant} has no window`);
    return window;
  };
}

function windowOf(input: CommandInput, { timezone }: TenantConfig, now: number): BackfillWindow {
  const source = sourceOf(input);
  const until = textOption(input, 'until');
  const window = {
    since: parseWhen(textOption(input, 'since') ?? '', timezone),
    ...(until !== undefined && { until: parseWhen(until, timezone) }),
    ...(source !== undefined && { source }),
  };
  if (window.until !== undefined && window.until <= window.since) throw emptyWindow();
  if (window.since >= now) throw sinceInFuture();
  return window;
}

function sourceOf(input: CommandInput): SourceName | undefined {
  const text = textOption(input, 'source');
  return text === 'salesforce' || text === 'google-drive' ? text : undefined;
}

async function backlogsOf(
  { context, tenants }: CommandSession,
  windows: WindowOf,
): Promise<Map<string, PacedBacklog>> {
  const backlogs = new Map<string, PacedBacklog>();
  for (const config of tenants) {
    const { tenant } = config;
    const counts = await countBackfilled(context.db, tenant, windows(config));
    backlogs.set(tenant, { ...counts, callsPerDay: await callsForBackfill(context, config) });
  }
  return backlogs;
}

function sinceMissing(): UsageError {
  return new UsageError('backfill needs --since', {
    hint: 'Give the start of the window: `sharetrail backfill --since 2026-01-01`.',
  });
}

function sinceInFuture(): UsageError {
  return new UsageError('--since is in the future: there is nothing to read yet', {
    hint: 'The window must start in the past. Without --until, it ends now.',
  });
}

function emptyWindow(): UsageError {
  return new UsageError('--until is not after --since: the window is empty', {
    hint: 'The window includes --since and ends before --until.',
  });
}
