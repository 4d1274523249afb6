import { expect, test } from 'vitest';
import { shortSeed } from '../torture/seed.ts';
import { workers } from '../torture/workers.ts';

test('workers that are killed at random, and a restart of the server, leave everything complete', async () => {
  const seed = shortSeed('WORKERS_SEED');
  const repeat = `repeat with: WORKERS_SEED=${seed} npx vitest run --project postgres test/postgres/torture-workers`;
  const rows = await workers({ seed, long: false, report: () => {} });
  expect(rows.length, repeat).toBeGreaterThan(2);
  for (const row of rows) {
    expect(row, repeat).toMatchObject({ lost: 0, doubled: 0, failures: [] });
  }
});
