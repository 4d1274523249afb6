/**
 * Runs all benchmarks, one after the other: they print speed and memory, and are not tests. Run
 * `npm run build` first. To run one: `node test/bench/reading.ts 100000 1000000`.
 */
import { type Figure, printFigure } from './figure.ts';
import { firstSend } from './first-send.ts';
import { print } from './measure.ts';
import { pacedCall } from './paced-call.ts';
import { pushingUnlimited } from './pushing-unlimited.ts';

print('Starting');
await import('./help.ts');
print('Matching a page of shares');
await import('./matching.ts');
print('Pushing at three a second');
await import('./pushing.ts');
print('Pushing with the limits lifted');
printAll(await pushingUnlimited(4_000, 5));
printAll(await pacedCall(3_000, 5));
printAll([await firstSend(1_000_000, 5)]);
print('A first sync: reading, matching and queueing');
await import('./reading.ts');
print('A backfill of the same deliveries');
await import('./backfill.ts');
print('The scheduler, idle and busy');
await import('./scheduler.ts');
print('Reading Google Drive');
await import('./drive.ts');
print('Searching the events');
await import('./search.ts');
print('The operator page');
await import('./page.ts');
print('The size of the database');
await import('./rows.ts');

function printAll(figures: readonly Figure[]): void {
  for (const figure of figures) printFigure(figure);
}
