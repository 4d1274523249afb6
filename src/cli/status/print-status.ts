import type { TenantConfig } from '../../config/types.ts';
import type { Cursor } from '../../db/cursors.ts';
import type { RunStatus, TenantStatus } from '../../operator/status.ts';
import { STATES } from '../../outbox/states.ts';
import { CHANGE_LOG_STREAM_PREFIX as CHANGE_LOGS } from '../../sources/drive/stream-names.ts';
import { runText } from '../runs/run-summary.ts';
import { sendingDays } from '../runs/sending-days.ts';
import { countOf, listOf, numberText, timeText } from '../terminal/format.ts';
import type { Io } from '../terminal/io.ts';
import { type Field, writeFields } from '../terminal/table.ts';
import { writeHeading } from '../terminal/write.ts';

const TIME = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/;

/** Prints one tenant's status as text. */
export async function printStatus(
  io: Io,
  found: TenantStatus,
  { timezone }: TenantConfig,
): Promise<void> {
  await writeHeading(io, `${found.tenant} (times in ${timezone})`);
  await writeFields(io, fieldsOf(found, timezone));
}

function fieldsOf(found: TenantStatus, timezone: string): Field[] {
  const { gong, oldestPending, backfills } = found;
  const at = (moment: number) => timeText(moment, timezone);
  return [
    ...labelled(
      'runs',
      found.runs.map((run) => `${at(run.startedAt)}  ${runStatusText(run)}`),
    ),
    ...labelled('read up to', cursorLines(found.cursors, at)),
    ...(backfills.length === 0 ? [] : labelled('backfills', backfillLines(backfills, at))),
    ...historyFields(found),
    ['outbox', outboxText(found.outbox)],
    ['oldest pending', oldestPending === undefined ? undefined : at(oldestPending)],
    ['Gong calls left', callsLeftText(gong)],
    ...(gong.pausedUntil === undefined
      ? []
      : [['Gong paused until', at(gong.pausedUntil)] as const]),
  ];
}

function callsLeftText({ callsLeft, callsPerDay }: TenantStatus['gong']): string {
  if (callsLeft === undefined) return "unknown: Gong's credentials cannot be read here";
  return `${numberText(callsLeft)} of ${numberText(callsPerDay)} in 24 hours`;
}

/** One line per stream; one line for all change logs, as each user and drive has its own. */
function cursorLines(cursors: readonly Cursor[], at: (moment: number) => string): string[] {
  const logs = cursors.filter(({ stream }) => stream.startsWith(CHANGE_LOGS));
  const others = cursors.filter(({ stream }) => !stream.startsWith(CHANGE_LOGS));
  const lines = others.map(({ stream, position }) => `${stream}  ${positionText(position, at)}`);
  if (logs.length === 0) return lines;
  const oldest = Math.min(...logs.map(({ updatedAt }) => updatedAt));
  const rereading = logs.filter(({ position }) => 'sweep' in JSON.parse(position)).length;
  const parts = [
    countOf(logs.length, 'change log'),
    ...(rereading > 0 ? [`${numberText(rereading)} being read in full`] : []),
    `oldest read at ${at(oldest)}`,
  ];
  return [...lines, `${CHANGE_LOGS}…  ${listOf(parts)}`];
}

/** The parts of a cursor, which depend on its source: `from …, mark …`. */
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
    const progress =
      state === 'reading'
        ? `partly read, last at ${at(updatedAt)}; run the same command again to resume`
        : 'read; its events wait for Gong';
    return `${source}  ${window}: ${progress}`;
  });
}

/** `1,200 of 11,000 events sent, day 1 of 2`, for all windows together. */
function historyFields({ history }: TenantStatus): Field[] {
  const { settled, waiting } = history;
  if (waiting === 0) return [];
  const { day, days } = sendingDays(history, history.callsPerDay);
  const sent = `${numberText(settled)} of ${countOf(settled + waiting, 'event')} sent`;
  return [['history', `${sent}, day ${day} of ${days}`]];
}

/** The label once, next to the first of its lines. */
function labelled(label: string, lines: readonly string[]): Field[] {
  if (lines.length === 0) return [[label, 'none yet']];
  return lines.map((line, index) => [index === 0 ? label : '', line]);
}

function runStatusText(run: RunStatus): string {
  const { kind, outcome, report } = run;
  if (outcome === 'running') return `${kind} is running`;
  if (outcome === 'died') return `${kind} died before it finished; completed work is kept`;
  if (report === undefined) return `${kind} ${outcome}; its report is unreadable`;
  const [first] = report.errors;
  return `${kind} ${runText(report)}${first ? `  ${first.stage}: ${first.message}` : ''}`;
}

function outboxText(outbox: TenantStatus['outbox']): string {
  return listOf(STATES.map((state) => `${numberText(outbox[state])} ${state}`));
}
