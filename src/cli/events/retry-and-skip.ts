import { countOf } from '../../lib/format.ts';
import {
  countSelected,
  findActionable,
  type RetryReport,
  retryEvents,
  retrySelected,
  type Selection,
  skipEvents,
  skipSelected,
} from '../../operator/retry-and-skip.ts';
import type { State } from '../../outbox/states.ts';
import { type CommandInput, EXIT, type ExitCode, type Handler } from '../command.ts';
import { textOption } from '../command-line/input-options.ts';
import { UsageError } from '../command-line/usage-error.ts';
import { type CommandSession, withCommandSession } from '../command-session.ts';
import { requireConfirmation } from '../terminal/confirm.ts';
import { writeJson, writeParagraph } from '../terminal/write.ts';

type Action = 'retry' | 'skip';

export const retry: Handler = (input) => {
  const selection = selectionOf(input, 'retry');
  return withCommandSession(input, { access: 'write' }, (session) => retryAll(session, selection));
};

export const skip: Handler = (input) => {
  const selection = selectionOf(input, 'skip');
  return withCommandSession(input, { access: 'write', secrets: 'deferred' }, (session) =>
    skipAll(session, selection),
  );
};

/** Undefined: the events are named. Throws UsageError unless it is either of the two. */
function selectionOf(input: CommandInput, action: Action): Selection | undefined {
  const state = textOption(input, 'state') as State | undefined;
  const reason = textOption(input, 'reason');
  const isSelection = state !== undefined || reason !== undefined;
  if (isSelection === input.arguments.length > 0) {
    throw new UsageError(`"events ${action}" takes either event IDs or --state and --reason`, {
      hint:
        'Take the IDs from `sharetrail events`, or write --state rejected. See ' +
        `\`sharetrail help events ${action}\`.`,
    });
  }
  if (!isSelection) return undefined;
  return { ...(state !== undefined && { state }), ...(reason !== undefined && { reason }) };
}

async function retryAll(
  session: CommandSession,
  selection: Selection | undefined,
): Promise<ExitCode> {
  const reports = selection ? await retryBy(session, selection) : await retryById(session);
  const queued = reports.reduce((sum, report) => sum + report.queued, 0);
  const rejected = reports.reduce((sum, report) => sum + report.rejected, 0);
  const problems = reports.flatMap((report) => report.problems);
  const { json, input } = session;
  if (json) await writeJson(input.io, { queued, rejected, problems });
  else await printRetry(session, { queued, rejected, problems });
  return rejected > 0 ? EXIT.needsAttention : EXIT.success;
}

async function retryById({ context, tenants, input }: CommandSession): Promise<RetryReport[]> {
  const { arguments: eventIds, signal } = input;
  const found = await findActionable(context, tenants, { eventIds, action: 'retry' });
  const reports: RetryReport[] = [];
  for (const tenant of tenants) {
    const events = found.filter((event) => event.tenant === tenant.tenant);
    if (events.length > 0) reports.push(await retryEvents(context, tenant, { events, signal }));
  }
  return reports;
}

async function retryBy(session: CommandSession, selection: Selection): Promise<RetryReport[]> {
  const { context, tenants, input } = session;
  await confirm(session, selection, 'retry');
  const reports: RetryReport[] = [];
  for (const tenant of tenants) {
    reports.push(await retrySelected(context, tenant, { ...selection, signal: input.signal }));
  }
  return reports;
}

/** Asks only about several events: one could as well have been named. */
async function confirm(
  { context, tenants, input }: CommandSession,
  selection: Selection,
  action: Action,
): Promise<void> {
  const count = await countSelected(context, tenants, { ...selection, action });
  if (count <= 1) return;
  const what = selection.state === undefined ? 'event' : `${selection.state} event`;
  const reason = selection.reason === undefined ? '' : ` (${selection.reason})`;
  const effect = action === 'retry' ? 'queued again' : 'skipped';
  await requireConfirmation(input, {
    text: `${countOf(count, what)}${reason} will be ${effect}.`,
    withoutTerminal: 'refuse',
  });
}

const WHAT_CAN_BE_QUEUED =
  'Only rejected, skipped, and held events whose data is not erased can be queued again.';

async function printRetry({ input }: CommandSession, report: RetryReport): Promise<void> {
  const { io } = input;
  const { queued, rejected, problems } = report;
  if (queued > 0 || rejected === 0) await writeParagraph(io, queuedText(report));
  if (rejected > 0) {
    const them = rejected === 1 ? 'it is' : 'they are';
    await writeParagraph(io, `${countOf(rejected, 'event')} cannot be sent as ${them}:`);
    for (const problem of problems) await writeParagraph(io, `  ${problem}`);
  }
  if (queued > 0) await writeParagraph(io, 'The next sync sends the queued events.');
}

function queuedText({ queued, rejected }: RetryReport): string {
  if (queued + rejected === 0) {
    return `Nothing to do. ${WHAT_CAN_BE_QUEUED}`;
  }
  return `${countOf(queued, 'event')} queued again.`;
}

function skipText(skipped: number): string {
  if (skipped === 0) return 'Nothing to do: none of these events was going to be sent.';
  return `${countOf(skipped, 'event')} will not be sent.`;
}

async function skipAll(
  session: CommandSession,
  selection: Selection | undefined,
): Promise<ExitCode> {
  const { input, json } = session;
  const skipped = selection ? await skipBy(session, selection) : await skipById(session);
  if (json) await writeJson(input.io, { skipped });
  else await writeParagraph(input.io, skipText(skipped));
  return EXIT.success;
}

async function skipById({ context, tenants, input }: CommandSession): Promise<number> {
  const { arguments: eventIds } = input;
  const events = await findActionable(context, tenants, { eventIds, action: 'skip' });
  return skipEvents(context, events);
}

async function skipBy(session: CommandSession, selection: Selection): Promise<number> {
  const { context, tenants } = session;
  await confirm(session, selection, 'skip');
  let skipped = 0;
  for (const tenant of tenants) skipped += await skipSelected(context, tenant, selection);
  return skipped;
}
