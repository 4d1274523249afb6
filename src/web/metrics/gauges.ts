import { Gauge, type Registry } from 'prom-client';
import type { QueueDepth } from '../../db/workers.ts';
import type { CursorTime } from '../../operator/cursor-times.ts';
import type { ReasonCount, StateCount } from '../../operator/event-counts.ts';
import type { TenantStatus } from '../../operator/status.ts';

/** What the database says at the moment. Times are epoch milliseconds. */
export interface Measured {
  readonly statuses: readonly TenantStatus[];
  readonly lastGoodRuns: ReadonlyMap<string, number>;
  readonly cursors: ReadonlyMap<string, readonly CursorTime[]>;
  readonly states: readonly StateCount[];
  readonly reasons: readonly ReasonCount[];
  /** undefined without a shared queue */
  readonly queue: QueueDepth | undefined;
}

/** Replaces all values, so that nothing remains of a tenant that was removed. */
export function createGauges(register: Registry): (measured: Measured) => void {
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Gauge({ name, help, labelNames: [...labelNames], registers: [register] });
  const events = gauge('sharetrail_events', 'Events, by source and state.', [
    'tenant',
    'source',
    'state',
  ]);
  const skipped = gauge('sharetrail_skipped_events', 'Skipped events, by reason.', [
    'tenant',
    'reason',
  ]);
  const lastGood = gauge(
    'sharetrail_last_good_run_timestamp_seconds',
    'Start of the last successful sync.',
    ['tenant'],
  );
  const oldest = gauge(
    'sharetrail_oldest_pending_timestamp_seconds',
    'Share time of the oldest pending event; absent if none is pending.',
    ['tenant'],
  );
  const nextRun = gauge('sharetrail_next_run_timestamp_seconds', 'Next due time.', ['tenant']);
  const used = gauge('sharetrail_gong_calls_used', 'Gong calls of the last 24 hours.', ['account']);
  const limit = gauge('sharetrail_gong_calls_limit', 'Gong calls allowed in 24 hours.', [
    'account',
  ]);
  const cursors = gauge('sharetrail_cursor_timestamp_seconds', 'How far a stream is read.', [
    'tenant',
    'stream',
  ]);
  const jobs = gauge('sharetrail_queue_jobs', 'Runs in the shared queue, by state.', ['state']);
  const all = [events, skipped, lastGood, oldest, nextRun, used, limit, cursors, jobs];
  return (measured) => {
    for (const each of all) each.reset();
    for (const { tenant, source, state, events: count } of measured.states) {
      events.set({ tenant, source, state }, count);
    }
    for (const { events: count, ...labels } of measured.reasons) skipped.set(labels, count);
    for (const [tenant, at] of measured.lastGoodRuns) lastGood.set({ tenant }, at / 1_000);
    for (const [tenant, times] of measured.cursors) {
      for (const { stream, at } of times) cursors.set({ tenant, stream }, at / 1_000);
    }
    for (const { tenant, oldestPending, nextRun: next } of measured.statuses) {
      if (oldestPending !== undefined) oldest.set({ tenant }, oldestPending / 1_000);
      if (next !== undefined) nextRun.set({ tenant }, next / 1_000);
    }
    for (const [state, count] of Object.entries(measured.queue ?? {})) jobs.set({ state }, count);
    for (const { account, gong } of accountsOf(measured.statuses)) {
      limit.set({ account }, gong.callsPerDay);
      if (gong.callsUsed !== undefined) used.set({ account }, gong.callsUsed);
    }
  };
}

/** One entry per Gong account, named after the first tenant that uses it. */
function accountsOf(statuses: readonly TenantStatus[]) {
  const known = statuses.filter(({ gong }) => gong.account !== undefined);
  const sorted = known.toSorted((one, other) => (one.tenant < other.tenant ? -1 : 1));
  const groups = Map.groupBy(sorted, ({ gong }) => gong.account);
  return [...groups.values()].flatMap(([first]) =>
    first === undefined ? [] : [{ account: first.tenant, gong: first.gong }],
  );
}
