/**
 * Pushing at Gong's limit of three calls in any second. Each run waits most of the time, so all runs
 * are measured at the same time. Throws if sharetrail sends more calls than that. Gong may refuse one
 * nevertheless: on a busy machine, requests wait in front of the simulated Gong, and arrive together.
 */
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { atLeast, expectCount, type Figure, figureOf } from './figure.ts';
import { measureRun, withOrg } from './measure.ts';
import { type CountedCall, mostInSecond } from './most-in-second.ts';
import type { Sizes } from './sizes.ts';
import { configureGong, gongOrigin } from './with-receiver.ts';

const CALLS_PER_SECOND = 3;
const SECOND_MS = 1_000;
const TOO_MANY_REQUESTS = 429;

interface Pace {
  /** events a second */
  readonly rate: number;
  readonly acceptedPercent: number;
}

export async function pacing({ pacedEvents, runs }: Sizes): Promise<Figure[]> {
  const paces = await Promise.all(
    Array.from({ length: runs }, () =>
      paceOf({ events: pacedEvents, configured: CALLS_PER_SECOND }),
    ),
  );
  return [
    figureOf({
      title: `pace of ${pacedEvents} events at Gong's limit`,
      unit: 'a second',
      floor: { what: 'the limit', value: CALLS_PER_SECOND },
      runs: paces.map(({ rate }) => rate),
      goals: [atLeast(2.97)],
    }),
    figureOf({
      title: 'calls at the limit that Gong accepted',
      unit: '%',
      floor: { what: 'all', value: 100 },
      runs: paces.map(({ acceptedPercent }) => acceptedPercent),
      goals: [atLeast(100)],
    }),
  ];
}

/** Throws if more than three calls left in one second, and if an event was not delivered. */
export async function paceOf({
  events,
  configured,
}: {
  readonly events: number;
  /** the tenant's `callsPerSecond` */
  readonly configured: number;
}): Promise<Pace> {
  const org = { deliveries: events, contacts: 10, limits: 'limits' } as const;
  return withOrg(org, async (folder) => {
    await measureRun(folder, ['sync', '--no-push']);
    configureGong(folder, { callsPerSecond: configured });
    const { report } = await measureRun(folder, ['sync']);
    requireSlowCalls(join(folder, 'sharetrail.db'));
    const requests = await requestsAt(gongOrigin(folder));
    const refused = requests.filter(({ status }) => status === TOO_MANY_REQUESTS).length;
    expectCount('delivered events', report.delivered, events);
    expectCount('accepted calls', requests.length - refused, events);
    const [first, last] = [requests[0], requests.at(-1)];
    if (first === undefined || last === undefined) throw new Error('Gong received nothing');
    const rate = ((requests.length - 1) * SECOND_MS) / (last.at - first.at);
    return { rate, acceptedPercent: (events * 100) / requests.length };
  });
}

function requireSlowCalls(file: string): void {
  const db = new Sqlite(file, { readonly: true });
  const calls = db.prepare('select at, calls from call').all() as CountedCall[];
  db.close();
  const most = mostInSecond(calls);
  if (most > CALLS_PER_SECOND) throw new Error(`${most} calls in one second`);
}

interface GongRequest {
  readonly at: number;
  readonly status: number;
}

async function requestsAt(origin: string): Promise<GongRequest[]> {
  const response = await fetch(`${origin}/_sandbox/requests?limit=10000`);
  return ((await response.json()) as { requests: GongRequest[] }).requests;
}
