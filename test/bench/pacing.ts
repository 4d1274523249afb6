/**
 * Pushing at Gong's limit of three calls in any second. Each run waits most of the time, so all runs
 * are measured at the same time. Throws if sharetrail sends more calls than that. Gong may refuse one
 * nevertheless: on a busy machine, requests wait in front of the simulated Gong, and arrive together.
 */
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { atLeast, expectCount, type Figure, figureOf } from './figure.ts';
import { measureRun, withOrg } from './measure.ts';
import type { Sizes } from './sizes.ts';
import { configureGong, gongOrigin } from './with-receiver.ts';

const CALLS_PER_SECOND = 3;
const SECOND_MS = 1_000;
const TOO_MANY_REQUESTS = 429;
/** of a call on record: older calls are one row per minute */
const MINUTE_END_MS = 59_999;
const MINUTE_MS = 60_000;

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

/** By the permits on record, which do not depend on how long a request takes. */
function requireSlowCalls(file: string): void {
  const db = new Sqlite(file, { readonly: true });
  const rows = db.prepare('select at, calls from call order by at').all() as CallRow[];
  db.close();
  const calls = rows.filter(({ at }) => at % MINUTE_MS !== MINUTE_END_MS);
  if (calls.length === 0) throw new Error('no call is on record');
  for (const { at } of calls) {
    const within = calls.filter((call) => call.at >= at && call.at < at + SECOND_MS);
    const count = within.reduce((sum, call) => sum + call.calls, 0);
    if (count > CALLS_PER_SECOND) throw new Error(`${count} calls in one second`);
  }
}

interface CallRow {
  readonly at: number;
  readonly calls: number;
}

interface GongRequest {
  readonly at: number;
  readonly status: number;
}

async function requestsAt(origin: string): Promise<GongRequest[]> {
  const response = await fetch(`${origin}/_sandbox/requests?limit=10000`);
  return ((await response.json()) as { requests: GongRequest[] }).requests;
}
