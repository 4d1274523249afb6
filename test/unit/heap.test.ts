import { execFileSync } from 'node:child_process';
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

const HEAP = new URL('../../src/lib/heap.ts', import.meta.url).href;
/** Prints whether V8's second compiler compiles a hot function, before and after `optimizeHotCode`. */
const HOT_CODE = `
  import { keepHeapSmall, optimizeHotCode } from '${HEAP}';
  const TURBOFANNED = 1 << 6;
  const isOptimized = () => {
    const hot = new Function('value', 'for (let i = 0; i < 50; i += 1) value += i; return value;');
    for (let round = 0; round < 100_000; round += 1) hot(round);
    return (%GetOptimizationStatus(hot) & TURBOFANNED) !== 0;
  };
  keepHeapSmall();
  const before = isOptimized();
  optimizeHotCode();
  console.log(JSON.stringify({ before, after: isOptimized() }));
`;

it('the second compiler optimizes hot code only on request', () => {
  // In the same thread, so that the result does not depend on time.
  const flags = ['--allow-natives-syntax', '--no-concurrent-recompilation'];
  const words = [...flags, '--input-type=module', '--eval', HOT_CODE];
  const text = execFileSync(process.execPath, words, { encoding: 'utf8' });
  expect(JSON.parse(text)).toEqual({ before: false, after: true });
});
