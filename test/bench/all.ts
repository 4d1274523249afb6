/**
 * Every benchmark, one after the other, on this machine: speed and memory as figures to read, never
 * as tests. `npm run build` first. One alone: `node test/bench/reading.ts 100000 1000000`.
 */
import { say } from './measure.ts';

say('Starting');
await import('./help.ts');
say('Matching a page of shares');
await import('./matching.ts');
say('Pushing at three a second');
await import('./pushing.ts');
say('Reading, matching and queueing a first sync');
await import('./reading.ts');
say('The same by a backfill of everything');
await import('./backfill.ts');
say('The scheduler, idle and busy');
await import('./scheduler.ts');
say('Reading Google Drive');
await import('./drive.ts');
