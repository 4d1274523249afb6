import type { Cursor } from '../db/cursors.ts';
import type { AsTyped } from '../lib/as-typed.ts';
import type { Health } from './health.ts';
import { reportJson } from './report-json.ts';
import { sendingDays } from './sending-days.ts';
import type { TenantStatus } from './status.ts';

interface StatusRecord {
  readonly status: TenantStatus;
  readonly health: Health;
  readonly cursors: readonly Cursor[];
}

/** A tenant as `status --json` prints it; the keys are part of the external contract. */
export function statusJson({ status: found, health, cursors }: StatusRecord, asTyped: AsTyped) {
  const { level, attention } = health;
  return {
    tenant: found.tenant,
    health: level,
    attention: attention ? { ...attention, hint: asTyped(attention.hint) } : null,
    nextRun: found.nextRun === undefined ? null : iso(found.nextRun),
    runs: found.runs.map((run) => ({
      runId: run.runId,
      kind: run.kind,
      outcome: run.outcome,
      startedAt: iso(run.startedAt),
      finishedAt: run.finishedAt === undefined ? null : iso(run.finishedAt),
      report: run.report === undefined ? null : reportJson(run.report, asTyped),
    })),
    cursors: cursors.map(({ stream, position, updatedAt }) => ({
      stream,
      position: JSON.parse(position) as unknown,
      updatedAt: iso(updatedAt),
    })),
    outbox: found.outbox,
    oldestPending: found.oldestPending === undefined ? null : iso(found.oldestPending),
    gong: {
      callsPerDay: found.gong.callsPerDay,
      callsLeft: found.gong.callsLeft ?? null,
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
