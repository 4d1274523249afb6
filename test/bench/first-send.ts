/**
 * How long after its start a `sync` sends its first event, with many pending events. The floor is the
 * same with a single one.
 */
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { SANDBOX_TENANT } from '../../src/sandbox/configuration-folder.ts';
import { newEvent } from '../support/events.ts';
import { atMost, type Figure, figureOf, median, repeat } from './figure.ts';
import { measureRun, startRun, withOrg } from './measure.ts';
import type { Sizes } from './sizes.ts';
import { configureGong, type Receiver, withReceiver } from './with-receiver.ts';

const POLL_MS = 50;
const SHARED_EVERY_MS = 1_000;

export async function firstSend({ pendingEvents: events, runs }: Sizes): Promise<Figure[]> {
  return withReceiver(0, async (receiver) => {
    const few = await millisecondsUntilFirst(receiver, { events: 1, runs });
    const many = await millisecondsUntilFirst(receiver, { events, runs });
    return [
      figureOf({
        title: `first event of a sync after its start, ${events.toLocaleString('en-US')} pending`,
        unit: 'ms',
        floor: { what: 'one pending', value: median(few) },
        runs: many,
        goals: [atMost(1_000)],
      }),
    ];
  });
}

function millisecondsUntilFirst(
  receiver: Receiver,
  { events, runs }: { readonly events: number; readonly runs: number },
): Promise<number[]> {
  return withOrg({ deliveries: 0, contacts: 1, limits: 'no-limits' }, async (folder) => {
    await measureRun(folder, ['sync', '--no-push']);
    configureGong(folder, { baseUrl: receiver.origin, callsPerSecond: 1, concurrency: 1 });
    return repeat(runs, async () => {
      addPending(join(folder, 'sharetrail.db'), events);
      await receiver.read();
      const startedAt = performance.timeOrigin + performance.now();
      const child = startRun(folder, ['sync']);
      const ended = once(child, 'exit');
      child.stdout?.resume();
      child.stderr?.resume();
      let firstAt = 0;
      while (firstAt === 0) {
        await delay(POLL_MS);
        // Before the look at the receiver: a sync of one event can end between two looks.
        const hasEnded = child.exitCode !== null;
        ({ firstAt } = await receiver.read());
        if (hasEnded && firstAt === 0) throw new Error('sync sent nothing');
      }
      child.kill('SIGKILL');
      await ended;
      return firstAt - startedAt;
    });
  });
}

/** Replaces all events by pending ones. */
function addPending(file: string, events: number): void {
  const db = new Sqlite(file);
  const { share, body } = newEvent('event');
  const { pending } = db
    .prepare("select count(*) as pending from event where state = 'pending'")
    .get() as { pending: number };
  if (pending >= events - 1 && pending > 0) return void db.close();
  db.exec('delete from attempt; delete from event; delete from call; delete from call_total');
  db.prepare(`
    insert into event (tenant, event_id, source, state, priority, shared_at, share, body, created_at,
      updated_at)
    with recursive number (value) as (
      select 0 union all select value + 1 from number where value + 1 < :events
    )
    select :tenant, 'event-' || value, 'salesforce', 'pending', 0, value * ${SHARED_EVERY_MS},
      :share, :body, 0, 0 from number
  `).run({
    events,
    tenant: SANDBOX_TENANT,
    share: JSON.stringify(share),
    body: JSON.stringify(body),
  });
  db.close();
}
