/**
 * Pushing at Gong's limit of three calls in any second: the events a second, and no refused call. Each
 * run waits most of the time, so all runs are measured at the same time.
 */
import { atLeast, expectCount, type Figure, figureOf } from './figure.ts';
import { measureRun, withOrg } from './measure.ts';
import type { Sizes } from './sizes.ts';
import { configureGong, gongOrigin } from './with-receiver.ts';

const CALLS_PER_SECOND = 3;
const TOO_MANY_REQUESTS = 429;

export async function pacing({ pacedEvents, runs }: Pick<Sizes, 'pacedEvents' | 'runs'>) {
  const rates = await Promise.all(
    Array.from({ length: runs }, () => paceOf({ events: pacedEvents, configured: 3 })),
  );
  return [figureOfRates(pacedEvents, rates)];
}

function figureOfRates(events: number, rates: readonly number[]): Figure {
  return figureOf({
    title: `pace of ${events} events at Gong's limit`,
    unit: 'a second',
    floor: { what: 'the limit', value: CALLS_PER_SECOND },
    runs: rates,
    goals: [atLeast(2.97)],
  });
}

/** Events a second. Throws if Gong, which allows three calls in any second, refused one. */
export async function paceOf({
  events,
  configured,
}: {
  readonly events: number;
  /** the tenant's `callsPerSecond` */
  readonly configured: number;
}): Promise<number> {
  const org = { deliveries: events, contacts: 10, limits: 'limits' } as const;
  return withOrg(org, async (folder) => {
    await measureRun(folder, ['sync', '--no-push']);
    configureGong(folder, { callsPerSecond: configured });
    const { report } = await measureRun(folder, ['sync']);
    const requests = await requestsAt(gongOrigin(folder));
    const refused = requests.filter(({ status }) => status === TOO_MANY_REQUESTS);
    expectCount('calls that Gong refused', refused.length, 0);
    expectCount('delivered events', report.delivered, events);
    expectCount('sent calls', requests.length, events);
    const [first, last] = [requests[0], requests.at(-1)];
    if (first === undefined || last === undefined) throw new Error('Gong received nothing');
    return ((requests.length - 1) * 1_000) / (last.at - first.at);
  });
}

interface GongRequest {
  readonly at: number;
  readonly status: number;
}

async function requestsAt(origin: string): Promise<GongRequest[]> {
  const response = await fetch(`${origin}/_sandbox/requests?limit=10000`);
  return ((await response.json()) as { requests: GongRequest[] }).requests;
}
