/**
 * Pushing with the limits lifted, to a receiver in a process of its own: a complete `sync` whose
 * receiver answers after 20 ms, and the push alone with a receiver that answers at once. The floor is
 * a loop of the same HTTP client with as many requests in flight. Arguments: events, runs.
 */
import { execFile } from 'node:child_process';
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Figure, figureOf, isStarted, median, printFigure, repeat } from './figure.ts';
import { type Measured, measureRun, withOrg } from './measure.ts';
import type { Pushed, PushTask } from './push-process.ts';
import type { Received } from './receiver.ts';
import { configureGong, type Receiver, withReceiver } from './with-receiver.ts';

const PROCESS = new URL('push-process.ts', import.meta.url).pathname;
const LATENCY_MS = 20;
const CONCURRENCY = 16;
const LIFTED = { callsPerSecond: 1_000, callsPerDay: 10_000_000, concurrency: CONCURRENCY };

export async function pushingUnlimited(events: number, runs: number): Promise<Figure[]> {
  return [...(await whileWaiting(events, runs)), ...(await atOnce(events, runs))];
}

/** With the receiver's time, the ideal is 1,000 / 20 * 16 = 800 a second. */
async function whileWaiting(events: number, runs: number): Promise<Figure[]> {
  return withReceiver(LATENCY_MS, async (receiver) => {
    const client = await repeat(runs, () => push(receiver, { what: 'client', events }));
    const synced = await syncs(receiver, { events, runs });
    const what = `${CONCURRENCY} in flight, a response after ${LATENCY_MS} ms`;
    return [
      figureOf({
        figure: `sync, ${what}`,
        unit: 'events a second',
        floor: median(client.map(({ perSecond }) => perSecond)),
        runs: synced.map(({ received }) => perSecondOf(received)),
      }),
      figureOf({
        figure: `peak memory of sync, ${what}`,
        unit: 'MB',
        floor: null,
        runs: synced.map(({ measured }) => measured.peakMegabytes),
      }),
    ];
  });
}

async function atOnce(events: number, runs: number): Promise<Figure[]> {
  return withReceiver(0, async (receiver) => {
    const all = await repeat(runs, async () => ({
      bare: await push(receiver, { what: 'bare', events }),
      client: await push(receiver, { what: 'client', events }),
      outbox: await push(receiver, { what: 'outbox', events }),
    }));
    const rates = (sender: PushTask['what']) => all.map((one) => one[sender].perSecond);
    const times = (sender: PushTask['what']) => all.map((one) => one[sender].cpuMsPerEvent);
    const what = `${CONCURRENCY} in flight, a response at once`;
    return [
      figureOf({
        figure: `push, ${what}`,
        unit: 'events a second',
        floor: median(rates('client')),
        runs: rates('outbox'),
      }),
      figureOf({
        figure: `processor time of push, ${what}`,
        unit: 'ms an event',
        floor: median(times('client')),
        runs: times('outbox'),
      }),
      figureOf({
        figure: `processor time of the HTTP client, ${what}; floor: Node's alone`,
        unit: 'ms an event',
        floor: median(times('bare')),
        runs: times('client'),
      }),
    ];
  });
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

/** Each run begins with the same database, in which everything is read and nothing is sent. */
function syncs(
  receiver: Receiver,
  { events, runs }: { readonly events: number; readonly runs: number },
): Promise<Synced[]> {
  const org = { deliveries: events, contacts: 10, limits: 'no-limits' } as const;
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
      const { delivered } = measured.report;
      if (delivered !== events) throw new Error(`${delivered} of ${events} were delivered`);
      return { measured, received };
    });
  });
}

function perSecondOf({ events, firstAt, lastAt }: Received): number {
  return ((events - 1) * 1_000) / (lastAt - firstAt);
}

if (isStarted(import.meta.url)) {
  const [events = '4000', runs = '5'] = process.argv.slice(2);
  for (const figure of await pushingUnlimited(Number(events), Number(runs))) printFigure(figure);
}
