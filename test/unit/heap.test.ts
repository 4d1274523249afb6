import { afterEach, expect, it } from 'vitest';
import { growYoungGeneration, keepHeapSmall, youngMegabytes } from '../../src/lib/heap.ts';

const kept: unknown[] = [];
afterEach(() => {
  kept.length = 0;
});

/** Keeps some megabytes alive through the collections that they cause. */
function surviveCollections(): void {
  for (let round = 0; round < 300; round += 1) {
    kept.push(Array.from({ length: 1_000 }, () => [round]));
  }
}

it('the young generation grows to eight megabytes on request, and no further automatically', () => {
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
