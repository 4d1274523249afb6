/**
 * How costs grow with the number of events: processor time in one process, the median of several
 * passes, with nothing kept from an earlier one. Whatever grows faster than the logarithm of the
 * number of events reads too much.
 */
import { sql } from 'kysely';
import { claimPending } from '../../src/outbox/queue.ts';
import { eraseSettled } from '../../src/outbox/retention.ts';
import { applyRetention } from '../../src/service/retention.ts';
import { startWebWorld, type WebWorld } from '../support/web-world.ts';
import { median } from './figure.ts';
import { factsOf, indexAllEvents, writeManyEvents } from './many-events.ts';

export interface GrowthPoint {
  readonly events: number;
  readonly milliseconds: number;
}

export interface Growth {
  readonly cost: string;
  readonly points: readonly GrowthPoint[];
  readonly verdict: string;
}

const PASSES = 9;
const DAY_MS = 24 * 60 * 60_000;
const DAYS = 150;
/** longer than anything read is kept */
const FORGET_MS = 10 * 60_000;
/** Processor time varies by a third on a busy machine. */
const FLAT_FACTOR = 1.5;
const CLAIMED_AT_ONCE = 64;

/** Of each cost, at each number of events. */
export async function growth(
  sizes: readonly number[],
  report: (line: string) => void,
): Promise<Growth[]> {
  const points = new Map<string, GrowthPoint[]>();
  for (const events of sizes) {
    report(`writing ${events.toLocaleString('en-US')} events`);
    await using world = await startWebWorld({ seed: () => {}, schedule: '0 2 * * *' });
    await fill(world, events);
    for (const [cost, work] of Object.entries(costsOf(world, events))) {
      const milliseconds = await processorMilliseconds(world, work);
      report(`${cost}: ${milliseconds.toFixed(1)} ms`);
      points.set(cost, [...(points.get(cost) ?? []), { events, milliseconds }]);
    }
  }
  return [...points].map(([cost, all]) => ({ cost, points: all, verdict: verdictOf(all) }));
}

async function fill({ tenant: { tenant }, context, sandbox }: WebWorld, events: number) {
  const { db } = context;
  const start = sandbox.clock.now() - DAYS * DAY_MS;
  const everyMs = Math.floor((DAYS * DAY_MS) / events);
  await writeManyEvents(db, { tenant, count: events, start, everyMs });
  await indexAllEvents(db);
  // A run decides all held events again, and sends all pending ones: work, not a growing cost.
  await sql`update event set state = 'delivered' where state = 'held'`.execute(db);
}

type Work = () => Promise<unknown>;

function costsOf(world: WebWorld, events: number): Readonly<Record<string, Work>> {
  const {
    tenant: { tenant },
    context,
  } = world;
  const { db, clock } = context;
  const { eventId, contentId, buyer } = factsOf(Math.floor(events / 2));
  const page = (path: string) => async () => {
    const { status, text } = await world.send(path, { headers: { accept: 'text/html' } });
    if (status !== 200) throw new Error(`${path}: ${status} ${text}`);
  };
  const claim = { tenant, alreadyClaimed: [], limit: CLAIMED_AT_ONCE, priorityMax: 1 };
  const noSignal = new AbortController().signal;
  return {
    'claim of the next events': () => claimPending(db, { ...claim, runStartedAt: clock.now() }),
    'claim of the last events': () =>
      claimPending(db, { ...claim, runStartedAt: clock.now(), order: 'from the end' }),
    '`status`': page('/api/status'),
    '`explain` by ID of a file': page(`/api/explain?q=${contentId}`),
    '`explain` by ID of an event': page(`/api/explain?q=${encodeURIComponent(eventId)}`),
    '`explain` by person': page(`/api/explain?q=${encodeURIComponent(buyer)}`),
    '`explain` by unknown person': page('/api/explain?q=no%40customer.example'),
    'page `/`': page('/'),
    'page of the tenant': page(`/tenants/${tenant}`),
    'page `/events`': page('/events'),
    'page `/events` by state': page('/events?state=rejected'),
    metrics: page('/metrics'),
    'retention, nothing old': () => applyRetention(context, noSignal),
    'retention, one batch': () =>
      eraseSettled(db, { before: clock.now() + DAY_MS, now: clock.now() }),
    'a run without anything new': async () => {
      const pending = sql`update event set state = 'delivered' where state = 'pending'`;
      await pending.execute(db);
      const report = await world.sync();
      if (report.outcome !== 'ok') throw new Error(JSON.stringify(report.errors));
    },
  };
}

async function processorMilliseconds(world: WebWorld, work: Work): Promise<number> {
  await work();
  const times: number[] = [];
  for (let pass = 0; pass < PASSES; pass += 1) {
    world.sandbox.clock.advance(FORGET_MS);
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / 1_000);
  }
  return median(times);
}

/** From the last number of events to the one before it, per ten times as many events. */
function verdictOf(points: readonly GrowthPoint[]): string {
  const [before, last] = points.slice(-2);
  if (before === undefined || last === undefined) return '';
  const digits = Math.log10(last.events / before.events);
  const factor = (last.milliseconds / before.milliseconds) ** (1 / digits);
  return factor < FLAT_FACTOR ? 'flat' : `${factor.toFixed(1)} × for 10 × as many`;
}
