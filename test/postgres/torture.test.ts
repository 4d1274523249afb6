import { expect, test } from 'vitest';
import { killPart } from '../torture/kills.ts';
import type { TortureRow } from '../torture/part.ts';
import { shortSeed } from '../torture/seed.ts';
import { workers } from '../torture/workers.ts';

/** Other faults: TORTURE_SEED=… npx vitest run --project postgres test/postgres/torture */
const SEED = shortSeed('TORTURE_SEED');
const OPTIONS = { seed: SEED, long: false, report: () => {} };

function requireNothingLost(rows: readonly TortureRow[]): void {
  expect(rows.length).toBeGreaterThan(1);
  for (const row of rows) expect(row).toMatchObject({ lost: 0, doubled: 0, failures: [] });
}

// Next to each other: the second one mostly waits until the others notice that a worker is dead.
test.concurrent(`kills, restarts of the server, and ended sessions lose and double nothing (TORTURE_SEED=${SEED})`, async () => {
  requireNothingLost(await killPart({ ...OPTIONS, database: 'postgres' }));
});

test.concurrent(`killed workers and a restart of the server leave everything complete (TORTURE_SEED=${SEED})`, async () => {
  requireNothingLost(await workers(OPTIONS));
});
