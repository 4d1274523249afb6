import { expect, test } from 'vitest';
import { killPart } from '../torture/kills.ts';
import { shortSeed } from '../torture/seed.ts';

test('kills, restarts of the server, and ended sessions lose and double nothing', async () => {
  const seed = shortSeed('TORTURE_SEED');
  const repeat = `repeat with: TORTURE_SEED=${seed} npx vitest run --project postgres test/postgres/torture`;
  const rows = await killPart({ seed, long: false, database: 'postgres', report: () => {} });
  expect(rows.length, repeat).toBeGreaterThan(1);
  for (const row of rows) {
    expect(row, repeat).toMatchObject({ lost: 0, doubled: 0, failures: [] });
  }
});
