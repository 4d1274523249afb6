import { type RunStatus, statusOf, type TenantStatus } from '../../app/status.ts';
import { LIST_LIMITS } from '../../lib/limits.ts';
import { STATES } from '../../outbox/states.ts';
import { EXIT, type ExitCode, type Handler } from '../command.ts';
import { type Field, writeFields, writeHeading, writeJson } from '../render.ts';
import { type Session, withSession } from '../session.ts';
import { runLines } from '../summary.ts';
import { listOf, timeText } from '../wording.ts';

export const status: Handler = (input) => withSession(input, { access: 'read' }, showStatus);

async function showStatus(session: Session): Promise<ExitCode> {
  const { context, tenants, json, input } = session;
  const all: TenantStatus[] = [];
  for (const [index, tenant] of tenants.entries()) {
    const found = await statusOf(context, tenant);
    all.push(found);
    if (json) continue;
    if (index > 0) await input.io.out('\n');
    await writeHeading(input.io, found.tenant);
    await writeFields(input.io, fieldsOf(found, tenant.timezone));
  }
  if (json) await writeJson(input.io, { tenants: all.map(statusRecord) });
  return EXIT.done;
}

function fieldsOf(found: TenantStatus, timezone: string): Field[] {
  const { gong, oldestPending } = found;
  const at = (moment: number) => timeText(moment, timezone);
  return [
    ...labelled(
      'runs',
      found.runs.map((run) => `${at(run.startedAt)}  ${runText(run)}`),
    ),
    ...labelled('read up to', cursorLines(found.cursors)),
    ['outbox', outboxText(found.outbox)],
    ['oldest pending', oldestPending === undefined ? undefined : at(oldestPending)],
    ['Gong calls left', `${gong.callsLeft} of ${gong.callsPerDay} in 24 hours`],
    ...(gong.pausedUntil === undefined
      ? []
      : [['Gong paused until', at(gong.pausedUntil)] as const]),
  ];
}

/** Every user and every shared drive has a cursor: of a large company the first ones have to do. */
function cursorLines(cursors: TenantStatus['cursors']): string[] {
  const shown = cursors.slice(0, LIST_LIMITS.cursorsShown);
  const more = cursors.length - shown.length;
  const lines = shown.map(({ stream, position }) => `${stream}  ${positionText(position)}`);
  return more > 0 ? [...lines, `and ${more} more, which --json lists`] : lines;
}

/** A cursor's parts, whatever its source keeps there: `from …, mark …`. */
function positionText(position: string): string {
  const parts = Object.entries(JSON.parse(position) as object);
  return listOf(parts.map(([name, value]) => `${name} ${partText(value)}`));
}

function partText(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** The label once, then its lines below each other. */
function labelled(label: string, lines: readonly string[]): Field[] {
  if (lines.length === 0) return [[label, 'none yet']];
  return lines.map((line, index) => [index === 0 ? label : '', line]);
}

function runText(run: RunStatus): string {
  if (run.outcome === 'running') return `${run.kind} is running`;
  if (run.outcome === 'died') return `${run.kind} died before its end; what it did is kept`;
  const [line = ''] = run.report ? runLines(run.report) : [];
  const [first] = run.report?.errors ?? [];
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
      kind: run.kind,
      outcome: run.outcome,
      startedAt: iso(run.startedAt),
      finishedAt: run.finishedAt === undefined ? null : iso(run.finishedAt),
      report: run.report ?? null,
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
    backfills: [],
  };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
