import { healthOf, worstFirst } from '../../operator/health.ts';
import { type QueueStatus, queueStatus, workersJson } from '../../operator/queue-status.ts';
import { statusOf } from '../../operator/status.ts';
import { statusJson } from '../../operator/status-json.ts';
import { readPositions, syncCursors } from '../../operator/sync-cursors.ts';
import { faultyRow, type TenantRow, type ValidTenantRow } from '../../operator/tenant-row.ts';
import { nextDue } from '../../scheduler/due-times.ts';
import { EXIT, type ExitCode, type Handler } from '../command.ts';
import { type CommandSession, withCommandSession } from '../command-session.ts';
import { writeJson } from '../terminal/write.ts';
import { printDetails } from './print-details.ts';
import { printSummary } from './print-summary.ts';

export const status: Handler = (input) =>
  withCommandSession(input, { access: 'read', secrets: 'deferred' }, showStatus);

async function showStatus(session: CommandSession): Promise<ExitCode> {
  const { context, tenants, faulty, json, input } = session;
  const found = await statusOf(context, tenants, nextDue);
  const queue = await queueStatus(context);
  const valid = found.map((each) => ({ status: each, health: healthOf(each) }));
  const rows = worstFirst([...valid, ...faulty.map(faultyRow)]);
  // Programs find tenants by name; only people read the worst first.
  if (json) await printJson(session, valid, queue);
  else await printText(session, rows, queue);
  const needsAttention =
    queue.attention !== undefined || rows.some(({ health }) => health.attention !== undefined);
  return needsAttention && input.options['exitCode'] === true ? EXIT.needsAttention : EXIT.success;
}

async function printJson(
  { context, input }: CommandSession,
  rows: readonly ValidTenantRow[],
  queue: QueueStatus,
): Promise<void> {
  const records: unknown[] = [];
  for (const row of rows) {
    const cursors = await syncCursors(context, row.status.tenant);
    records.push(statusJson({ ...row, cursors }, input.io.asTyped));
  }
  await writeJson(input.io, { tenants: records, workers: workersJson(queue) });
}

async function printText(
  session: CommandSession,
  rows: readonly TenantRow[],
  queue: QueueStatus,
): Promise<void> {
  const { context, input } = session;
  const { io } = input;
  const verbose = input.options['verbose'] === true;
  const now = context.clock.now();
  await printSummary(io, rows, { now, queue, details: verbose ? 'all' : 'few' });
  if (!verbose) return;
  for (const { status: found } of rows) {
    if (found) await printDetails(io, found, await readPositions(context, found.tenant));
  }
}
