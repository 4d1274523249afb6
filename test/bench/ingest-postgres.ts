/**
 * A first `sync` of many Salesforce deliveries into PostgreSQL without its push, next to the same sync
 * into SQLite. The server runs on the same machine, and does not synchronize its files.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createDatabase } from '../support/postgres/databases.ts';
import type { PostgresServer } from '../support/postgres/server.ts';
import { atLeast, atMost, expectCount, type Figure, figureOf, median, repeat } from './figure.ts';
import { type Measured, measureRun, withOrg } from './measure.ts';
import type { Sizes } from './sizes.ts';
import { withPostgres } from './with-postgres.ts';

const DELIVERIES_PER_CONTACT = 10;
const PER_SECOND = 5_000;

interface FirstSyncs {
  readonly postgres: Measured;
  readonly sqlite: Measured;
}

export async function ingestPostgres(sizes: Sizes): Promise<Figure[]> {
  const { postgresDeliveries: deliveries, runs } = sizes;
  const synced = await firstSyncs({ deliveries, runs });
  const rateOf = ({ seconds }: Measured) => deliveries / seconds;
  const microsecondsOf = ({ cpuSeconds }: Measured) => (cpuSeconds * 1e6) / deliveries;
  const all = deliveries.toLocaleString('en-US');
  return [
    figureOf({
      title: `first sync of ${all} deliveries into PostgreSQL`,
      unit: 'a second',
      floor: {
        what: 'the same sync into SQLite',
        value: median(synced.map(({ sqlite }) => rateOf(sqlite))),
      },
      runs: synced.map(({ postgres }) => rateOf(postgres)),
      goals: [atLeast(PER_SECOND)],
    }),
    figureOf({
      title: `processor time of a delivery, first sync of ${all} into PostgreSQL, without the server`,
      unit: 'µs',
      floor: {
        what: 'the same sync into SQLite',
        value: median(synced.map(({ sqlite }) => microsecondsOf(sqlite))),
      },
      runs: synced.map(({ postgres }) => microsecondsOf(postgres)),
      goals: [atMost(1e6 / PER_SECOND)],
    }),
  ];
}

/** In turn, so that other programs on the machine slow both down. */
function firstSyncs({
  deliveries,
  runs,
}: {
  readonly deliveries: number;
  readonly runs: number;
}): Promise<FirstSyncs[]> {
  const contacts = Math.ceil(deliveries / DELIVERIES_PER_CONTACT);
  return withPostgres((server) =>
    withOrg({ deliveries, contacts, limits: 'limits' }, (folder) =>
      repeat(runs, async () => {
        for (const end of ['', '-wal', '-shm']) {
          rmSync(join(folder, `sharetrail.db${end}`), { force: true });
        }
        const sqlite = await measureRun(folder, ['sync', '--no-push']);
        const postgres = await syncToServer(server, folder);
        for (const { report } of [sqlite, postgres]) {
          expectCount('queued events', report.queued, deliveries);
        }
        return { sqlite, postgres };
      }),
    ),
  );
}

async function syncToServer(server: PostgresServer, folder: string): Promise<Measured> {
  const { url, drop } = await createDatabase(server, 'migrated');
  try {
    return await measureRun(folder, ['sync', '--no-push'], url);
  } finally {
    await drop();
  }
}
