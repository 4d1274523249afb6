import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const YOUNG_MEGABYTES = 8;
const BYTES_PER_MEGABYTE = 1024 * 1024;
/** Twelve are enough. If V8 does not grow the young generation, it stays as it is. */
const ROUNDS_MAX = 64;

/**
 * Keeps the heap close to the memory in use. On a machine with much memory, V8 otherwise lets
 * several times as much garbage pile up. V8 reads these flags at each collection and compilation, so
 * they can be set at run time. See docs/decisions/0005-a-small-heap.md.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=40');
  // Otherwise, the young generation is not collected while V8 marks what the old one holds.
  setFlagsFromString('--no-separate-gc-phases');
  setFlagsFromString('--no-turbofan');
}

/**
 * Lets V8's second compiler optimize what becomes hot from now on, and collect half as often. Call it
 * before code that computes for many seconds: a shorter run takes as long without it, and 12 MB less.
 */
export function optimizeHotCode(): void {
  setFlagsFromString('--heap-growing-percent=70');
  setFlagsFromString('--turbofan');
}

/**
 * Grows the young generation from 1 MB, so that the objects of one page fit into it. In 1 MB they
 * survive several collections, and each collection copies them. It takes some milliseconds, so only
 * code that reads many pages calls it. A second call does nothing. V8 grows the young generation
 * only after a collection with more survivors than it has room for, so this creates survivors.
 */
export function growYoungGeneration(): void {
  // The size is a power of two, so that one step is enough.
  const factor = Math.max(1, Math.floor(YOUNG_MEGABYTES / youngMegabytes()));
  setFlagsFromString(`--semi-space-growth-factor=${factor}`);
  const survivors: unknown[] = [];
  for (let round = 0; round < ROUNDS_MAX && youngMegabytes() < YOUNG_MEGABYTES; round += 1) {
    survivors.push(Array.from({ length: 1_000 }, () => [round]));
  }
  setFlagsFromString('--semi-space-growth-factor=1');
}

let collect: (() => void) | undefined;

/**
 * Collects all garbage now, in some tens of milliseconds: only for code that has just dropped many
 * megabytes at once, which V8 would otherwise keep in addition to the next ones.
 */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  collect ??= runInNewContext('gc') as () => void;
  collect();
}

/** The size of one of its two halves, which is filled between two collections. */
export function youngMegabytes(): number {
  const young = getHeapSpaceStatistics().find((space) => space.space_name === 'new_space');
  return (young?.space_size ?? 0) / 2 / BYTES_PER_MEGABYTE;
}
