import { type PacedBacklog, sendingDays } from '../../operator/sending-days.ts';
import type { Progress as RunProgress } from '../../runs/progress.ts';
import type { CommandSession } from '../command-session.ts';
import { type Counts, startProgress } from '../terminal/progress-line.ts';

/** the label while nothing is found */
const CALLS = 'reading; calls made';

export interface RunsProgressOptions {
  /** `queue-only` and `dry` count the shares found */
  readonly push: 'send' | 'queue-only' | 'dry';
  /** backfilled events from before these runs, by tenant: the same calls send them */
  readonly backlogs?: ReadonlyMap<string, PacedBacklog>;
}

export interface RunsProgress extends Disposable {
  /** for the `onProgress` of a tenant's run */
  of(tenant: string): (state: RunProgress) => void;
  readonly end: () => void;
}

/**
 * One line for all tenants. While shares are left to read and their number is known, it counts the
 * shares read; then the events sent out of those queued, or the shares found if nothing is sent. Until
 * there are any, it counts calls.
 */
export function startRunsProgress(
  { context, input }: CommandSession,
  options: RunsProgressOptions,
): RunsProgress {
  const progress = startProgress({ io: input.io, clock: context.clock });
  // At once: the first page can take long.
  progress.update({ label: CALLS, done: 0 });
  const byTenant = new Map<string, RunProgress>();
  const of = (tenant: string) => (state: RunProgress) => {
    byTenant.set(tenant, state);
    const all = [...byTenant.values()];
    const days = daysText(byTenant, options.backlogs);
    progress.update({ ...countsOf(all, options.push), ...(days !== undefined && { note: days }) });
  };
  return { of, end: () => progress.end(), [Symbol.dispose]: () => progress.end() };
}

function countsOf(all: readonly RunProgress[], push: RunsProgressOptions['push']): Counts {
  const sum = (count: (state: RunProgress) => number) =>
    all.reduce((total, state) => total + count(state), 0);
  const read = sum((state) => state.read?.done ?? 0);
  const toRead = sum((state) => state.read?.total ?? 0);
  if (read < toRead) return { label: 'shares read', done: read, total: toRead };
  const found = sum((state) => state.found);
  if (push !== 'send' && found > 0) return { label: 'shares found', done: found };
  const done = sum(({ settled }) => settled);
  const queued = sum((state) => state.queued);
  if (done === 0 && queued === 0) return { label: CALLS, done: sum(({ calls }) => calls) };
  return { label: 'events sent', done, total: Math.max(done, queued) };
}

/** `day 4 of 11` for the tenant that takes longest; undefined if one day is enough for all. */
function daysText(
  byTenant: ReadonlyMap<string, RunProgress>,
  backlogs: ReadonlyMap<string, PacedBacklog> = new Map(),
): string | undefined {
  const all = [...byTenant].flatMap(([tenant, { queued, settled }]) => {
    const before = backlogs.get(tenant);
    if (before === undefined) return [];
    const waiting = Math.max(0, before.waiting + queued - settled);
    return [sendingDays({ settled: before.settled + settled, waiting }, before.callsPerDay)];
  });
  const longest = all.sort((one, other) => other.days - one.days)[0];
  if (longest === undefined || longest.days < 2) return undefined;
  return `day ${longest.day} of ${longest.days}`;
}
