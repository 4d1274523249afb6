import { setTimeout as delay } from 'node:timers/promises';
import type { TorturePart, TortureRow } from './part.ts';
import { Processes } from './workers-processes.ts';
import { tenantOf, WorkersWorld } from './workers-world.ts';

const POLL_MS = 250;
const DELIVER_EVERY_MS = 20_000;

interface Form {
  readonly tenants: number;
  readonly callsPerSecond: number;
  /** at the start, in each tenant's org */
  readonly deliveries: number;
  readonly workers: number;
  /** faults happen for this time, or until there are `faults` */
  readonly forMs: number;
  readonly faultsMax: number;
  /** calls to Gong between two faults, at most */
  readonly callsBetweenMax: number;
  /** until everything must be complete */
  readonly recoveryMsMax: number;
}

const LONG: Form = {
  tenants: 16,
  callsPerSecond: 3,
  deliveries: 60,
  workers: 3,
  forMs: 5 * 60_000,
  faultsMax: Number.POSITIVE_INFINITY,
  callsBetweenMax: 60,
  recoveryMsMax: 15 * 60_000,
};
/** some seconds of processor time; most of the rest is the wait until dead workers are noticed */
const SHORT: Form = {
  ...LONG,
  tenants: 2,
  callsPerSecond: 10,
  deliveries: 30,
  workers: 2,
  forMs: 60_000,
  faultsMax: 4,
  callsBetweenMax: 12,
};

const FAULTS = {
  killWorker: 'SIGKILL of a worker',
  stopWorker: 'SIGSTOP of a worker for up to 70 s',
  killStart: 'SIGKILL of `start`',
  restart: 'an immediate restart of the server, workers',
  end: 'the end: every tenant is complete',
} as const;

/**
 * Several workers and a `start` share the runs of many tenants. Workers are killed and suspended at
 * random, and the server restarts once. Afterward, each tenant's Gong has each delivery once.
 */
export const workers: TorturePart = async ({ seed, long, only, report }) => {
  if (only !== undefined && !Object.values(FAULTS).some((fault) => fault.includes(only))) return [];
  const form = long ? LONG : SHORT;
  await using world = await WorkersWorld.start({ seed, ...form });
  world.deliver(form.deliveries);
  const processes = new Processes(world, form.workers);
  const counts = await disturb(world, processes, form, report);
  processes.calm();
  const startedAt = performance.now();
  const failures = await untilComplete(world, form.recoveryMsMax);
  const worstRecoveryMs = Math.round(performance.now() - startedAt);
  failures.push(...(await processes.end()));
  const rows = Object.entries(counts).map(([fault, tried]) => row(fault, tried));
  const end = { ...row(FAULTS.end, form.tenants), ...compare(world), worstRecoveryMs, failures };
  return [...rows, end];
};

function row(fault: string, tried: number): TortureRow {
  return { fault, tried, lost: 0, doubled: 0, worstRecoveryMs: null, failures: [] };
}

/** Returns how often each fault happened. */
async function disturb(
  world: WorkersWorld,
  processes: Processes,
  form: Form,
  report: (line: string) => void,
): Promise<Record<string, number>> {
  await world.firstCall();
  const startedAt = performance.now();
  const counts: Record<string, number> = {};
  let [faults, restarts, deliveredAt] = [0, 0, startedAt];
  const count = (fault: string) => {
    counts[fault] = (counts[fault] ?? 0) + 1;
    faults += 1;
  };
  while (performance.now() - startedAt < form.forMs && faults < form.faultsMax) {
    await world.randomMoment(form.callsBetweenMax);
    const isHalf = performance.now() - startedAt > form.forMs / 2 || faults >= form.faultsMax / 2;
    if (isHalf && restarts === 0) {
      restarts += 1;
      await world.server.restart('immediate');
      count(FAULTS.restart);
    } else await disturbOnce(world, processes, count);
    if (performance.now() - deliveredAt > DELIVER_EVERY_MS) {
      deliveredAt = performance.now();
      world.deliver(5);
      report(`${faults} faults: ${JSON.stringify(counts)}`);
    }
  }
  return counts;
}

async function disturbOnce(
  { random }: WorkersWorld,
  processes: Processes,
  count: (fault: string) => void,
): Promise<void> {
  const kind = random();
  if (kind < 0.1) {
    processes.killStart();
    count(FAULTS.killStart);
  } else if (kind < 0.35 && processes.stopWorker()) count(FAULTS.stopWorker);
  else {
    processes.killWorker();
    count(FAULTS.killWorker);
  }
}

/** Returns a sentence if something is missing after `waitMs`. */
async function untilComplete(world: WorkersWorld, waitMs: number): Promise<string[]> {
  const deadline = performance.now() + waitMs;
  while (performance.now() < deadline) {
    if (isComplete(world)) return [];
    await delay(POLL_MS);
  }
  const states = world.query('select tenant, state, events from event_count where events > 0');
  return [`incomplete after ${waitMs / 1_000} s: ${JSON.stringify(states)}`];
}

function isComplete(world: WorkersWorld): boolean {
  const { lost, doubled } = compare(world);
  return lost === 0 && doubled === 0;
}

/** Each tenant's Gong against the deliveries that all of them share, by eventId. */
function compare({ sandbox, deliveries, tenants }: WorkersWorld): {
  readonly lost: number;
  readonly doubled: number;
} {
  const due = new Set(deliveries.map((id) => `salesforce:${id}`));
  const accounts = Map.groupBy(sandbox.gong.events, ({ account }) => account);
  let [lost, doubled] = [0, 0];
  for (let number = 0; number < tenants; number += 1) {
    const events = accounts.get(tenantOf(number)) ?? [];
    const got = new Set(events.map(({ eventId = '' }) => eventId));
    lost += due.difference(got).size;
    doubled += events.length - due.intersection(got).size;
  }
  return { lost, doubled };
}
