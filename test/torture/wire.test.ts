import { describe, expect, test } from 'vitest';
import type { TortureRow } from './part.ts';
import { runSabotaged } from './sabotaged-part.ts';
import { shortSeed } from './seed.ts';
import { wire } from './wire.ts';

/** Other faults: WIRE_SEED=… vitest run test/torture/wire.test.ts */
const SEED = shortSeed('WIRE_SEED');

function failuresIn(rows: readonly TortureRow[]): string[] {
  return rows.flatMap(({ failures }) => failures);
}

describe('a wire with faults between sharetrail and its vendors', () => {
  test(`loses and doubles nothing (WIRE_SEED=${SEED})`, async () => {
    const rows = await wire({ seed: SEED, long: false, report: () => {} });
    expect(failuresIn(rows)).toEqual([]);
    expect(rows.reduce((sum, { tried }) => sum + tried, 0)).toBeGreaterThan(20);
  });
});

describe('control: a missing guard shows', () => {
  test('a redirect that is followed reaches the trap', async () => {
    const rows = await runSabotaged('wire', '307 to another host at request 1 of "salesforce', {
      file: 'vendors/http/send.ts',
      find: 'head = headOf(response);',
      put: `head = headOf(response);
        if (head.headers.location) {
          const { get } = await import('node:http');
          get(head.headers.location, { headers: request.headers }).on('error', () => {});
        }`,
    });
    expect(failuresIn(rows).join()).toContain('the trap received GET');
  });

  test('an empty 200 that counts as accepted loses an event', async () => {
    const rows = await runSabotaged('wire', 'an empty 200 at request 1 of "gong', {
      file: 'vendors/gong/classify.ts',
      find: 'if (body.requestId !== undefined)',
      put: 'if (status > 0)',
    });
    expect(rows.reduce((sum, { lost }) => sum + lost, 0)).toBeGreaterThan(0);
  });

  test('a body that is read without a limit costs memory', async () => {
    const rows = await runSabotaged('wire', 'memory: a gzip bomb of 1 GB', {
      file: 'vendors/http/limits.ts',
      find: 'bodyBytesMax: 24 * 1024 * 1024',
      put: 'bodyBytesMax: 1024 * 1024 * 1024',
    });
    expect(failuresIn(rows).join()).toMatch(/a peak of \d+ MB/);
  });
});
