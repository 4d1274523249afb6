import { expect, onTestFinished, test } from 'vitest';
import { rulesOf } from '../../src/runs/decide.ts';
import { readSource } from '../../src/runs/read-source.ts';
import type { Source } from '../../src/sources/source.ts';
import { testDatabase } from '../support/database.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { startWorld } from '../support/world.ts';

const PAGES = 5;

/** How many pages of a source were pulled by the time that each of them is written. */
async function pulledAtWork(allowsReadAhead: boolean): Promise<number[]> {
  const world = await startWorld();
  onTestFinished(() => world.close());
  const { tenant } = world;
  const { db } = await testDatabase();
  let pulled = 0;
  const atWork: number[] = [];
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
    rules: rulesOf(tenant, undefined),
    runStartedAt: 0,
    crm: { queryBatch: async () => [] },
    signal: new AbortController().signal,
    take: async () => {
      // Time for whatever is ahead to come.
      for (let turn = 0; turn < 10; turn += 1) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      atWork.push(pulled);
    },
  };
  await readSource(reading, source);
  return atWork;
}

test('while a page is written, the next is looked up and the one after it fetched, no more', async () => {
  expect(await pulledAtWork(true)).toEqual([3, 4, 5, 5, 5]);
});

test('a source whose pages build on what is written is asked for one at a time', async () => {
  expect(await pulledAtWork(false)).toEqual([1, 2, 3, 4, 5]);
});
