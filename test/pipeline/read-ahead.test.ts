import { expect, onTestFinished, test } from 'vitest';
import { rulesOf } from '../../src/runs/decide-share.ts';
import { readSource } from '../../src/runs/read-source.ts';
import { ForgottenPeople } from '../../src/share/forgotten.ts';
import type { Source } from '../../src/sources/source.ts';
import { testDatabase } from '../support/database.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { startWorld } from '../support/world.ts';

const PAGES = 5;

/** How many pages of a source have been pulled when each of them is written. */
async function pulledPages(allowsReadAhead: boolean): Promise<number[]> {
  const world = await startWorld();
  onTestFinished(() => world.close());
  const { tenant } = world;
  const { db } = await testDatabase();
  let pulled = 0;
  const pulledAtWrite: number[] = [];
  const source: Source = {
    name: 'salesforce',
    stream: 'pages',
    allowsReadAhead,
    pull: async function* () {
      while (pulled < PAGES) {
        pulled += 1;
        yield { shares: [], position: '{}' };
      }
    },
  };
  const reading = {
    db,
    clock: new ManualClock(),
    tenant,
    rules: rulesOf(tenant, undefined, ForgottenPeople.NONE),
    runStartedAt: 0,
    onFaultyRecord: () => {},
    crm: { queryBatch: async () => [], now: () => 0 },
    signal: new AbortController().signal,
    take: async () => {
      // Gives reading ahead the time that it needs.
      for (let tick = 0; tick < 10; tick += 1) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      pulledAtWrite.push(pulled);
    },
  };
  await readSource(reading, source);
  return pulledAtWrite;
}

test('while a page is written, the next is looked up and the one after that fetched, no more', async () => {
  expect(await pulledPages(true)).toEqual([3, 4, 5, 5, 5]);
});

test('pages that build on what is written are pulled one at a time', async () => {
  expect(await pulledPages(false)).toEqual([1, 2, 3, 4, 5]);
});
