/**
 * Sends events to a receiver in a process of its own, and prints what that took as a line of JSON.
 * Argument: a `PushTask` as JSON. `outbox` drains a database as a run does. The floors send the same
 * bodies in a loop, without a database: `client` by the same HTTP client as the product, with its
 * deadlines, limits, and checks of the response; `bare` by Node's HTTP client, which that one uses.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GongConfig } from '../../src/config/types.ts';
import { acquireLease } from '../../src/db/leases.ts';
import { migrate } from '../../src/db/migrate.ts';
import { openDatabase } from '../../src/db/open.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { keepHeapSmall } from '../../src/lib/heap.ts';
import { Secret } from '../../src/lib/secret.ts';
import { commitBatch } from '../../src/outbox/commit.ts';
import { createPacer } from '../../src/push/pacer.ts';
import { startPush } from '../../src/push/push.ts';
import { createGongClient } from '../../src/vendors/gong/client.ts';
import { batchOf, eventSeries } from '../support/events.ts';

export interface PushTask {
  readonly what: 'outbox' | 'client' | 'bare';
  readonly origin: string;
  readonly events: number;
  readonly concurrency: number;
}

export interface Pushed {
  readonly perSecond: number;
  /** processor time of the sending process for each event, in milliseconds */
  readonly cpuMsPerEvent: number;
  readonly peakMegabytes: number;
}

const LEASE = { name: 'tenant acme', holder: 'bench|1|1|1' };
const EVENTS_PER_COMMIT = 2_000;

keepHeapSmall();
const task = JSON.parse(process.argv[2] ?? '') as PushTask;
const pushed = task.what === 'outbox' ? await drainOutbox(task) : await loop(task);
process.stdout.write(`${JSON.stringify(pushed)}\n`);
process.exit(0);

async function measured(events: number, work: () => Promise<void>): Promise<Pushed> {
  const before = process.cpuUsage();
  const startedAt = performance.now();
  await work();
  const seconds = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage(before);
  return {
    perSecond: events / seconds,
    cpuMsPerEvent: (user + system) / 1_000 / events,
    peakMegabytes: process.resourceUsage().maxRSS / 1_024,
  };
}

async function drainOutbox({ origin, events, concurrency }: PushTask): Promise<Pushed> {
  const folder = mkdtempSync(join(tmpdir(), 'sharetrail-push-'));
  const db = openDatabase({ database: `sqlite:${join(folder, 'bench.db')}`, access: 'write' });
  try {
    await migrate(db);
    await acquireLease(db, LEASE, Date.now());
    const series = eventSeries(events);
    for (let from = 0; from < events; from += EVENTS_PER_COMMIT) {
      await commitBatch(db, LEASE, batchOf(series.slice(from, from + EVENTS_PER_COMMIT)));
    }
    const gong = createGongClient({ config: gongConfigOf(origin), clock: systemClock });
    const settings = { callsPerSecond: 1_000_000, callsPerDay: 1_000_000_000, concurrency };
    return await measured(events, async () => {
      const push = startPush({
        db,
        lease: LEASE,
        tenant: 'acme',
        runStartedAt: Date.now(),
        gong,
        pacer: createPacer({ db, account: gong.account, clock: systemClock }),
        settings,
        callsForFresh: 0,
        backfillUntil: Number.POSITIVE_INFINITY,
        isBackfillLast: false,
        clock: systemClock,
        random: Math.random,
        signal: new AbortController().signal,
        onCall: () => {},
        onResponse: () => {},
        onSettled: () => {},
      });
      const { delivered } = await push.finish();
      if (delivered !== events) throw new Error(`only ${delivered} of ${events} were delivered`);
    });
  } finally {
    await db.destroy();
    rmSync(folder, { recursive: true });
  }
}

function gongConfigOf(baseUrl: string): GongConfig {
  const auth = {
    flow: 'access-key',
    accessKey: new Secret('BENCHACCESSKEY'),
    accessKeySecret: new Secret('bench-access-key-secret'),
  } as const;
  return {
    baseUrl,
    auth,
    reportingSystem: 'sharetrail',
    actionName: 'Content Shared',
    callsPerSecond: 1_000,
    callsPerDay: 1_000_000,
    concurrency: 16,
  };
}

async function loop({ what, origin, events, concurrency }: PushTask): Promise<Pushed> {
  const bodies = eventSeries(events).map(({ body }) => JSON.stringify(body));
  const gong = createGongClient({ config: gongConfigOf(origin), clock: systemClock });
  const { signal } = new AbortController();
  const send = (body: string): Promise<unknown> =>
    what === 'client' ? gong.shareContent(body, signal) : put(origin, body);
  let next = 0;
  const sendAll = async () => {
    while (next < bodies.length) {
      next += 1;
      await send(bodies[next - 1] ?? '');
    }
  };
  return measured(events, async () => {
    await Promise.all(Array.from({ length: concurrency }, sendAll));
  });
}

function put(origin: string, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    };
    const path = '/v2/customer-engagement/content/shared';
    const request = http.request(`${origin}${path}`, { method: 'PUT', headers }, (response) => {
      response.resume();
      response.once('end', resolve);
    });
    request.once('error', reject);
    request.end(body);
  });
}
