import type { CliWorld } from './cli-world.ts';
import { damageIn, TENANT } from './cli-world.ts';

interface EventRow {
  readonly event_id: string;
  readonly state: string;
  readonly attempts: number;
  readonly written: number;
  readonly settled: number;
}

const CURSOR = `select position from cursor
  where tenant = ? and stream = 'salesforce/content-distributions'`;
/** each event, with its recorded attempts and how many of them settled it */
const EVENTS = `select event_id, state, attempts,
    (select count(*) from attempt a where a.event_id = e.event_id) as written,
    (select count(*) from attempt a where a.event_id = e.event_id
      and a.outcome in ('accepted', 'duplicate')) as settled
  from event e where tenant = ?`;

/**
 * All problems once a world's runs are over, as sentences: each delivery must be in Gong once, under
 * its own eventId, and the database must agree with Gong and with itself.
 */
export function problemsOf(world: CliWorld, deliveryIds: readonly string[]): string[] {
  return [
    ...gongProblems(world, deliveryIds),
    ...outboxProblems(world, deliveryIds),
    ...integrityProblems(world),
    ...cursorProblems(world, deliveryIds),
    ...countProblems(world),
  ];
}

/** Violations of what must be true at any moment: the cursor is never past a share without a row. */
export function holesOf(world: CliWorld, deliveryIds: readonly string[]): string[] {
  const mark = markOf(world);
  if (mark === undefined) return [];
  const kept = new Set(eventsOf(world).map(({ event_id }) => event_id));
  return deliveryIds
    .filter((id) => modstampOf(world, id) <= mark && !kept.has(eventIdOf(id)))
    .map((id) => `the cursor is past ${id}, which has no row`);
}

function gongProblems({ sandbox }: CliWorld, deliveryIds: readonly string[]): string[] {
  const byShare = Map.groupBy(sandbox.gong.events, ({ body }) => String(body?.['shareId']));
  const expected = new Set(deliveryIds);
  const unknown = [...byShare.keys()].filter((shareId) => !expected.has(shareId));
  return [
    ...unknown.map((shareId) => `Gong has ${shareId}, which was not shared`),
    ...deliveryIds.flatMap((id) => {
      const events = byShare.get(id) ?? [];
      if (events.length !== 1) return [`Gong has ${id} ${events.length} times`];
      const eventId = events[0]?.eventId;
      return eventId === eventIdOf(id) ? [] : [`Gong has ${id} as ${eventId}`];
    }),
  ];
}

function outboxProblems(world: CliWorld, deliveryIds: readonly string[]): string[] {
  const rows = eventsOf(world);
  const known = new Set(rows.map((row) => row.event_id));
  const expected = new Set(deliveryIds.map(eventIdOf));
  return [
    ...[...expected].filter((id) => !known.has(id)).map((id) => `${id} has no row`),
    ...[...known].filter((id) => !expected.has(id)).map((id) => `${id} is not a share of the org`),
    ...rows.flatMap(rowProblems),
  ];
}

function rowProblems({ event_id, state, attempts, written, settled }: EventRow): string[] {
  const problems: string[] = [];
  if (state !== 'delivered' && state !== 'duplicate') problems.push(`${event_id} is ${state}`);
  if (attempts !== written)
    problems.push(`${event_id}: ${attempts} attempts, ${written} on record`);
  if (settled !== 1) problems.push(`${event_id} was settled ${settled} times`);
  return problems;
}

function integrityProblems(world: CliWorld): string[] {
  const leases = world.query<{ name: string }>('select name from lease');
  return [...damageIn(world), ...leases.map(({ name }) => `${name} is still leased`)];
}

function cursorProblems(world: CliWorld, deliveryIds: readonly string[]): string[] {
  const newest = Math.max(...deliveryIds.map((id) => modstampOf(world, id)));
  const mark = markOf(world);
  return mark === newest ? [] : [`the cursor is at ${mark}, the newest share is ${newest}`];
}

/** A call is counted before it is sent, so the count can be higher than what Gong saw, never lower. */
function countProblems(world: CliWorld): string[] {
  const [counted] = world.query<{ calls: number }>('select sum(calls) as calls from call');
  const seen = world.sandbox.traffic.gong.counts.requests;
  const calls = counted?.calls ?? 0;
  return calls >= seen ? [] : [`Gong saw ${seen} calls, ${calls} are counted`];
}

function eventsOf(world: CliWorld): EventRow[] {
  return world.query<EventRow>(EVENTS, TENANT);
}

/** Epoch milliseconds; undefined before the first page was stored. */
function markOf(world: CliWorld): number | undefined {
  const [row] = world.query<{ position: string }>(CURSOR, TENANT);
  return row === undefined ? undefined : Date.parse(JSON.parse(row.position).mark);
}

function modstampOf({ sandbox }: CliWorld, deliveryId: string): number {
  return Number(sandbox.salesforce.read(deliveryId)['SystemModstamp']);
}

function eventIdOf(deliveryId: string): string {
  return `salesforce:${deliveryId}`;
}
