import { countOf, listOf, numberText, zonedTimeText } from '../../lib/format.ts';
import { sendingDays } from '../../operator/sending-days.ts';
import type { RunStatus, TenantStatus } from '../../operator/status.ts';
import type { ReadPositions } from '../../operator/sync-cursors.ts';
import { STATES } from '../../outbox/states.ts';
import { runText } from '../runs/run-summary.ts';
import type { Io } from '../terminal/io.ts';
import { type Field, writeFields } from '../terminal/table.ts';
import { writeHeading } from '../terminal/write.ts';
import { cursorLines } from './cursor-lines.ts';

type TimeOf = (at: number) => string;

/** Prints one tenant in full: `status --verbose`. */
export async function printDetails(
  io: Io,
  found: TenantStatus,
  positions: ReadPositions,
): Promise<void> {
  await io.out('\n');
  await writeHeading(io, found.tenant);
  await writeFields(io, fieldsOf(found, positions));
}

function fieldsOf(found: TenantStatus, positions: ReadPositions): Field[] {
  const { oldestPending, backfills, outbox, timezone } = found;
  const at: TimeOf = (moment) => zonedTimeText(moment, timezone);
  return [
    ...labelled(
      'runs',
      found.runs.map((run) => `${at(run.startedAt)}  ${runStatusText(run)}`),
    ),
    ...noteFields(found),
    ...labelled('read up to', cursorLines(positions, at)),
    ...(backfills.length === 0 ? [] : labelled('backfills', backfillLines(found, at))),
    ...historyFields(found),
    ['outbox', listOf(STATES.map((state) => `${numberText(outbox[state])} ${state}`))],
    ['oldest pending', oldestPending === undefined ? undefined : at(oldestPending)],
  ];
}

/** What the latest run could not read, although nothing failed. */
function noteFields({ runs }: TenantStatus): Field[] {
  const notes = runs.find(({ report }) => report !== undefined)?.report?.notes ?? [];
  return notes.length === 0 ? [] : labelled('not read', notes);
}

function backfillLines({ backfills }: TenantStatus, at: TimeOf): string[] {
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
  const errors = report.errors.map(({ stage, message }) => `  ${stage}: ${message}`);
  return `${kind} ${runText(report)}${errors.join('')}`;
}
