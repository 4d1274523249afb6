import { Migrator } from 'kysely/migration';
import { MIGRATIONS } from '../../migrations/index.ts';
import { DatabaseError } from '../lib/errors.ts';
import type { Database } from './schema.ts';

/**
 * Migrates the database to the newest schema. All pending migrations run in one transaction, so that
 * two processes at once, or a kill in between, leave either the old schema or the new one. Throws
 * DatabaseError if a newer version wrote the database.
 */
export async function migrate(db: Database): Promise<void> {
  await refuseNewer(db);
  const { error } = await migratorOf(db).migrateToLatest();
  if (error) throw error;
}

/** For read-only use: throws DatabaseError unless the schema is the newest. */
export async function requireCurrent(db: Database): Promise<void> {
  if ((await requireKnownSchema(db)) === 'earlier') {
    throw new DatabaseError('the database has the schema of an earlier version', {
      hint: 'Run `sharetrail sync` once: it migrates the database.',
    });
  }
}

/** Throws DatabaseError if a newer version wrote the database. */
export async function requireKnownSchema(db: Database): Promise<'current' | 'earlier'> {
  await refuseNewer(db);
  const applied = await appliedMigrations(db);
  return applied.length < Object.keys(MIGRATIONS).length ? 'earlier' : 'current';
}

function migratorOf(db: Database): Migrator {
  return new Migrator({ db, provider: { getMigrations: async () => ({ ...MIGRATIONS }) } });
}

async function refuseNewer(db: Database): Promise<void> {
  const unknown = (await appliedMigrations(db)).filter((name) => !Object.hasOwn(MIGRATIONS, name));
  if (unknown.length === 0) return;
  throw new DatabaseError(
    `the database was written by a newer version of sharetrail (it has ${unknown.join(', ')})`,
    { hint: 'Install that version again, or restore a backup made with this version.' },
  );
}

async function appliedMigrations(db: Database): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some((table) => table.name === 'kysely_migration')) return [];
  const rows = await db
    .withTables<{ kysely_migration: { name: string } }>()
    .selectFrom('kysely_migration')
    .select('name')
    .execute();
  return rows.map((row) => row.name);
}
