import { afterEach, expect, it } from 'vitest';
import { growYoungGeneration, keepHeapSmall, youngMegabytes } from '../../src/lib/heap.ts';

const kept: unknown[] = [];
afterEach(() => {
  kept.length = 0;
});

/** Some megabytes that outlive the collections that they bring about. */
function surviveCollections(): void {
  for (let round = 0; round < 300; round += 1) {
    kept.push(Array.from({ length: 1_000 }, () => [round]));
  }
}

it('the young generation grows to eight megabytes when asked, and no further by itself', () => {
  keepHeapSmall();
  const before = youngMegabytes();
  growYoungGeneration();
  const grown = youngMegabytes();
  surviveCollections();
  expect({ grown, after: youngMegabytes() }).toEqual({
    grown: Math.max(8, before),
    after: Math.max(8, before),
  });
});
