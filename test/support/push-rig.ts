import type { LeaseKey } from '../../src/db/leases.ts';
import type { Database } from '../../src/db/schema.ts';
import { commitBatch } from '../../src/outbox/commit.ts';
import { findEvents } from '../../src/outbox/find-events.ts';
import type { NewEvent, StoredEvent } from '../../src/outbox/outbox-event.ts';
import type { PushOptions } from '../../src/push/drain.ts';
import { createPacer, type Pacer } from '../../src/push/pacer.ts';
import { type Push, startPush } from '../../src/push/push.ts';
import type { PushReport } from '../../src/push/report.ts';
import { heldLease, type TestDatabase, testDatabase } from './database.ts';
import { batchOf } from './events.ts';
import { type GongScript, ScriptedGong, type ScriptedRequest } from './scripted-gong.ts';
import { VirtualClock } from './virtual-clock.ts';

/** Faster than any test sends, for tests that are not about pacing. */
export const UNPACED = { callsPerSecond: 1_000, callsPerDay: 1_000_000 };

export interface PushRig extends TestDatabase {
  readonly clock: VirtualClock;
  readonly db: Database;
  readonly lease: LeaseKey;
  readonly gong: ScriptedGong;
  readonly pacer: Pacer;
  /** the number of `onCall` calls */
  readonly calls: () => number;
  commit(events: readonly NewEvent[], tenant?: string): Promise<void>;
  start(changes?: Partial<PushOptions>): Push;
  /** Starts pushing, calls `finish`, and lets time pass until it resolves. */
  drain(changes?: Partial<PushOptions>): Promise<PushReport>;
  event(eventId: string): Promise<StoredEvent>;
}

export interface RigOptions {
  readonly script: GongScript;
  readonly responseMs?: (request: ScriptedRequest) => number;
}

/** A real outbox and pacer with a scripted Gong and a virtual clock. */
export async function pushRig(options: RigOptions): Promise<PushRig> {
  const clock = new VirtualClock();
  const file = await testDatabase();
  const { db } = file;
  const lease = await heldLease(db, clock.now());
  const gong = new ScriptedGong(clock, { responseMs: () => 100, ...options });
  const pacer = createPacer({ db, account: gong.account, clock });
  let calls = 0;
  const start = (changes: Partial<PushOptions> = {}) =>
    startPush({
      db,
      lease,
      tenant: 'acme',
      runStartedAt: clock.now(),
      gong,
      pacer,
      settings: { ...UNPACED, concurrency: 4 },
      callsForFresh: 0,
      backfillUntil: Number.POSITIVE_INFINITY,
      isBackfillLast: false,
      clock,
      random: () => 0.5,
      signal: new AbortController().signal,
      onCall: () => {
        calls += 1;
      },
      onResponse: () => {},
      onSettled: () => {},
      ...changes,
    });
  return {
    ...file,
    clock,
    lease,
    gong,
    pacer,
    calls: () => calls,
    commit: (events, tenant = 'acme') => commitBatch(db, lease, batchOf(events, { tenant })),
    start,
    drain: (changes) => clock.run(start(changes).finish()),
    event: async (eventId) => {
      const [event] = await findEvents(db, ['acme'], eventId);
      if (!event) throw new Error(`no event ${eventId}`);
      return event;
    },
  };
}
