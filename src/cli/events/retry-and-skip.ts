import { countOf } from '../../lib/format.ts';
import {
  findActionable,
  type RetryReport,
  retryEvents,
  retryState,
  skipEvents,
} from '../../operator/retry-and-skip.ts';
import type { State } from '../../outbox/states.ts';
import { EXIT, type ExitCode, type Handler } from '../command.ts';
import { textOption } from '../command-line/input-options.ts';
import { UsageError } from '../command-line/usage-error.ts';
import { type CommandSession, withCommandSession } from '../command-session.ts';
import { writeJson, writeParagraph } from '../terminal/write.ts';

export const retry: Handler = (input) => {
  const state = textOption(input, 'state') as State | undefined;
  if ((state === undefined) === (input.arguments.length === 0)) {
    throw new UsageError('"events retry" takes either event IDs or --state', {
      hint:
        'Take the IDs from `sharetrail events`, or write --state rejected. See ' +
        '`sharetrail help events retry`.',
    });
  }
  return withCommandSession(input, { access: 'write' }, (session) => retryAll(session, state));
};

export const skip: Handler = (input) =>
  withCommandSession(input, { access: 'write', secrets: 'deferred' }, skipAll);

async function retryAll(session: CommandSession, state: State | undefined): Promise<ExitCode> {
  const reports = state ? await retryByState(session, state) : await retryById(session);
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

async function retryByState(
  { context, tenants, input }: CommandSession,
  state: State,
): Promise<RetryReport[]> {
  const reports: RetryReport[] = [];
  for (const tenant of tenants) {
    reports.push(await retryState(context, tenant, { state, signal: input.signal }));
  }
  return reports;
}

async function printRetry({ input }: CommandSession, report: RetryReport): Promise<void> {
  const { io } = input;
  const { queued, rejected, problems } = report;
  await writeParagraph(io, `${countOf(queued, 'event')} queued again.`);
  if (rejected > 0) {
    const them = rejected === 1 ? 'it is' : 'they are';
    await writeParagraph(io, `${countOf(rejected, 'event')} cannot be sent as ${them}:`);
    for (const problem of problems) await writeParagraph(io, `  ${problem}`);
  }
  if (queued > 0) await writeParagraph(io, 'The next sync sends the queued events.');
}

function skipText(skipped: number): string {
  if (skipped === 0) return 'Nothing to do: none of these events was going to be sent.';
  return `${countOf(skipped, 'event')} will not be sent.`;
}

async function skipAll({ context, tenants, input, json }: CommandSession): Promise<ExitCode> {
  const { arguments: eventIds, io } = input;
  const events = await findActionable(context, tenants, { eventIds, action: 'skip' });
  const skipped = await skipEvents(context, events);
  if (json) await writeJson(io, { skipped });
  else await writeParagraph(io, skipText(skipped));
  return EXIT.success;
}
