import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

const YOUNG_MEGABYTES = 8;
const BYTES_PER_MEGABYTE = 1024 * 1024;
/** twelve are enough; where V8 does otherwise, the young generation stays as it is */
const ROUNDS_MAX = 64;

/**
 * Keeps the heap near what is in use, for work that makes much garbage and keeps little: on a
 * machine with much memory V8 otherwise lets several times as much pile up before it collects.
 * Both flags only steer when the heap grows and are read at each collection, so they may be set
 * while the program runs. See docs/decisions/0005-a-small-heap.md.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=40');
}

/**
 * Makes room for the young objects of a page at work: in the one megabyte that V8 begins with, all
 * of them outlive several collections and are copied each time. Costs some milliseconds, so only
 * what goes through many pages asks for it; asked again, it does nothing. V8 grows the young generation after a collection that
 * more outlived than it holds, which is what happens here.
 */
export function growYoungGeneration(): void {
  // A power of two of what there is, one megabyte at first: it is reached in one step.
  const factor = Math.max(1, Math.floor(YOUNG_MEGABYTES / youngMegabytes()));
  setFlagsFromString(`--semi-space-growth-factor=${factor}`);
  const survivors: unknown[] = [];
  for (let round = 0; round < ROUNDS_MAX && youngMegabytes() < YOUNG_MEGABYTES; round += 1) {
    survivors.push(Array.from({ length: 1_000 }, () => [round]));
  }
  setFlagsFromString('--semi-space-growth-factor=1');
}

/** One of its two halves: what is filled between two collections. */
export function youngMegabytes(): number {
  const young = getHeapSpaceStatistics().find((space) => space.space_name === 'new_space');
  return (young?.space_size ?? 0) / 2 / BYTES_PER_MEGABYTE;
}
