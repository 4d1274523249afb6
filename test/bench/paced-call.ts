/**
 * The processor time of one paced call, with none, some, and many calls of the last 24 hours on
 * record. The first of them is the floor.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { takeCalls } from '../../src/db/calls.ts';
import { foldCalls } from '../../src/db/fold-calls.ts';
import { CALL_LIMITS } from '../../src/db/limits.ts';
import { migrate } from '../../src/db/migrate.ts';
import { openDatabase } from '../../src/db/open.ts';
import type { Database } from '../../src/db/schema.ts';
import { limitsOf } from '../../src/push/pacer.ts';
import { atMostOfFloor, type Figure, figureOf, median, repeat } from './figure.ts';
import type { Sizes } from './sizes.ts';

const ACCOUNT = 'account';
const CALLS_PER_SECOND = 3;
/** what is on record ends an hour ago */
const AGO_MS = 3_600_000;

export async function pacedCall({ pacedCalls, callsOnRecord, runs }: Sizes): Promise<Figure[]> {
  const [none = 0, ...some] = callsOnRecord;
  const floor = median(await repeat(runs, () => microsecondsOf(none, pacedCalls)));
  const figures: Figure[] = [];
  for (const onRecord of some) {
    figures.push(
      figureOf({
        title: `processor time of a paced call, ${onRecord.toLocaleString('en-US')} on record`,
        unit: 'µs',
        floor: { what: `${none} on record`, value: floor },
        runs: await repeat(runs, () => microsecondsOf(onRecord, pacedCalls)),
        goals: [atMostOfFloor(1.2)],
      }),
    );
  }
  return figures;
}

async function microsecondsOf(onRecord: number, calls: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'sharetrail-pace-'));
  const db = openDatabase({ database: `sqlite:${join(folder, 'bench.db')}`, access: 'write' });
  try {
    await migrate(db);
    let now = Date.now();
    await record(db, { onRecord, now });
    await foldCalls(db, ACCOUNT, now);
    const limits = limitsOf({ callsPerSecond: CALLS_PER_SECOND, callsPerDay: 10_000_000 });
    const take = async () => {
      now += Math.ceil(limits.burst.windowMs / CALLS_PER_SECOND);
      const request = {
        account: ACCOUNT,
        now: () => now,
        limits,
        requested: 1,
        arrivalMarginMs: 0,
        corrections: [],
      };
      const { kind } = await takeCalls(db, request);
      if (kind !== 'go') throw new Error(`the call was not permitted: ${kind}`);
    };
    await repeat(calls, take);
    const before = process.cpuUsage();
    await repeat(calls, take);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / calls;
  } finally {
    await db.destroy();
    rmSync(folder, { recursive: true });
  }
}

/** Spread over the day, as a company sends them. */
async function record(
  db: Database,
  { onRecord, now }: { readonly onRecord: number; readonly now: number },
): Promise<void> {
  const from = now - CALL_LIMITS.dayMs + AGO_MS;
  const everyMs = (CALL_LIMITS.dayMs - 2 * AGO_MS) / Math.max(1, onRecord);
  await sql`
    insert into call (account, at, calls)
    with recursive number (value) as (
      select 0 where ${onRecord} > 0
      union all select value + 1 from number where value + 1 < ${onRecord}
    )
    select ${ACCOUNT}, cast(${from} + value * ${everyMs} as integer), 1 from number
  `.execute(db);
}
