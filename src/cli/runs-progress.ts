import type { Progress as RunProgress } from '../runs/progress.ts';
import { type PacedBacklog, sendingDays } from './eta.ts';
import { type Counts, startProgress } from './progress.ts';
import type { Session } from './session.ts';

export interface RunsProgressOptions {
  /** nothing is sent: what is found is counted */
  readonly push: 'send' | 'queue-only';
  /** events of history from before these runs, by tenant: they are sent by the same calls */
  readonly backlogs?: ReadonlyMap<string, PacedBacklog>;
}

export interface RunsProgress extends Disposable {
  /** what a tenant's run is to tell how far it is */
  of(tenant: string): (state: RunProgress) => void;
  readonly end: () => void;
}

/**
 * One line for all tenants: what was read of what there is, while that is known and not done; then
 * what was sent of what is queued, or what was found where nothing is sent.
 */
export function startRunsProgress(
  { context, input }: Session,
  options: RunsProgressOptions,
): RunsProgress {
  const progress = startProgress({ io: input.io, clock: context.clock });
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
  const sum = (of: (state: RunProgress) => number) =>
    all.reduce((total, state) => total + of(state), 0);
  const read = sum((state) => state.read?.done ?? 0);
  const toRead = sum((state) => state.read?.total ?? 0);
  if (read < toRead) return { label: 'shares read', done: read, total: toRead };
  if (push === 'queue-only') return { label: 'shares found', done: sum(({ found }) => found) };
  const settled = sum((state) => state.settled);
  return {
    label: 'events sent',
    done: settled,
    total: Math.max(
      settled,
      sum(({ queued }) => queued),
    ),
  };
}

/** `day 4 of 11`: of the tenant that takes longest; nothing where a day is enough for all. */
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
