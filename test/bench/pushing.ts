/**
 * Pushing with the limits lifted, to a receiver in a process of its own: a complete `sync` whose
 * receiver answers after 20 ms, and the push alone with a receiver that answers at once. The floor is
 * a loop of the same HTTP client with as many requests in flight.
 */
import { execFile } from 'node:child_process';
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  atLeast,
  atLeastOfFloor,
  atMost,
  expectCount,
  type Figure,
  figureOf,
  median,
  repeat,
} from './figure.ts';
import { type Measured, measureRun, withOrg } from './measure.ts';
import type { Pushed, PushTask } from './push-process.ts';
import type { Received } from './receiver.ts';
import type { Sizes } from './sizes.ts';
import { configureGong, type Receiver, withReceiver } from './with-receiver.ts';

const PROCESS = new URL('push-process.ts', import.meta.url).pathname;
const LATENCY_MS = 20;
const CONCURRENCY = 16;
const LIFTED = { callsPerSecond: 1_000, callsPerDay: 10_000_000, concurrency: CONCURRENCY };

interface Amount {
  readonly events: number;
  readonly runs: number;
}

export async function pushing({ pushedEvents: events, runs }: Sizes): Promise<Figure[]> {
  return [...(await whileWaiting({ events, runs })), ...(await atOnce({ events, runs }))];
}

/** With the receiver's time, the ideal is 1,000 / 20 * 16 = 800 a second. */
async function whileWaiting({ events, runs }: Amount): Promise<Figure[]> {
  return withReceiver(LATENCY_MS, async (receiver) => {
    const client = await repeat(runs, () => push(receiver, { what: 'client', events }));
    const synced = await syncs(receiver, { events, runs });
    const what = `${CONCURRENCY} in flight, a response after ${LATENCY_MS} ms`;
    const ideal = (CONCURRENCY * 1_000) / LATENCY_MS;
    return [
      figureOf({
        title: `push of a sync, ${what}`,
        unit: 'a second',
        floor: { what: 'the HTTP client alone', value: median(ratesOf(client)) },
        runs: synced.map(({ received }) => perSecondOf(received)),
        goals: [atLeast(0.95 * ideal)],
      }),
      figureOf({
        title: `peak memory of this sync of ${events.toLocaleString('en-US')} events`,
        unit: 'MB',
        floor: {
          what: 'the HTTP client alone',
          value: median(client.map(({ peakMegabytes }) => peakMegabytes)),
        },
        runs: synced.map(({ measured }) => measured.peakMegabytes),
        goals: [atMost(120)],
      }),
    ];
  });
}

async function atOnce({ events, runs }: Amount): Promise<Figure[]> {
  return withReceiver(0, async (receiver) => {
    const all = await repeat(runs, async () => ({
      bare: await push(receiver, { what: 'bare', events }),
      client: await push(receiver, { what: 'client', events }),
      outbox: await push(receiver, { what: 'outbox', events }),
    }));
    const times = (sender: PushTask['what']) => all.map((one) => one[sender].cpuMsPerEvent * 1_000);
    const what = `${CONCURRENCY} in flight, a response at once`;
    const client = all.map((one) => one.client);
    return [
      figureOf({
        title: `push, ${what}`,
        unit: 'a second',
        floor: { what: 'the HTTP client alone', value: median(ratesOf(client)) },
        runs: ratesOf(all.map(({ outbox }) => outbox)),
        goals: [atLeastOfFloor(0.6)],
      }),
      figureOf({
        title: 'processor time of a pushed event',
        unit: 'µs',
        floor: { what: 'the HTTP client alone', value: median(times('client')) },
        runs: times('outbox'),
        goals: [],
      }),
      figureOf({
        title: 'processor time of a request, the HTTP client alone',
        unit: 'µs',
        floor: { what: "Node's HTTP client", value: median(times('bare')) },
        runs: times('client'),
        goals: [],
      }),
    ];
  });
}

function ratesOf(pushed: readonly Pushed[]): number[] {
  return pushed.map(({ perSecond }) => perSecond);
}

async function push(
  { origin }: Receiver,
  task: Pick<PushTask, 'what' | 'events'>,
): Promise<Pushed> {
  const words = [PROCESS, JSON.stringify({ ...task, origin, concurrency: CONCURRENCY })];
  const { stdout } = await promisify(execFile)(process.execPath, words);
  return JSON.parse(stdout) as Pushed;
}

interface Synced {
  readonly measured: Measured;
  readonly received: Received;
}

/**
 * Each run begins with the same database, in which everything is read and nothing is sent. The
 * deliveries are far apart, so that a run reads ten of them again instead of all.
 */
function syncs(receiver: Receiver, { events, runs }: Amount): Promise<Synced[]> {
  const everyMs = 60_000;
  const org = { deliveries: events, contacts: 10, limits: 'no-limits', everyMs } as const;
  return withOrg(org, async (folder) => {
    await measureRun(folder, ['sync', '--no-push']);
    configureGong(folder, { ...LIFTED, baseUrl: receiver.origin });
    const [file, kept] = ['sharetrail.db', 'kept.db'].map((name) => join(folder, name));
    if (file === undefined || kept === undefined) throw new Error('no database');
    copyFileSync(file, kept);
    return repeat(runs, async () => {
      for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
      copyFileSync(kept, file);
      await receiver.read();
      const measured = await measureRun(folder, ['sync']);
      const received = await receiver.read();
      expectCount('delivered events', measured.report.delivered, events);
      expectCount('received events', received.events, events);
      return { measured, received };
    });
  });
}

function perSecondOf({ events, firstAt, lastAt }: Received): number {
  return ((events - 1) * 1_000) / (lastAt - firstAt);
}
