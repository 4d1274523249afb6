import { describe, expect, test } from 'vitest';
import { data } from './data.ts';
import { runSabotaged } from './sabotaged-part.ts';
import { shortSeed } from './seed.ts';

/** Other values: DATA_SEED=… vitest run test/torture/data.test.ts */
const SEED = shortSeed('DATA_SEED');

describe('wrong values in vendor responses and in the configuration', () => {
  test(`crash nothing and lose nothing silently (DATA_SEED=${SEED})`, async () => {
    const rows = await data({ seed: SEED, long: false, report: () => {} });
    expect(rows.flatMap(({ failures }) => failures)).toEqual([]);
    expect(rows.reduce((sum, { tried }) => sum + tried, 0)).toBeGreaterThan(300);
  });
});

describe('control: a missing guard shows', () => {
  test('a faulty row that is dropped is a share without a row or an error', async () => {
    const rows = await runSabotaged('data', 'items.0.id.time" of "google', {
      file: 'vendors/google/zod-fields.ts',
      find: 'faulty.push(faultyRowOf(kind.kind, row, { id, issues: parsed.error.issues }));',
      put: '',
    });
    expect(rows.reduce((sum, { lost }) => sum + lost, 0)).toBeGreaterThan(0);
  });
});
