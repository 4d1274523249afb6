import type { Cursor } from '../../db/cursors.ts';
import { type RunStatus, statusOf, type TenantStatus } from '../../operator/status.ts';
import { STATES } from '../../outbox/states.ts';
import { printedReport } from '../../runs/report.ts';
import { EXIT, type ExitCode, type Handler } from '../command.ts';
import { sendingDays } from '../eta.ts';
import { countOf, listOf, timeText } from '../format.ts';
import { type Field, writeFields, writeHeading, writeJson } from '../render.ts';
import { type Session, withSession } from '../session.ts';
import { runLines } from '../summary.ts';

/** what the streams of Drive's change logs begin with */
const CHANGE_LOGS = 'drive/changes/';
const TIME = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/;

export const status: Handler = (input) => withSession(input, { access: 'read' }, showStatus);

async function showStatus(session: Session): Promise<ExitCode> {
  const { context, tenants, json, input } = session;
  const all: TenantStatus[] = [];
  for (const [index, tenant] of tenants.entries()) {
    const found = await statusOf(context, tenant);
    all.push(found);
    if (json) continue;
    if (index > 0) await input.io.out('\n');
    await writeHeading(input.io, `${found.tenant}, times in ${tenant.timezone}`);
    await writeFields(input.io, fieldsOf(found, tenant.timezone));
  }
  if (json) await writeJson(input.io, { tenants: all.map(statusRecord) });
  return EXIT.done;
}

function fieldsOf(found: TenantStatus, timezone: string): Field[] {
  const { gong, oldestPending, backfills } = found;
  const at = (moment: number) => timeText(moment, timezone);
  return [
    ...labelled(
      'runs',
      found.runs.map((run) => `${at(run.startedAt)}  ${runText(run)}`),
    ),
    ...labelled('read up to', cursorLines(found.cursors, at)),
    ...(backfills.length === 0 ? [] : labelled('backfills', backfillLines(backfills, at))),
    ...historyFields(found),
    ['outbox', outboxText(found.outbox)],
    ['oldest pending', oldestPending === undefined ? undefined : at(oldestPending)],
    ['Gong calls left', `${group(gong.callsLeft)} of ${group(gong.callsPerDay)} in 24 hours`],
    ...(gong.pausedUntil === undefined
      ? []
      : [['Gong paused until', at(gong.pausedUntil)] as const]),
  ];
}

/** A line a stream; the change logs, one of each user and drive, in one line together. */
function cursorLines(cursors: readonly Cursor[], at: (moment: number) => string): string[] {
  const logs = cursors.filter(({ stream }) => stream.startsWith(CHANGE_LOGS));
  const others = cursors.filter(({ stream }) => !stream.startsWith(CHANGE_LOGS));
  const lines = others.map(({ stream, position }) => `${stream}  ${positionText(position, at)}`);
  if (logs.length === 0) return lines;
  const oldest = Math.min(...logs.map(({ updatedAt }) => updatedAt));
  const whole = logs.filter(({ position }) => 'sweep' in JSON.parse(position)).length;
  const parts = [
    countOf(logs.length, 'change log'),
    ...(whole > 0 ? [`${group(whole)} of them being read whole`] : []),
    `the one read longest ago at ${at(oldest)}`,
  ];
  return [...lines, `${CHANGE_LOGS}…  ${listOf(parts)}`];
}

/** A cursor's parts, whatever its source keeps there: `from …, mark …`. */
function positionText(position: string, at: (moment: number) => string): string {
  const parts = Object.entries(JSON.parse(position) as object);
  const text = (value: unknown) =>
    TIME.test(String(value)) ? at(Date.parse(String(value))) : partText(value);
  return listOf(
    parts
      .filter(([, value]) => String(value) !== '')
      .map(([name, value]) => `${name} ${text(value)}`),
  );
}

function partText(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function backfillLines(
  backfills: TenantStatus['backfills'],
  at: (moment: number) => string,
): string[] {
  return backfills.map(({ source, since, until, state, updatedAt }) => {
    const window = `${at(since)} to ${until === undefined ? 'now' : at(until)}`;
    const how =
      state === 'reading'
        ? `not read to its end yet, last at ${at(updatedAt)}; the same command goes on`
        : 'read; its events wait for Gong';
    return `${source}  ${window}: ${how}`;
  });
}

/** `1,200 of 11,000 events sent, day 1 of 2`: of all windows together. */
function historyFields({ history }: TenantStatus): Field[] {
  const { settled, waiting } = history;
  if (waiting === 0) return [];
  const { day, days } = sendingDays(history, history.callsPerDay);
  const sent = `${group(settled)} of ${countOf(settled + waiting, 'event')} sent`;
  return [['history', `${sent}, day ${day} of ${days}`]];
}

function group(count: number): string {
  return count.toLocaleString('en-US');
}

/** The label once, then its lines below each other. */
function labelled(label: string, lines: readonly string[]): Field[] {
  if (lines.length === 0) return [[label, 'none yet']];
  return lines.map((line, index) => [index === 0 ? label : '', line]);
}

function runText(run: RunStatus): string {
  if (run.outcome === 'running') return `${run.kind} is running`;
  if (run.outcome === 'died') return `${run.kind} died before its end; what it did is kept`;
  if (run.report === undefined) return `${run.kind} ${run.outcome}; its report is unreadable`;
  const [line = ''] = runLines(run.report);
  const [first] = run.report.errors;
  const counts = line.slice(line.indexOf(':') + 2);
  return `${run.kind} ${counts}${first ? `  ${first.stage}: ${first.message}` : ''}`;
}

function outboxText(outbox: TenantStatus['outbox']): string {
  return listOf(STATES.map((state) => `${outbox[state].toLocaleString('en-US')} ${state}`));
}

function statusRecord(found: TenantStatus) {
  return {
    tenant: found.tenant,
    runs: found.runs.map((run) => ({
      runId: run.runId,
      kind: run.kind,
      outcome: run.outcome,
      startedAt: iso(run.startedAt),
      finishedAt: run.finishedAt === undefined ? null : iso(run.finishedAt),
      report: run.report === undefined ? null : printedReport(run.report),
    })),
    cursors: found.cursors.map(({ stream, position, updatedAt }) => ({
      stream,
      position: JSON.parse(position) as unknown,
      updatedAt: iso(updatedAt),
    })),
    outbox: found.outbox,
    oldestPending: found.oldestPending === undefined ? null : iso(found.oldestPending),
    gong: {
      callsPerDay: found.gong.callsPerDay,
      callsLeft: found.gong.callsLeft,
      pausedUntil: found.gong.pausedUntil === undefined ? null : iso(found.gong.pausedUntil),
    },
    backfills: found.backfills.map(({ source, since, until, state, startedAt, updatedAt }) => ({
      source,
      since: iso(since),
      until: until === undefined ? null : iso(until),
      state,
      startedAt: iso(startedAt),
      updatedAt: iso(updatedAt),
    })),
    history: historyRecord(found.history),
  };
}

function historyRecord({ settled, waiting, callsPerDay }: TenantStatus['history']) {
  return { settled, waiting, ...sendingDays({ settled, waiting }, callsPerDay) };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
