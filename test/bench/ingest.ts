/**
 * A first `sync` of many Salesforce deliveries without its push: read, matched, and queued. The floor
 * of the speed is better-sqlite3 alone, which inserts the same rows; the floor of the memory is the
 * same sync of a small org.
 */
import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  atLeast,
  atLeastOfFloor,
  atMost,
  atMostOfFloor,
  expectCount,
  type Figure,
  figureOf,
  median,
  repeat,
} from './figure.ts';
import { type Measured, measureRun, withOrg } from './measure.ts';
import type { Inserted } from './raw-inserts.ts';
import type { Sizes } from './sizes.ts';

const RAW_INSERTS = new URL('raw-inserts.ts', import.meta.url).pathname;
const DELIVERIES_PER_CONTACT = 10;

export async function ingest({ deliveries, fewDeliveries, runs }: Sizes): Promise<Figure[]> {
  const few = await firstSyncs({ deliveries: fewDeliveries, runs });
  const many = await firstSyncs({ deliveries, runs });
  const all = deliveries.toLocaleString('en-US');
  const small = fewDeliveries.toLocaleString('en-US');
  return [
    figureOf({
      title: `first sync of ${all} deliveries`,
      unit: 'a second',
      floor: { what: 'better-sqlite3, same rows', value: median(many.map(({ raw }) => raw)) },
      runs: many.map(({ synced }) => deliveries / synced.seconds),
      goals: [atLeast(15_000), atLeastOfFloor(0.25)],
    }),
    figureOf({
      title: `processor time of a delivery, first sync of ${all}`,
      unit: 'µs',
      floor: {
        what: `of ${small}`,
        value: median(few.map(({ synced }) => (synced.cpuSeconds * 1e6) / fewDeliveries)),
      },
      runs: many.map(({ synced }) => (synced.cpuSeconds * 1e6) / deliveries),
      goals: [],
    }),
    figureOf({
      title: `peak memory, first sync of ${all} deliveries`,
      unit: 'MB',
      floor: { what: `of ${small}`, value: median(few.map(({ synced }) => synced.peakMegabytes)) },
      runs: many.map(({ synced }) => synced.peakMegabytes),
      goals: [atMost(200), atMostOfFloor(1.1)],
    }),
  ];
}

interface FirstSync {
  readonly synced: Measured;
  /** rows a second that better-sqlite3 inserts */
  readonly raw: number;
}

function firstSyncs({
  deliveries,
  runs,
}: {
  readonly deliveries: number;
  readonly runs: number;
}): Promise<FirstSync[]> {
  const contacts = Math.ceil(deliveries / DELIVERIES_PER_CONTACT);
  return withOrg({ deliveries, contacts, limits: 'limits' }, (folder) => {
    const file = join(folder, 'sharetrail.db');
    return repeat(runs, async () => {
      for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
      const synced = await measureRun(folder, ['sync', '--no-push']);
      expectCount('queued events', synced.report.queued, deliveries);
      const { stdout } = await promisify(execFile)(process.execPath, [RAW_INSERTS, file]);
      const { rows, perSecond } = JSON.parse(stdout) as Inserted;
      expectCount('copied rows', rows, deliveries);
      return { synced, raw: perSecond };
    });
  });
}
